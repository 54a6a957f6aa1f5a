"""Asynchronous Redis for the live log: one client a purpose and event loop.

Redis is the tail, never the truth: whoever uses these clients goes on without them.
"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

WRITE_SECONDS = 1.0
# The reader blocks for a second at a time; its socket must not give up earlier.
BLOCK_SECONDS = 1.0
READ_SECONDS = 3.0

_Clients = WeakKeyDictionary[asyncio.AbstractEventLoop, "Redis"]
_writers: _Clients = WeakKeyDictionary()
_readers: _Clients = WeakKeyDictionary()


def live_log_writer() -> Redis:
    """For short commands; each fails within `WRITE_SECONDS`."""
    return _client(_writers, WRITE_SECONDS)


def live_log_reader() -> Redis:
    """For one blocking read at a time."""
    return _client(_readers, READ_SECONDS)


def _client(clients: _Clients, seconds: float) -> Redis:
    loop = asyncio.get_running_loop()
    if loop not in clients:
        clients[loop] = Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=seconds,
            socket_connect_timeout=WRITE_SECONDS,
            # The next write comes soon, and the rows heal what is missing.
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
    return clients[loop]
