"""The connections of an event loop: whoever is cancelled, at whatever moment, costs none of them."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack

import psycopg
import pytest

from chat.database import POOL_SIZE, async_connection


async def ask() -> int:
    async with async_connection() as connection:
        row = await (await connection.execute("SELECT pg_backend_pid() AS process")).fetchone()
    assert row is not None
    process: int = row["process"]
    return process


@pytest.mark.asyncio
async def test_cancelled_tasks_lose_no_connection_and_stay_cancelled(database: None) -> None:
    chance = random.Random(1)
    for _ in range(120):
        asking = [asyncio.create_task(ask()) for _ in range(32)]
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0.001)
        running = [task for task in asking if not task.done() and task.cancel()]
        async with asyncio.timeout(20):
            await asyncio.gather(*asking, return_exceptions=True)
        assert all(task.cancelled() for task in running)
    async with asyncio.timeout(20), AsyncExitStack() as all_at_once:
        for _ in range(POOL_SIZE):
            await all_at_once.enter_async_context(async_connection())
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.asyncio
async def test_connections_are_used_again_unless_the_server_has_dropped_them(database: None) -> None:
    process = await ask()
    assert await ask() == process
    async with async_connection() as one, async_connection() as other:
        # Waits up to five seconds: until the process is gone, not only asked to go.
        gone = await other.execute("SELECT pg_terminate_backend(%s, 5000) AS gone", [one.info.backend_pid])
        assert await gone.fetchone() == {"gone": True}
    assert await ask() != process


@pytest.mark.asyncio
async def test_connection_that_breaks_in_use_is_not_kept(database: None) -> None:
    with pytest.raises(psycopg.OperationalError):
        async with async_connection() as connection:
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await ask()


@pytest.mark.asyncio
async def test_transaction_that_was_left_open_is_seen_by_nobody_else(database: None) -> None:
    async with async_connection() as connection:
        await connection.execute("BEGIN")
        left = connection.info.backend_pid
    assert await ask() != left
