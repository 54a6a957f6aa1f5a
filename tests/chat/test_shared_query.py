"""Many who ask at once are served by few queries, and nobody by one that had begun before they asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from chat.shared_query import SharedQuery


class Table:
    """Holds each query back until it is told to go on, and notes what it was asked for."""

    def __init__(self) -> None:
        self.queries: list[list[int]] = []
        self.go_on = asyncio.Event()
        self.broken = False

    async def read(self, keys: Sequence[int]) -> dict[int, str]:
        self.queries.append(list(keys))
        await self.go_on.wait()
        if self.broken:
            raise ConnectionError
        return {key: f"row {key}" for key in keys if key >= 0}


async def begun(*askers: asyncio.Task[str | None]) -> tuple[asyncio.Task[str | None], ...]:
    """Let them come as far as they can."""
    for _ in range(5):
        await asyncio.sleep(0)
    return askers


@pytest.mark.asyncio
async def test_who_asks_during_a_query_is_served_by_the_next_one() -> None:
    table = Table()
    query = SharedQuery(table.read, most=3)
    first = await begun(asyncio.create_task(query.ask(1)))
    later = await begun(*(asyncio.create_task(query.ask(key)) for key in (1, 2, 2, 3, -4)))
    assert table.queries == [[1]]
    table.go_on.set()
    assert await asyncio.gather(*first, *later) == ["row 1", "row 1", "row 2", "row 2", "row 3", None]
    assert table.queries == [[1], [1, 2, 3], [-4]]


@pytest.mark.asyncio
async def test_query_that_fails_fails_only_those_whom_it_was_for() -> None:
    table = Table()
    query = SharedQuery(table.read, most=3)
    table.broken = True
    first = await begun(asyncio.create_task(query.ask(1)))
    table.go_on.set()
    with pytest.raises(ConnectionError):
        await first[0]
    table.broken = False
    assert await query.ask(1) == "row 1"


@pytest.mark.asyncio
async def test_who_goes_away_takes_nothing_from_the_others() -> None:
    table = Table()
    query = SharedQuery(table.read, most=3)
    going, staying = await begun(asyncio.create_task(query.ask(1)), asyncio.create_task(query.ask(1)))
    going.cancel()
    await begun()
    table.go_on.set()
    assert await staying == "row 1"
    assert going.cancelled()
