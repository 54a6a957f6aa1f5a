"""One reader per process follows the live logs of all answers that its sockets watch.

A reader per stream cost twice the CPU (212 against 106 µs a token at 100 streams). A
control stream wakes the reader when a watch begins; otherwise it would wait until the
blocking read ends.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from redis.exceptions import RedisError

from chat.answers.live_log import FIELD, KEPT_SECONDS, stream_key
from chat.redis_async import BLOCK_SECONDS, live_log_reader, live_log_writer

logger = logging.getLogger(__name__)

_ENTRIES_PER_READ = 64
_AWAY_SECONDS = 0.5
# Lets entries of many streams gather, so that one read serves them all.
_SECONDS_PER_STREAM = 0.00005


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the live log, in its place: (epoch, number)."""

    epoch: int
    number: int
    event: dict[str, Any]


@dataclass(slots=True, eq=False)
class Feed:
    """What one watcher has not taken yet. None in the queue: something was missed.

    A watcher that is too far behind reads the row instead: memory stays bounded.
    """

    queue: asyncio.Queue[Entry | None] = field(default_factory=lambda: asyncio.Queue(settings.WATCH_BUFFER_FRAMES))

    def offer(self, entry: Entry | None) -> None:
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            entry = None
        self.queue.put_nowait(entry)


class LiveHub:
    """The reader of one event loop; it runs while somebody watches."""

    def __init__(self) -> None:
        self._feeds: defaultdict[str, set[Feed]] = defaultdict(set)
        self._positions: dict[str, str] = {}
        self._control = f"tc:hub:{uuid.uuid4().hex}"
        self._reader: asyncio.Task[None] | None = None
        # Has a watch begun that the read on its way does not include?
        self._left_out = False
        self._wake_up: asyncio.Task[None] | None = None

    @contextmanager
    def watch(self, question_id: UUID) -> Iterator[Feed]:
        """Collect an answer's events from now on, and those that the log still holds."""
        key, feed = stream_key(question_id), Feed()
        self._feeds[key].add(feed)
        # From the beginning: what is known already is passed over by its offset.
        self._positions[key] = "0"
        self._start_or_wake()
        try:
            yield feed
        finally:
            self._feeds[key].discard(feed)
            if not self._feeds[key]:
                del self._feeds[key]
                self._positions.pop(key, None)

    def _start_or_wake(self) -> None:
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read_while_watched())
            return
        self._left_out = True
        if self._wake_up is None or self._wake_up.done():
            self._wake_up = asyncio.create_task(self._wake())

    async def _wake(self) -> None:
        """One task for all watches that begin together; none of them may slip through after its command."""
        while self._left_out:
            self._left_out = False
            try:
                pipe = live_log_writer().pipeline(transaction=False)
                pipe.xadd(self._control, {"wake": "1"}, maxlen=1)
                pipe.expire(self._control, KEPT_SECONDS)
                await pipe.execute()
            except (RedisError, OSError):
                pass  # The reader comes round within a second.

    async def _read_while_watched(self) -> None:
        control = "$"
        while self._feeds:
            try:
                control = await self._read_once(control)
                await asyncio.sleep(_SECONDS_PER_STREAM * len(self._feeds))
            except (RedisError, OSError) as error:
                logger.warning("The live log cannot be read (%s)", type(error).__name__)
                self._tell_all_to_read_their_rows()
                await asyncio.sleep(_AWAY_SECONDS)

    async def _read_once(self, control: str) -> str:
        positions, self._left_out = dict(self._positions), False
        streams: dict[Any, Any] = {self._control: control, **positions}
        found: Any = await live_log_reader().xread(streams, count=_ENTRIES_PER_READ, block=int(BLOCK_SECONDS * 1000))
        for key, entries in found or []:
            if key == self._control:
                control = entries[-1][0]
            elif self._positions.get(key) == positions.get(key):
                # Otherwise somebody began to watch meanwhile, and reads from the beginning.
                self._positions[key] = entries[-1][0]
                self._distribute(key, entries)
        return control

    def _distribute(self, key: str, entries: list[tuple[str, dict[str, str]]]) -> None:
        for identity, fields in entries:
            epoch, _, number = identity.partition("-")
            entry = Entry(int(epoch), int(number), json.loads(fields[FIELD]))
            for feed in self._feeds.get(key, ()):
                feed.offer(entry)

    def _tell_all_to_read_their_rows(self) -> None:
        for feeds in self._feeds.values():
            for feed in feeds:
                feed.offer(None)


_hubs: dict[asyncio.AbstractEventLoop, LiveHub] = {}


def live_hub() -> LiveHub:
    return _hubs.setdefault(asyncio.get_running_loop(), LiveHub())
