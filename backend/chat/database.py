"""The asynchronous connection pool for the hot statements of the worker and of waiting.

Django's async ORM runs one call after the other on one thread (500 updates took
0.59 s against 0.20 s through this pool), so what happens once a token or once a
second goes here. Everything else uses the ORM.
"""

from __future__ import annotations

import asyncio
from selectors import EVENT_READ, DefaultSelector
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections
from psycopg import AsyncConnection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]

_POOL_SIZE = 8
_TIMEOUT_SECONDS = 5.0

# A pool belongs to the event loop that opened it.
_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Pool] = WeakKeyDictionary()


async def async_pool() -> Pool:
    """Return this event loop's pool, opened on the first call. Connections are in autocommit."""
    loop = asyncio.get_running_loop()
    if loop not in _pools:
        _pools[loop] = _new_pool()
        await _pools[loop].open()
    return _pools[loop]


async def _check_open(connection: AsyncConnection[DictRow]) -> None:
    """Raise for a connection that the server has closed, as when it restarted.

    Between statements it has nothing to say: what can be read is its goodbye. Asking it
    instead (`check_connection`) would be a round trip before every statement.
    """
    with DefaultSelector() as selector:
        selector.register(connection.fileno(), EVENT_READ)
        if selector.select(0):
            # Otherwise the pool, to which it looks well, would hand it out again and again.
            await connection.close()
            raise OperationalError("the server has closed the connection")


def _new_pool() -> Pool:
    parameters: dict[str, Any] = connections["default"].get_connection_params()
    # Django's own classes for synchronous connections do not fit here.
    parameters = {key: value for key, value in parameters.items() if key not in {"cursor_factory", "context"}}
    return AsyncConnectionPool(
        kwargs={**parameters, "row_factory": dict_row, "autocommit": True},
        min_size=0,
        max_size=_POOL_SIZE,
        timeout=_TIMEOUT_SECONDS,
        check=_check_open,
        open=False,
    )
