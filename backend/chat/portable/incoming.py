"""What an import makes of a file, whatever its format: threads of turns, ready to be stored."""

from __future__ import annotations

import math
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chat.portable.refusals import ConversationRefused, ConversationTooLarge

MOST_TURNS = 20_000
_MOST_CHARACTERS = 40_000_000
_LONGEST_TEXT = 5_000_000
_MOST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class IncomingTurn:
    """A question and its answer. `source_id` and `parent` name turns within the thread.

    `fields`: columns of Chat beside the texts. `citations`: columns of Citation, each with its `rank`.
    """

    source_id: str
    parent: str | None
    question: str
    answer: str
    asked: datetime
    fields: dict[str, Any] = field(default_factory=dict)
    citations: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class IncomingThread:
    """A conversation. `fields`: columns of Conversation; `leaf`: the newest turn of the branch on screen.

    `left_out`: how often something of it was not taken, by what it was.
    """

    source: str
    source_id: str
    title: str
    created: datetime
    updated: datetime
    turns: Sequence[IncomingTurn]
    leaf: str
    fields: dict[str, Any] = field(default_factory=dict)
    collections: Sequence[uuid.UUID] = ()
    left_out: Counter[str] = field(default_factory=Counter)


def from_the_top(turns: Iterable[IncomingTurn]) -> list[IncomingTurn]:
    """The turns with each behind its parent; what hangs under itself is left out. Raise ConversationRefused."""
    by_id = {turn.source_id: turn for turn in turns}
    lengths = [len(text) for turn in by_id.values() for text in (turn.question, turn.answer)]
    if len(by_id) > MOST_TURNS or sum(lengths) > _MOST_CHARACTERS or max(lengths, default=0) > _LONGEST_TEXT:
        raise ConversationTooLarge
    replies: dict[str | None, list[IncomingTurn]] = {}
    for turn in by_id.values():
        replies.setdefault(turn.parent if turn.parent in by_id else None, []).append(turn)
    ordered, waiting = [], replies.get(None, [])[::-1]
    while waiting:
        turn = waiting.pop()
        ordered.append(turn)
        waiting += replies.get(turn.source_id, [])[::-1]
    return ordered


# --- Values of a stranger's file: the right kind, or something harmless ------------------------------


def an_object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConversationRefused
    return value


def a_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def a_text(value: object, most: int | None = None) -> str:
    """What Postgres can store of it: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str):
        return ""
    clean = value.replace("\x00", "").encode("utf-8", "replace").decode()
    return clean if most is None else clean[:most]


def a_count(value: object) -> int | None:
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_NUMBER
    return int(value) if usable else None  # type: ignore[call-overload]


def a_moment(value: object) -> datetime | None:
    """A time as seconds (or, of that size, milliseconds or nanoseconds) since 1970, or in ISO 8601; none of the future."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else _since_1970(value)
    except (ValueError, OverflowError, OSError):
        return None
    if found is None:
        return None
    found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    is_likely = datetime(1990, 1, 1, tzinfo=UTC) < found < datetime.now(UTC) + timedelta(days=1)
    return found if is_likely else None


def _since_1970(value: object) -> datetime | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    seconds = float(value)
    while seconds > 1e11:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC)


def an_id(value: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
