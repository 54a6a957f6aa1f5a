"""Conversations for the export, each as one JSON object with all its turns: every branch, every citation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db.models import Count, QuerySet

from chat.open_connections import in_thread
from chat.portable.rows import Row, as_json, columns, in_batches
from models.models import Attachment, Chat, Citation, Conversation

_TURNS = columns(Chat, "user", "conversation")
# Conversations of so few turns are read together.
_FEW = 4


async def write_conversations(found: QuerySet[Conversation]) -> AsyncIterator[str]:
    """Yield the pieces of a JSON list: conversations by their last use, each with `chats` in the order of asking."""
    yield "["
    names = columns(Conversation, "user")
    separator = "\n"
    async for batch in in_batches(found, order="updated_datetime", names=names, complete=_with_collections):
        short = await sync_to_async(_turns_of_short_ones)([row["id"] for row in batch])
        for row in batch:
            yield separator + as_json(row).removesuffix("}") + ', "chats": '
            separator = ",\n"
            if row["id"] in short:
                yield as_json(short[row["id"]])
            else:
                async for piece in _long_one(row["id"]):
                    yield piece
            yield "}"
    yield "]"


async def _long_one(conversation_id: UUID) -> AsyncIterator[str]:
    yield "["
    separator = ""
    turns = Chat.objects.filter(conversation=conversation_id)
    async for batch in in_batches(turns, order="question_created_datetime", names=_TURNS, complete=_completed):
        yield separator + as_json(batch)[1:-1]
        separator = ", "
    yield "]"


@in_thread
def _turns_of_short_ones(conversations: list[UUID]) -> dict[UUID, list[Row]]:
    """The turns of those that have few of them, by conversation."""
    counted = Chat.objects.filter(conversation__in=conversations).values("conversation").annotate(turns=Count("pk"))
    many = {row["conversation"] for row in counted if row["turns"] > _FEW}
    few: dict[UUID, list[Row]] = {each: [] for each in conversations if each not in many}
    rows = Chat.objects.filter(conversation__in=few).order_by("question_created_datetime", "pk")
    for row in _completed(list(rows.values(*_TURNS, "conversation_id"))):
        few[row.pop("conversation_id")].append(row)
    return few


def _with_collections(rows: list[Row]) -> list[Row]:
    links = Conversation.collections.through.objects.filter(conversation__in=[row["id"] for row in rows])
    named = _grouped(links.values_list("conversation_id", "collection_id"))
    return [{**row, "collections": named[row["id"]]} for row in rows]


def _completed(rows: list[Row]) -> list[Row]:
    """Add to each turn its citations and the ids of its pictures; leave out the model that a blind comparison hides."""
    ids = [row["question_id"] for row in rows]
    cited = Citation.objects.filter(chat__in=ids).order_by("chat_id", "rank").values("chat_id", *_CITATION)
    citations = _grouped((row.pop("chat_id"), row) for row in cited)
    shown = _grouped(Attachment.chats.through.objects.filter(chat__in=ids).values_list("chat_id", "attachment_id"))
    for row in rows:
        if row.pop("model_hidden"):
            row["model"] = ""
        row |= {"citations": citations[row["question_id"]], "attachments": shown[row["question_id"]]}
    return rows


_CITATION = columns(Citation, "id", "chat")


def _grouped(pairs: Iterable[tuple[UUID, Any]]) -> defaultdict[UUID, list[Any]]:
    groups: defaultdict[UUID, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
