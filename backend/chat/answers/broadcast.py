"""Shows answers while they are being written: coalesces tokens into frames of the live log.

The first piece of an answer goes out at once, later ones every 40 ms, those of all answers
of this worker in one entry.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from uuid import UUID

from chat.answers.live_log import Event, write_frames
from chat.answers.progress import AnswerInProgress, GrowingText
from chat.answers.rows import Claim

logger = logging.getLogger(__name__)

FRAME_SECONDS = 0.04
# With more answers than these, entries are some milliseconds apart, more for each answer: what comes meanwhile goes out
# together.
_FEW = 4
_GATHER_SECONDS = 0.01
_GATHER_SECONDS_PER_ANSWER = 0.0001
# Without news; then it is seen whether anything is still shown.
_LOOK_SECONDS = 1.0

_Frame = tuple[UUID, int, Event]


@dataclass(slots=True)
class _Shown:
    claim: Claim
    progress: AnswerInProgress
    waiting: list[Event] = field(default_factory=list)
    # What comes behind the texts.
    last: list[Event] = field(default_factory=list)
    # The loop's time from which on its texts may be shown again.
    due: float = 0.0
    # Set once all is shown; whoever closes waits for it.
    closed: asyncio.Event | None = None

    @property
    def has_unsent_text(self) -> bool:
        return any(text.sent < text.length for text in (self.progress.reasoning, self.progress.text))

    def frame(self, event: Event) -> _Frame:
        return self.claim.question_id, self.claim.epoch, event

    def new_frames(self, now: float) -> list[_Frame]:
        events = [*self.waiting, *self.progress.news]
        self.waiting.clear()
        self.progress.news.clear()
        if now >= self.due:
            grown = (("reasoning", self.progress.reasoning), ("delta", self.progress.text))
            texts = [_delta(kind, text) for kind, text in grown if text.sent < text.length]
            if texts:
                self.due = now + FRAME_SECONDS
            events += texts
        events += self.last
        self.last.clear()
        return [self.frame(event) for event in events]


def _delta(kind: str, text: GrowingText) -> Event:
    offset, new = text.take_unsent()
    return {"kind": kind, "offset": offset, "text": new}


class Broadcast:
    """The frames of one worker. Sending never fails an answer."""

    def __init__(self) -> None:
        self._shown: dict[UUID, _Shown] = {}
        self._news = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None

    def open(self, claim: Claim, progress: AnswerInProgress) -> None:
        """Begin to show an answer; the epoch in the first frame makes readers start anew."""
        if (earlier := self._shown.get(claim.question_id)) and earlier.closed:
            earlier.closed.set()  # The same answer, begun anew while its first try is being closed.
        shown = self._shown[claim.question_id] = _Shown(claim, progress)
        shown.waiting.append({"kind": "status", "status": "streaming", "model": claim.model})
        progress.on_news = self._news.set
        self._news.set()
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send_while_shown())

    async def close(self, claim: Claim, *events: Event) -> None:
        """Send what is left, then `events`, and stop showing the answer."""
        shown = self._shown.get(claim.question_id)
        if shown is None or shown.claim.epoch != claim.epoch:
            return
        shown.due = 0.0
        shown.last += events
        shown.closed = shown.closed or asyncio.Event()
        self._news.set()
        await shown.closed.wait()

    async def _send_while_shown(self) -> None:
        due: float | None = None
        sent = 0.0
        while self._shown:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due or _now() + _LOOK_SECONDS):
                    await self._news.wait()
            # Not when the loop is so busy that enough has come: each wait is another round of it.
            if (wait := sent + self._gather_seconds - _now()) > 0:
                await asyncio.sleep(wait)
            self._news.clear()
            sent = _now()
            due = await self._send_once(sent)

    @property
    def _gather_seconds(self) -> float:
        answers = len(self._shown)
        grown = _GATHER_SECONDS + answers * _GATHER_SECONDS_PER_ANSWER
        return min(grown, FRAME_SECONDS) if answers > _FEW else 0.0

    async def _send_once(self, now: float) -> float | None:
        """Send what may be shown now; return when there is more, if anything waits for its turn."""
        closing = [shown for shown in self._shown.values() if shown.closed]
        try:
            if frames := [frame for shown in self._shown.values() for frame in shown.new_frames(now)]:
                await write_frames(frames)
        except Exception as error:
            # Whatever it is: answers end without being shown, and must not wait for it.
            logger.warning("Answers could not be shown (%s)", type(error).__name__)
        for shown in closing:
            self._close(shown)
        return min((shown.due for shown in self._shown.values() if shown.has_unsent_text), default=None)

    def _close(self, shown: _Shown) -> None:
        if self._shown.get(shown.claim.question_id) is shown:
            del self._shown[shown.claim.question_id]
        assert shown.closed is not None
        shown.closed.set()


def _now() -> float:
    return asyncio.get_running_loop().time()
