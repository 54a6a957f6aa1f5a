"""Conversations as this project exports them (docs/export-format.md)."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from chat.portable.incoming import (
    IncomingThread,
    IncomingTurn,
    a_count,
    a_list,
    a_moment,
    a_text,
    an_id,
    an_object,
    from_the_top,
)
from chat.portable.refusals import ConversationDeleted, ConversationEmpty, ConversationRefused
from chat.portable.rows import FORMAT
from models.models import AnswerStatus, Confidence, Mode, TitleBy

SOURCE = FORMAT
_MOST_CITATIONS = 100
_MOST_PARAMETERS = 20
_SHORT = 300


def thread_from_own(raw: object) -> IncomingThread:
    """Raise ConversationRefused."""
    conversation = an_object(raw)
    if conversation.get("deleted_at"):
        raise ConversationDeleted
    left_out: Counter[str] = Counter()
    chats = [an_object(each) for each in a_list(conversation.get("chats"))]
    created = a_moment(conversation.get("created_datetime")) or datetime.now(UTC)
    mode = _one_of(Mode.values, conversation.get("mode"), Mode.AI)
    turns = from_the_top(_turn(each, mode, created, left_out) for each in chats)
    source_id = a_text(conversation.get("id"))
    if not turns:
        raise ConversationEmpty
    if not source_id:
        raise ConversationRefused
    leaf = a_text(conversation.get("current_leaf_id"))
    return IncomingThread(
        source=SOURCE,
        source_id=source_id,
        title=a_text(conversation.get("title")),
        created=created,
        updated=a_moment(conversation.get("updated_datetime")) or created,
        turns=turns,
        leaf=leaf if leaf in {turn.source_id for turn in turns} else turns[-1].source_id,
        fields={
            "mode": mode,
            "title_by": _one_of(TitleBy.values, conversation.get("title_by"), TitleBy.USER),
            "model": a_text(conversation.get("model"), 200),
            "system_prompt": a_text(conversation.get("system_prompt"), 8000),
            "parameters": _parameters(conversation.get("parameters")),
            "pinned": conversation.get("pinned") is True,
            "archived": conversation.get("archived") is True,
        },
        collections=_ids(conversation.get("collections")),
        left_out=left_out,
    )


def _turn(chat: dict[str, Any], mode: str, created: datetime, left_out: Counter[str]) -> IncomingTurn:
    source_id = a_text(chat.get("question_id"))
    if not source_id or not isinstance(chat.get("question_text"), str):
        raise ConversationRefused
    left_out["pictures"] += len(a_list(chat.get("attachments")))
    status = a_text(chat.get("status"))
    answer = a_text(chat.get("response_text"))
    # One that was being written when it was exported has come to no end.
    unfinished = AnswerStatus.INTERRUPTED if answer else AnswerStatus.FAILED
    is_running = status in (AnswerStatus.QUEUED, AnswerStatus.STREAMING)
    asked = a_moment(chat.get("question_created_datetime")) or created
    fields = {
        "mode": _one_of(Mode.values, chat.get("mode"), mode),
        "model": a_text(chat.get("model"), 200),
        "status": unfinished if is_running else _one_of(AnswerStatus.values, status, AnswerStatus.DONE),
        "error_code": "answer_gave_up" if is_running else a_text(chat.get("error_code"), 64),
        "finish_reason": a_text(chat.get("finish_reason"), 32),
        "reasoning_text": a_text(chat.get("reasoning_text")),
        "confidence": _one_of(Confidence.values, chat.get("confidence"), ""),
        "unsupported": [list(span) for span in map(_span, a_list(chat.get("unsupported"))) if span],
        "collections": _ids(chat.get("collections")),
        "input_tokens": a_count(chat.get("input_tokens")),
        "output_tokens": a_count(chat.get("output_tokens")),
        "started_datetime": a_moment(chat.get("started_datetime")),
        "first_token_datetime": a_moment(chat.get("first_token_datetime")),
        "finished_datetime": a_moment(chat.get("finished_datetime")) or asked,
        # Only a passage that says the same here is linked again (storing.py).
        "data_id": chat.get("data_id"),
    }
    citations = [_citation(an_object(each)) for each in a_list(chat.get("citations"))[:_MOST_CITATIONS]]
    parent = a_text(chat.get("parent_id")) or None
    return IncomingTurn(
        source_id, parent, a_text(chat["question_text"]), answer, asked, fields, _each_rank_once(citations)
    )


def _citation(raw: dict[str, Any]) -> dict[str, Any]:
    start, end = _span([raw.get("start"), raw.get("end")]) or (0, 0)
    return {
        "rank": a_count(raw.get("rank")) or 0,
        "data_id": raw.get("data_id"),
        "title": a_text(raw.get("title"), _SHORT),
        "heading": a_text(raw.get("heading"), _SHORT),
        "page": a_count(raw.get("page")),
        "quote": a_text(raw.get("quote")),
        "start": start,
        "end": end,
    }


def _each_rank_once(citations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_rank = {citation["rank"]: citation for citation in citations if 0 < citation["rank"] <= _MOST_CITATIONS}
    return list(by_rank.values())


def _span(value: object) -> tuple[int, int] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    start, end = map(a_count, value)
    return (start, end) if start is not None and end is not None and start <= end else None


def _parameters(value: object) -> dict[str, Any]:
    given = value if isinstance(value, dict) else {}
    kept = {a_text(name, 64): each for name, each in given.items() if _is_plain(each)}
    return dict(list(kept.items())[:_MOST_PARAMETERS])


def _is_plain(value: object) -> bool:
    return isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))


def _ids(value: object) -> list[Any]:
    return list(dict.fromkeys(found for found in map(an_id, a_list(value)[:_MOST_CITATIONS]) if found))


def _one_of(values: list[str], value: object, otherwise: str) -> str:
    return value if isinstance(value, str) and value in values else otherwise
