"""The pool of the event loop: whoever is cancelled, at whatever moment, costs it no connection."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack

import pytest

from chat.database import Pool, async_pool


async def ask(pool: Pool) -> None:
    async with pool.connection() as connection:
        await connection.execute("SELECT 1")


@pytest.mark.asyncio
async def test_cancelled_tasks_lose_no_connection_and_stay_cancelled(database: None) -> None:
    pool = await async_pool()
    chance = random.Random(1)
    for _ in range(120):
        asking = [asyncio.create_task(ask(pool)) for _ in range(32)]
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0.001)
        running = [task for task in asking if not task.done() and task.cancel()]
        async with asyncio.timeout(20):
            await asyncio.gather(*asking, return_exceptions=True)
        assert all(task.cancelled() for task in running)
    async with asyncio.timeout(20), AsyncExitStack() as all_at_once:
        for _ in range(pool.max_size):
            await all_at_once.enter_async_context(pool.connection())
    await pool.close()
