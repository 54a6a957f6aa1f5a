"""One reader per process follows the live log for all answers that its sockets watch.

A reader per answer cost twice the CPU (212 against 106 µs a token at 100 streams).
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from uuid import UUID

from django.conf import settings
from redis.exceptions import RedisError

from chat.answers.live_log import KEPT_SECONDS, KEY, Frame, milliseconds_of, read_entry
from chat.redis_async import BLOCK_SECONDS, live_log_reader

logger = logging.getLogger(__name__)

_ENTRIES_PER_READ = 64
_AWAY_SECONDS = 0.5
# After so long without a frame a watcher looks at the row.
_SILENCE_SECONDS = 1.0
_TICK_SECONDS = 0.25
# Whoever begins to watch reads the row, whose checkpoint is at most 2 s old, and needs what has come since.
_REMEMBERED_SECONDS = 5.0
assert _REMEMBERED_SECONDS < KEPT_SECONDS


@dataclass(slots=True, eq=False)
class Feed:
    """What one watcher has not taken yet. None in the queue: something was missed, or may have been.

    A watcher that is too far behind reads the row instead: memory stays bounded.
    """

    queue: asyncio.Queue[Frame | None] = field(default_factory=lambda: asyncio.Queue(settings.WATCH_BUFFER_FRAMES))
    offered: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    def offer(self, frame: Frame | None) -> None:
        self.offered = asyncio.get_running_loop().time()
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            frame = None
        self.queue.put_nowait(frame)


class _Recent:
    """The frames of the last seconds, by question, for those who begin to watch: two spans, the older one complete."""

    def __init__(self) -> None:
        self._spans: list[defaultdict[str, list[Frame]]] = [defaultdict(list), defaultdict(list)]
        self._ends = 0.0

    def add(self, frame: Frame) -> None:
        self._spans[1][frame.question_id].append(frame)

    def of(self, question_id: str) -> Iterator[Frame]:
        return chain.from_iterable(span.get(question_id, ()) for span in self._spans)

    def forget_old(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._ends:
            self._spans = [self._spans[1], defaultdict(list)]
            self._ends = now + _REMEMBERED_SECONDS


class LiveHub:
    """The reader of one event loop; it runs while somebody watches."""

    def __init__(self) -> None:
        self._feeds: defaultdict[str, set[Feed]] = defaultdict(set)
        self._recent = _Recent()
        self._reader: asyncio.Task[None] | None = None
        self._clock: asyncio.Task[None] | None = None

    @contextmanager
    def watch(self, question_id: UUID) -> Iterator[Feed]:
        """Collect an answer's events from now on, and those of the last seconds."""
        key, feed = str(question_id), Feed()
        self._feeds[key].add(feed)
        if self._reader is None or self._reader.done():
            self._recent = _Recent()
            self._reader = asyncio.create_task(self._read_while_watched())
        if self._clock is None or self._clock.done():
            self._clock = asyncio.create_task(self._rouse_while_watched())
        for frame in self._recent.of(key):
            feed.offer(frame)
        try:
            yield feed
        finally:
            self._feeds[key].discard(feed)
            if not self._feeds[key]:
                del self._feeds[key]

    async def _read_while_watched(self) -> None:
        position = ""
        while self._feeds:
            try:
                position = await self._read_once(position or await _some_seconds_ago())
            except (RedisError, OSError) as error:
                logger.warning("The live log cannot be read (%s)", type(error).__name__)
                self._tell_all_to_read_their_rows()
                await asyncio.sleep(_AWAY_SECONDS)

    async def _rouse_while_watched(self) -> None:
        """One clock for all watchers: a time-out of each one's own would be set and dropped with every frame."""
        while self._feeds:
            await asyncio.sleep(_TICK_SECONDS)
            silent = asyncio.get_running_loop().time() - _SILENCE_SECONDS
            for feed in chain.from_iterable(self._feeds.values()):
                if feed.offered < silent and feed.queue.empty():
                    feed.offer(None)

    async def _read_once(self, position: str) -> str:
        """Read what comes behind `position`; return how far it was read."""
        block = int(BLOCK_SECONDS * 1000)
        found: Any = await live_log_reader().xread({KEY: position}, count=_ENTRIES_PER_READ, block=block)
        self._recent.forget_old()
        for _, entries in found or []:
            for identity, fields in entries:
                position = identity
                for frame in read_entry(fields):
                    self._distribute(frame)
        return position

    def _distribute(self, frame: Frame) -> None:
        self._recent.add(frame)
        for feed in self._feeds.get(frame.question_id, ()):
            feed.offer(frame)

    def _tell_all_to_read_their_rows(self) -> None:
        for feed in chain.from_iterable(self._feeds.values()):
            feed.offer(None)


async def _some_seconds_ago() -> str:
    """A place in the log some seconds before its end, by the clock that counts there."""
    newest: Any = await live_log_reader().xrevrange(KEY, count=1)
    return str(max(0, milliseconds_of(newest[0][0]) - int(_REMEMBERED_SECONDS * 1000))) if newest else "0"


_hubs: dict[asyncio.AbstractEventLoop, LiveHub] = {}


def live_hub() -> LiveHub:
    return _hubs.setdefault(asyncio.get_running_loop(), LiveHub())
