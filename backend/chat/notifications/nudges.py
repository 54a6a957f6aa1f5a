"""Nudges: "look for news of this user", from any process to those that hold the user's sockets.

A nudge carries nothing and may be lost: whoever hears it, and everybody from time to time,
reads the rows. It goes over one Redis channel, to which each process subscribes once. A group of
the channel layer per socket would keep sockets from opening while Redis is away, and could not be
sent to from synchronous code without an event loop of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from django.db import transaction
from redis.exceptions import RedisError

from chat.errors import RedisAway
from chat.redis_async import BLOCK_SECONDS, live_log_reader, live_log_writer
from chat.redis_client import get_redis_client
from chat.shared_query import SharedQuery

logger = logging.getLogger(__name__)

CHANNEL = "tc:nudges"
_AWAY_SECONDS = 0.5


def nudge_on_commit(user: UUID) -> None:
    """Nudge the user's sockets as soon as the caller's transaction is committed. Raises nothing."""
    transaction.on_commit(partial(nudge, user))


def nudge(user: UUID) -> None:
    with contextlib.suppress(RedisAway):
        get_redis_client().run(lambda redis: redis.publish(CHANNEL, str(user)))


async def nudge_async(user: UUID) -> None:
    """The same on an event loop; many at once are one message."""
    with contextlib.suppress(RedisError, OSError):
        await _nudged.ask(user)


async def _nudge_all(users: Sequence[UUID]) -> dict[UUID, None]:
    await live_log_writer().publish(CHANNEL, " ".join(map(str, users)))
    return {}


_nudged: SharedQuery[UUID, None] = SharedQuery(_nudge_all, most=500)


class NudgeHub:
    """Hears the nudges of one event loop's sockets; it runs while there are any."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._reader: asyncio.Task[None] | None = None

    @contextmanager
    def listen(self, user: UUID) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever there may be news of the user."""
        heard, name = asyncio.Event(), str(user)
        self._listeners[name].add(heard)
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._hear_while_listened())
        try:
            yield heard
        finally:
            self._listeners[name].discard(heard)
            if not self._listeners[name]:
                del self._listeners[name]

    async def _hear_while_listened(self) -> None:
        while self._listeners:
            try:
                await self._hear()
            except (RedisError, OSError) as error:
                logger.warning("Nudges cannot be heard (%s)", type(error).__name__)
                await asyncio.sleep(_AWAY_SECONDS)

    async def _hear(self) -> None:
        async with live_log_reader().pubsub(ignore_subscribe_messages=False) as channel:
            await channel.subscribe(CHANNEL)
            while self._listeners:
                message = await channel.get_message(timeout=BLOCK_SECONDS)
                if message is None:
                    continue
                # With a new subscription everybody looks: what came before it was not heard.
                names = list(self._listeners) if message["type"] == "subscribe" else str(message["data"]).split()
                for heard in [heard for name in names for heard in self._listeners.get(name, ())]:
                    heard.set()


_hubs: dict[asyncio.AbstractEventLoop, NudgeHub] = {}


def nudge_hub() -> NudgeHub:
    return _hubs.setdefault(asyncio.get_running_loop(), NudgeHub())
