"""Lets a worker process write answers: it hears the doorbell, and looks for what waits.

A ring may be lost, as when the connection breaks: so it looks for itself whenever it begins
to listen and every few seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from chat.answers.doorbell import CHANNEL
from chat.answers.worker import AnswerWorker
from chat.database import connection_parameters

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 5.0
_AWAY_SECONDS = 0.5


@asynccontextmanager
async def serving_answers(worker: AnswerWorker, *, stop_seconds: float) -> AsyncIterator[None]:
    """Write answers while the block runs; then finish what can be finished in `stop_seconds`, and give back the rest."""
    tasks = [asyncio.create_task(each) for each in (_hear(worker), worker.claim_while_wanted())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await worker.finish(within=stop_seconds)


async def _hear(worker: AnswerWorker) -> None:
    while True:
        try:
            async with await AsyncConnection.connect(**connection_parameters(), autocommit=True) as connection:
                await connection.execute(SQL("LISTEN {}").format(Identifier(CHANNEL)))
                await _hear_rings(worker, connection)
        except Exception as error:
            # Whatever it is: a worker that hears and looks no more would look alive.
            logger.warning("The doorbell is not heard (%s)", type(error).__name__)
            await asyncio.sleep(_AWAY_SECONDS)


async def _hear_rings(worker: AnswerWorker, connection: AsyncConnection[object]) -> None:
    while True:
        worker.look()
        async for ring in connection.notifies(timeout=_LOOK_SECONDS):
            if not ring.payload:
                worker.look()
            with contextlib.suppress(ValueError):
                worker.stop(UUID(ring.payload))
