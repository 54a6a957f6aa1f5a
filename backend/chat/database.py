"""The asynchronous connections for the hot statements of the worker, of waiting and of sockets.

Django's async ORM runs one call after the other on one thread (500 updates took
0.59 s against 0.20 s this way), so what happens once a token or once a second goes
here. Everything else uses the ORM.

The pool is our own, because whoever uses it may be cancelled at any moment (docs/decisions/asynchronous-pool.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections
from psycopg import AsyncConnection, OperationalError
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row

from chat.open_connections import is_open

Connection = AsyncConnection[DictRow]

POOL_SIZE = 8
_TIMEOUT_SECONDS = 5
# Planning takes Postgres longer than running these statements: each is planned once for a connection. Django's own
# connections have this turned off.
_PREPARED_AFTER = 3


class _Pool:
    """Up to `POOL_SIZE` connections of one event loop, opened when they are needed and kept while they are open.

    Has no task of its own, and gives back without waiting: so nobody who is cancelled takes a connection along.
    """

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(POOL_SIZE)
        self._idle: list[Connection] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        await self._wait_until_free()
        try:
            connection = self._take_idle() or await _connect()
            try:
                yield connection
            finally:
                self._keep(connection)
        finally:
            self._free.release()

    async def _wait_until_free(self) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            raise OperationalError(f"All {POOL_SIZE} connections were in use for {_TIMEOUT_SECONDS} s.") from None

    def _take_idle(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if is_open(connection):
                return connection
            _close(connection)
        return None

    def _keep(self, connection: Connection) -> None:
        # In the middle of anything, nobody can say what the next one would meet.
        if connection.info.transaction_status == TransactionStatus.IDLE:
            self._idle.append(connection)
        else:
            _close(connection)


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()


def async_connection() -> AbstractAsyncContextManager[Connection]:
    """Lend a connection in autocommit; raises OperationalError when none can be had within seconds."""
    return _pools.setdefault(asyncio.get_running_loop(), _Pool()).connection()


def connection_parameters() -> dict[str, Any]:
    """How psycopg's own connections reach the database."""
    parameters: dict[str, Any] = connections["default"].get_connection_params()
    # Django's own classes for synchronous connections do not fit here.
    return {key: value for key, value in parameters.items() if key not in {"cursor_factory", "context"}}


async def _connect() -> Connection:
    options = {"connect_timeout": _TIMEOUT_SECONDS, **connection_parameters(), "prepare_threshold": _PREPARED_AFTER}
    return await Connection.connect(**options, row_factory=dict_row, autocommit=True)


def _close(connection: Connection) -> None:
    """As psycopg's `close`, which waits for nothing either, but has to be awaited."""
    connection.pgconn.finish()
