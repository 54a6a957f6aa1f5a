"""Produces answers: claims the row, runs the model, keeps the lease, stores the end.

One `AnswerWorker` serves all answers of a worker process, hundreds at once on its event
loop. When it looks for what waits, `serving.py` says.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import uuid
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from chat.answers.broadcast import Broadcast
from chat.answers.events import log_end
from chat.answers.production import DATABASE_AWAY, produce_answer, stopped
from chat.answers.progress import AnswerInProgress
from chat.answers.rows import Claim, Outcome, Stored, claim_answers, finish_answer, release_answer, renew_leases
from chat.notifications.nudges import nudge_async
from chat.titles.asking import TitleRequests

logger = logging.getLogger(__name__)

_STORE_RETRY_SECONDS = 0.5
# Few enough that several workers share what comes at once.
_CLAIMED_AT_ONCE = 16
# Of the event loop. To begin an answer takes milliseconds: what is being written goes on between any two, so that
# hundreds of questions at once do not hold it up.
_TURNS_TO_BEGIN = 4


@dataclass(slots=True)
class _Held:
    """An answer that this process is writing; `life` sees it through to its end.

    `lost`: another worker has it, or it was deleted. `stop`: its user wants no more.
    """

    claim: Claim
    progress: AnswerInProgress
    production: asyncio.Task[Outcome]
    life: asyncio.Task[None] = field(init=False)
    lost: bool = False
    stop: bool = False


@dataclass(slots=True)
class AnswerWorker:
    """`owner` tells workers apart in the rows; it is for people who read them."""

    owner: str = field(default_factory=lambda: f"{socket.gethostname()[:32]}:{os.getpid()}:{uuid.uuid4().hex[:6]}")
    _held: dict[UUID, _Held] = field(default_factory=dict)
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _renewal: asyncio.Task[None] | None = None
    _beginning: asyncio.Lock = field(default_factory=asyncio.Lock)
    _broadcast: Broadcast = field(default_factory=Broadcast)
    _titles: TitleRequests = field(default_factory=TitleRequests)

    def look(self) -> None:
        """Claim what waits; returns at once."""
        self._wanted.set()

    def stop(self, question_id: UUID) -> None:
        """End an answer for good where it is, if it is written here."""
        if held := self._held.get(question_id):
            held.stop = True
            held.production.cancel()

    async def claim_while_wanted(self) -> None:
        """Claim what waits, each time that somebody wants it."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self._claim_all()
            except Exception as error:
                # Whatever it is: a worker that claims nothing more would look alive.
                logger.warning("Answers cannot be claimed (%s)", type(error).__name__)
                await asyncio.sleep(_STORE_RETRY_SECONDS)
                self.look()

    async def finish(self, *, within: float) -> None:
        """Wait so many seconds for what is being written, and give back what is not done by then."""
        lives = {held.life for held in self._held.values()}
        if lives:
            _, unfinished = await asyncio.wait(lives, timeout=within)
            for life in unfinished:
                life.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)

    async def _claim_all(self) -> None:
        while room := max(0, min(_CLAIMED_AT_ONCE, settings.ANSWERS_PER_WORKER - len(self._held))):
            claims = await claim_answers(owner=self.owner, most=room)
            for claim in claims:
                self._begin(claim)
            if len(claims) < room:
                return

    def _begin(self, claim: Claim) -> None:
        progress = AnswerInProgress()
        self._broadcast.open(claim, progress)
        self._hold(_Held(claim, progress, asyncio.create_task(self._produce(claim, progress))))

    async def _produce(self, claim: Claim, progress: AnswerInProgress) -> Outcome:
        async with self._beginning:
            for _ in range(_TURNS_TO_BEGIN):
                await asyncio.sleep(0)
        return await produce_answer(claim, progress)

    async def _live(self, held: _Held) -> None:
        try:
            await self._see_through(held)
        finally:
            if self._held.get(held.claim.question_id) is held:
                del self._held[held.claim.question_id]
            await self._broadcast.close(held.claim)
            if len(self._held) == settings.ANSWERS_PER_WORKER - 1:
                self.look()  # there was no room for more

    async def _see_through(self, held: _Held) -> None:
        try:
            outcome = await held.production
        except asyncio.CancelledError:
            if held.lost:
                return
            if not held.stop:
                await self._give_back(held)
                raise
            outcome = stopped(held.progress)
        except DATABASE_AWAY as error:
            logger.warning("Answer %s is given back (%s)", held.claim.question_id, type(error).__name__)
            await self._give_back(held)
            return
        if stored := await self._store(held, outcome):
            await self._broadcast.close(held.claim, log_end(outcome))
            await nudge_async(stored.owner)
            if stored.names_conversation:
                await self._titles.ask(held.claim, busy_with=len(self._held) - 1)

    async def _give_back(self, held: _Held) -> None:
        held.production.cancel()
        with contextlib.suppress(*DATABASE_AWAY):
            await release_answer(held.claim)

    async def _store(self, held: _Held, outcome: Outcome) -> Stored | None:
        """Store the end, however long Postgres is away; the epoch keeps a late one out."""
        while True:
            try:
                return await finish_answer(held.claim, outcome)
            except DATABASE_AWAY as error:
                logger.warning("Answer %s waits for the database (%s)", held.claim.question_id, type(error).__name__)
                await asyncio.sleep(_STORE_RETRY_SECONDS)

    def _hold(self, held: _Held) -> None:
        self._held[held.claim.question_id] = held
        held.life = asyncio.create_task(self._live(held))
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew_while_holding())

    async def _renew_while_holding(self) -> None:
        while self._held:
            await asyncio.sleep(settings.ANSWER_RENEW_SECONDS)
            try:
                await self._renew_once()
            except Exception as error:
                # Whatever it is: the next round may succeed before the leases run out.
                logger.warning("Leases could not be renewed (%s)", type(error).__name__)

    async def _renew_once(self) -> None:
        batch = [held for held in self._held.values() if not held.production.done()]
        texts = [(held.claim, held.progress.text.whole(), held.progress.reasoning.whole()) for held in batch]
        kept = await renew_leases(texts) if batch else {}
        for held in batch:
            held.lost = held.claim.question_id not in kept
            held.stop = kept.get(held.claim.question_id, False)
            # The end may have been stored while the statement ran.
            if (held.lost or held.stop) and not held.production.done():
                held.production.cancel()


_workers: dict[asyncio.AbstractEventLoop, AnswerWorker] = {}


def this_worker() -> AnswerWorker:
    """Return the worker of the running event loop."""
    return _workers.setdefault(asyncio.get_running_loop(), AnswerWorker())
