"""Produces answers: claims the row, runs the model, keeps the lease, stores the end.

One `AnswerWorker` serves all answers of a worker process, hundreds at once on its event
loop. It starts no answer by itself: a job (the doorbell) or the sweep does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from chat.answers.broadcast import Broadcast
from chat.answers.events import ending_events
from chat.answers.production import DATABASE_AWAY, produce_answer, stopped
from chat.answers.progress import AnswerInProgress
from chat.answers.rows import Claim, Outcome, claim_answer, finish_answer, release_answer, renew_leases
from chat.titles.job import ask_for_title

logger = logging.getLogger(__name__)

_STORE_RETRY_SECONDS = 0.5


@dataclass(slots=True)
class _Held:
    """An answer that this process is writing.

    `lost`: another worker has it, or it was deleted. `stop`: its user wants no more.
    """

    claim: Claim
    progress: AnswerInProgress
    production: asyncio.Task[Outcome]
    lost: bool = False
    stop: bool = False


@dataclass(slots=True)
class AnswerWorker:
    """`owner` tells workers apart in the rows; it is for people who read them."""

    owner: str = field(default_factory=lambda: f"{socket.gethostname()[:32]}:{os.getpid()}:{uuid.uuid4().hex[:6]}")
    _held: dict[UUID, _Held] = field(default_factory=dict)
    _renewal: asyncio.Task[None] | None = None
    _broadcast: Broadcast = field(default_factory=Broadcast)

    async def answer(self, question_id: UUID, *, job_id: int | None, stop_requested: Callable[[], bool]) -> None:
        """Answer the question unless another worker does or it is finished.

        Cancelling the calling task stops the answer for good if `stop_requested()`, and
        gives it back otherwise.
        """
        claim = await claim_answer(question_id, owner=self.owner, job_id=job_id)
        if claim is None:
            return
        progress = AnswerInProgress()
        await self._broadcast.open(claim, progress)
        held = _Held(claim, progress, asyncio.create_task(produce_answer(claim, progress)))
        self._hold(held)
        try:
            await self._see_through(held, stop_requested)
        finally:
            if self._held.get(question_id) is held:
                del self._held[question_id]
            await self._broadcast.close(claim)

    async def _see_through(self, held: _Held, stop_requested: Callable[[], bool]) -> None:
        try:
            outcome = await held.production
        except asyncio.CancelledError:
            if held.lost:
                return
            if not (held.stop or stop_requested()):
                await self._give_back(held)
                raise
            held.production.cancel()
            outcome = stopped(held.progress)
        except DATABASE_AWAY:
            await self._give_back(held)
            return
        if await self._store(held, outcome):
            await self._broadcast.close(held.claim, *ending_events(outcome))
            await ask_for_title(held.claim, outcome)

    async def _give_back(self, held: _Held) -> None:
        held.production.cancel()
        with contextlib.suppress(*DATABASE_AWAY):
            await release_answer(held.claim)

    async def _store(self, held: _Held, outcome: Outcome) -> bool:
        """Store the end, however long Postgres is away; the epoch keeps a late one out."""
        while True:
            try:
                return await finish_answer(held.claim, outcome)
            except DATABASE_AWAY as error:
                logger.warning("Answer %s waits for the database (%s)", held.claim.question_id, type(error).__name__)
                await asyncio.sleep(_STORE_RETRY_SECONDS)

    def _hold(self, held: _Held) -> None:
        self._held[held.claim.question_id] = held
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew_while_holding())

    async def _renew_while_holding(self) -> None:
        while self._held:
            await asyncio.sleep(settings.ANSWER_RENEW_SECONDS)
            try:
                await self._renew_once()
            except DATABASE_AWAY as error:
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
