"""The live log: one Redis Stream with the last seconds of all answers' events.

One entry holds what one worker shows at one moment, so that writing and reading cost as much for hundreds of
answers as for one. An event is a JSON object with `kind`; the kinds are described in `docs/websocket.md`. Losing the
log loses nothing: readers heal every hole from the row, and what comes twice changes nothing.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from redis.exceptions import RedisError

from chat.redis_async import live_log_writer

logger = logging.getLogger(__name__)

KEY = "tc:live"
FIELD = "e"
# Older text is in the rows' checkpoints.
KEPT_SECONDS = 10
# When nobody writes any more.
_EXPIRY_SECONDS = 60

Event = Mapping[str, Any]


class Frame(NamedTuple):
    """One event of one answer, as it stands in an entry."""

    question_id: str
    epoch: int
    event: Event


@dataclass(slots=True)
class _Clock:
    """Redis' own time, as its last reply told it: another machine's may differ."""

    told: int = 0
    told_at: float = 0.0

    def note(self, identity: str) -> None:
        self.told, self.told_at = milliseconds_of(identity), asyncio.get_running_loop().time()

    def now(self) -> int:
        return self.told + int((asyncio.get_running_loop().time() - self.told_at) * 1000)


_clock = _Clock()


def milliseconds_of(identity: str) -> int:
    """When an entry was written, by Redis' clock."""
    return int(identity.partition("-")[0])


async def write_frames(frames: Sequence[tuple[UUID, int, Event]]) -> bool:
    """Append (question, epoch, event) as one entry. False when Redis is away: they are lost, and may be."""
    entry = json.dumps([(str(question_id), *rest) for question_id, *rest in frames], ensure_ascii=False)
    fields: dict[Any, Any] = {FIELD: entry}
    oldest = max(0, _clock.now() - KEPT_SECONDS * 1000) if _clock.told else 0
    pipe = live_log_writer().pipeline(transaction=False)
    pipe.xadd(KEY, fields, minid=oldest, approximate=True)
    pipe.expire(KEY, _EXPIRY_SECONDS)
    try:
        identity, _ = await pipe.execute()
    except (RedisError, OSError) as error:
        logger.warning("The live log is away (%s)", type(error).__name__)
        return False
    _clock.note(identity)
    return True


def read_entry(fields: Mapping[str, str]) -> list[Frame]:
    """Return the frames of an entry."""
    return [Frame(*frame) for frame in json.loads(fields[FIELD])]
