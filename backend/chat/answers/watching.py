"""Following one answer to its end, for every door: socket, server-sent events, waiting.

The row says what is true, the live log what is new. Every hole (a wiped, trimmed or
unreachable log, a slow reader) heals by reading the row again, whose checkpoint is at most
2 s behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Error as DatabaseError

from chat.answers.events import ENDINGS, end_event, usage_event
from chat.answers.hub import live_hub
from chat.answers.live_log import Frame
from chat.answers.shared_reader import answer_rows
from chat.notifications.listing import seen_answers
from models.chat import RUNNING
from models.models import AnswerStatus

# The row is not read more often than this.
_ROW_SECONDS = 0.2
_AWAY_SECONDS = 0.5

_CURSOR = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a reader has come: `<epoch>-<offset>`, characters of the answer's text."""

    epoch: int = -1
    offset: int = 0

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read a cursor; anything unreadable means: from the beginning."""
        numbers = _CURSOR.fullmatch(text)
        return cls(int(numbers[1]), int(numbers[2])) if numbers else cls()

    def __str__(self) -> str:
        return f"{self.epoch}-{self.offset}"


Event = dict[str, Any]


class _Position:
    """What the reader has: the texts of one epoch, by their lengths."""

    def __init__(self, after: Cursor) -> None:
        self.epoch = after.epoch
        self.lengths = {"delta": after.offset, "reasoning": 0}
        self.has_passages = False

    def event(self, event: Event) -> Event:
        """Add the cursor from which a reader that has this event goes on."""
        return {**event, "epoch": self.epoch, "id": str(Cursor(self.epoch, self.lengths["delta"]))}

    def begin(self, epoch: int, status: str) -> Iterator[Event]:
        """A new epoch starts anew: what an earlier one wrote is void."""
        if epoch != self.epoch:
            self.epoch, self.lengths, self.has_passages = epoch, {"delta": 0, "reasoning": 0}, False
            yield self.event({"kind": "status", "status": status})

    def advance(self, kind: str, offset: int, text: str) -> Iterator[Event]:
        """Pass on what of `text` is new. Nothing when it begins behind what the reader has."""
        known = self.lengths[kind]
        if offset <= known < offset + len(text):
            self.lengths[kind] = offset + len(text)
            yield self.event({"kind": kind, "offset": known, "text": text[known - offset :]})

    def cut_to(self, kind: str, length: int) -> Iterator[Event]:
        """Take back what was shown but not stored, as when a worker died and the user stopped."""
        if self.lengths[kind] > length:
            self.lengths[kind] = length
            yield self.event({"kind": kind, "offset": length, "text": ""})

    def tell_passages(self, passages: list[Event]) -> Iterator[Event]:
        """Once an epoch: the search log and the live log tell the same."""
        if not self.has_passages:
            self.has_passages = True
            yield self.event({"kind": "passages", "passages": passages})

    def end(self, event: Mapping[str, Any]) -> Iterator[Event]:
        """The last events, for a reader who has the whole text."""
        if event["usage"]:
            yield self.event(dict(usage_event(*event["usage"])))
        yield self.event(end_event(event["status"], event.get("code", ""), event.get("confidence", "")))


async def tail_answer(question_id: UUID, after: Cursor, *, is_new: bool = False) -> AsyncGenerator[Event, None]:
    """Yield an answer's events from `after` to its end; a deleted answer just ends.

    `is_new` says that the question was asked just now: its row need not be read to know
    that nothing is there. Holds no database connection while it waits.
    """
    with live_hub().watch(question_id) as feed:
        position = _Position(after)
        read_row = _PacedReader(question_id)
        stale = urgent = not is_new
        events = list(position.begin(0, AnswerStatus.QUEUED)) if is_new else []
        while True:
            if stale:
                row = await read_row(urgent=urgent)
                if row is None:
                    return
                events = list(_from_row(row, position))
            for event in events:
                yield event
            if events and events[-1]["kind"] in ENDINGS:
                # The reader has taken the end: otherwise it would not have asked for more.
                with contextlib.suppress(DatabaseError):
                    await seen_answers.ask(question_id)
                return
            frame = await feed.queue.get()
            # News of the state are worth a read at once; a hole heals with the next checkpoint.
            urgent = frame is not None and (frame.epoch > position.epoch or frame.event["kind"] in ENDINGS)
            told = None if frame is None else _from_log(frame, position)
            stale, events = told is None, told or []


def _from_log(frame: Frame, position: _Position) -> list[Event] | None:
    """Return what a frame tells; None when only the row can tell."""
    event, kind = frame.event, frame.event["kind"]
    if frame.epoch < position.epoch:
        return []
    if frame.epoch > position.epoch:
        # With its first frame the whole of the new epoch is going to be in the log.
        return list(position.begin(frame.epoch, event["status"])) if kind == "status" else None
    if kind in ENDINGS:
        return list(position.end(event)) if event["lengths"] == position.lengths else None
    if kind == "passages":
        return list(position.tell_passages(event["passages"]))
    if kind not in position.lengths:
        return []
    has_hole = event["offset"] > position.lengths[kind]
    return None if has_hole else list(position.advance(kind, event["offset"], event["text"]))


def _from_row(row: Event, position: _Position) -> Iterator[Event]:
    yield from position.begin(row["epoch"], row["status"])
    if "passages" in row:
        yield from position.tell_passages(row["passages"])
    yield from position.advance("reasoning", 0, row["reasoning_text"])
    yield from position.advance("delta", 0, row["response_text"])
    if row["status"] in RUNNING:
        return
    yield from position.cut_to("reasoning", len(row["reasoning_text"]))
    yield from position.cut_to("delta", len(row["response_text"]))
    if row["citations"]:
        yield position.event({"kind": "citations", "citations": row["citations"]})
    if row["input_tokens"] is not None:
        yield position.event(dict(usage_event(row["input_tokens"], row["output_tokens"])))
    yield position.event(end_event(row["status"], row["error_code"], row["confidence"]))


class _PacedReader:
    """Reads the answer's row, not more often than a hole in the log is worth."""

    def __init__(self, question_id: UUID) -> None:
        self._question_id = question_id
        self._next_read = 0.0

    async def __call__(self, *, urgent: bool) -> Event | None:
        """Return the row, however long Postgres is away; None once it is gone."""
        clock = asyncio.get_running_loop().time
        if not urgent:
            await asyncio.sleep(max(0.0, self._next_read - clock()))
        while True:
            try:
                row = await answer_rows.ask(self._question_id)
            except DatabaseError:
                await asyncio.sleep(_AWAY_SECONDS)
                continue
            self._next_read = clock() + _ROW_SECONDS
            return row


async def wait_for_answer(question_id: UUID, *, timeout: float) -> bool:
    """Wait until the answer has ended, at most `timeout` seconds; True if it has."""
    try:
        async with asyncio.timeout(timeout), aclosing(tail_answer(question_id, Cursor())) as events:
            async for _ in events:
                pass
    except TimeoutError:
        return False
    return True
