"""Queries (and messages) that many want at once, as hundreds of sockets do: all who wait are served by one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


@dataclass(slots=True)
class _Asked(Generic[Key, Found]):
    """What is asked for on one event loop."""

    waiting: dict[Key, asyncio.Future[Found | None]] = field(default_factory=dict)
    reading: asyncio.Task[None] | None = None


class SharedQuery(Generic[Key, Found]):
    """`read` answers up to `most` keys with one query, and may leave some out.

    Whoever asks while a query is on its way is served by the next one: so what was committed before it was asked for is
    seen, and hundreds who ask at once cost a few queries and one connection.
    """

    def __init__(self, read: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Found]]], *, most: int) -> None:
        self._read, self._most = read, most
        self._asked: WeakKeyDictionary[asyncio.AbstractEventLoop, _Asked[Key, Found]] = WeakKeyDictionary()

    async def ask(self, key: Key) -> Found | None:
        """Return what was found; None when that is nothing. Raises what the query raises."""
        loop = asyncio.get_running_loop()
        asked = self._asked.setdefault(loop, _Asked())
        if key not in asked.waiting:
            asked.waiting[key] = loop.create_future()
        answer = asked.waiting[key]
        if asked.reading is None or asked.reading.done():
            asked.reading = asyncio.create_task(self._read_while_asked(asked))
        # Others may wait for the same.
        return await asyncio.shield(answer)

    async def _read_while_asked(self, asked: _Asked[Key, Found]) -> None:
        while batch := dict(list(asked.waiting.items())[: self._most]):
            for key in batch:
                del asked.waiting[key]
            try:
                found = await self._read(list(batch))
            except Exception as error:
                for answer in batch.values():
                    answer.set_exception(error)
                    # Whoever asked may have gone.
                    answer.exception()
            else:
                for key, answer in batch.items():
                    answer.set_result(found.get(key))
