"""The asynchronous connection pool for the hot statements of the worker and of waiting.

Django's async ORM runs one call after the other on one thread (500 updates took
0.59 s against 0.20 s through this pool), so what happens once a token or once a
second goes here. Everything else uses the ORM.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.db import connections
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from chat.open_connections import is_open

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]

T = TypeVar("T")

_POOL_SIZE = 8
_TIMEOUT_SECONDS = 5.0
# Planning takes Postgres longer than running these statements: each is planned once for a connection. Django's own
# connections have this turned off.
_PREPARED_AFTER = 3

# A pool belongs to the event loop that opened it.
_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Pool] = WeakKeyDictionary()


async def async_pool() -> Pool:
    """Return this event loop's pool, opened on the first call. Connections are in autocommit."""
    loop = asyncio.get_running_loop()
    if loop not in _pools:
        _pools[loop] = _new_pool()
        await _pools[loop].open()
    return _pools[loop]


class _OpenPool(AsyncConnectionPool[AsyncConnection[DictRow]]):
    """Hands out only connections that are open; psycopg's own check pauses for seconds at each that is not.

    Taking and giving back go on to their end when whoever asked is cancelled: cancelled within, psycopg's pool has lost
    connections until none was left (50 sockets opened and closed a second did that within ten seconds).
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._errands: set[asyncio.Task[Any]] = set()

    async def getconn(self, timeout: float | None = None) -> AsyncConnection[DictRow]:
        taking = self._run(self._take_open(timeout))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            taking.add_done_callback(self._give_back)
            raise

    async def putconn(self, conn: AsyncConnection[DictRow]) -> None:
        await asyncio.shield(self._run(super().putconn(conn)))

    async def _take_open(self, timeout: float | None) -> AsyncConnection[DictRow]:
        while True:
            connection = await super().getconn(timeout)
            if is_open(connection):
                return connection
            # A closed one that is given back is replaced.
            await connection.close()
            await super().putconn(connection)

    def _give_back(self, taken: asyncio.Task[AsyncConnection[DictRow]]) -> None:
        if not taken.cancelled() and not taken.exception():
            self._run(super().putconn(taken.result()))

    def _run(self, errand: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)
        return task


def connection_parameters() -> dict[str, Any]:
    """How psycopg's own connections reach the database."""
    parameters: dict[str, Any] = connections["default"].get_connection_params()
    # Django's own classes for synchronous connections do not fit here.
    return {key: value for key, value in parameters.items() if key not in {"cursor_factory", "context"}}


def _new_pool() -> Pool:
    return _OpenPool(
        kwargs={
            **connection_parameters(),
            "row_factory": dict_row,
            "autocommit": True,
            "prepare_threshold": _PREPARED_AFTER,
        },
        min_size=0,
        max_size=_POOL_SIZE,
        timeout=_TIMEOUT_SECONDS,
        # A waiting statement begins anew; otherwise the pauses between two tries grow and grow.
        reconnect_timeout=_TIMEOUT_SECONDS,
        open=False,
    )
