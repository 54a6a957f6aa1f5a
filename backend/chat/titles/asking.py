"""Asking for titles: the jobs of answers that end together are deferred together.

To defer a job costs nearly as much as to store an answer, and answers of hundreds of people end in the same second.
"""

from __future__ import annotations

import asyncio
import logging

from procrastinate.exceptions import ConnectorException
from procrastinate.types import JSONDict

from chat.answers.production import DATABASE_AWAY
from chat.answers.rows import Claim
from chat.titles.job import title_conversation
from models.models import Mode

logger = logging.getLogger(__name__)

_TOGETHER_SECONDS = 0.1
# A title costs as much as the beginning of an answer.
_ANSWERS_A_SECOND = 20


class TitleRequests:
    """Those of one worker."""

    def __init__(self) -> None:
        self._waiting: list[JSONDict] = []
        self._deferring: asyncio.Task[None] | None = None

    async def ask(self, claim: Claim, *, busy_with: int) -> None:
        """Return when the job is deferred for the answer that names its conversation. Raises nothing.

        A worker that is `busy_with` many other answers leaves the title for later.
        """
        if claim.mode == Mode.BASIC or claim.temporary:
            return
        self._waiting.append({"question_id": str(claim.question_id)})
        if self._deferring is None or len(self._waiting) == 1:
            self._deferring = asyncio.create_task(self._defer(busy_with // _ANSWERS_A_SECOND))
        # Whoever gives up waiting does not take the others' titles along.
        await asyncio.shield(self._deferring)

    async def _defer(self, seconds: int) -> None:
        await asyncio.sleep(_TOGETHER_SECONDS)
        waiting, self._waiting = self._waiting, []
        job = title_conversation.configure(schedule_in={"seconds": seconds} if seconds else None)
        try:
            await job.batch_defer_async(*waiting)
        except (*DATABASE_AWAY, ConnectorException) as error:
            logger.info("No titles are asked for (%s)", type(error).__name__)
