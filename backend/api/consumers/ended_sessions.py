"""Tells open sockets that their session has ended: one statement a second for all sockets of the process.

The rows are asked, rather than waiting for a nudge: so it takes the same time when Redis is away, and no
nudge can be lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakKeyDictionary

from psycopg import Error as DatabaseError

from chat.sessions.endings import ended_among

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0

OnEnd = Callable[[], Awaitable[None]]


class SessionWatch:
    """The sockets of one event loop. Looks only while there are any."""

    def __init__(self) -> None:
        self._sockets: dict[UUID, set[OnEnd]] = defaultdict(set)
        self._looking: asyncio.Task[None] | None = None
        # Closing waits for the client; the others are not to wait for it.
        self._telling: set[asyncio.Future[None]] = set()

    @asynccontextmanager
    async def watch(self, session_id: UUID, on_end: OnEnd) -> AsyncIterator[None]:
        """Call `on_end` once should the session end within the block."""
        self._sockets[session_id].add(on_end)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._sockets[session_id].discard(on_end)
            if not self._sockets[session_id]:
                del self._sockets[session_id]
            if not self._sockets and self._looking:
                looking, self._looking = self._looking, None
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                ended = await ended_among(list(self._sockets))
            except DatabaseError as error:
                logger.warning("Sessions of open sockets could not be looked at: %s", type(error).__name__)
                continue
            for session_id in ended:
                self._tell(session_id)

    def _tell(self, session_id: UUID) -> None:
        for on_end in self._sockets.get(session_id, ()):
            telling = asyncio.ensure_future(on_end())
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, SessionWatch] = WeakKeyDictionary()


def session_watch() -> SessionWatch:
    """Return this event loop's watch."""
    return _watches.setdefault(asyncio.get_running_loop(), SessionWatch())
