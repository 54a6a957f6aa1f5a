"""The live log: one Redis Stream per answer with the last seconds of its events.

Ids are explicit, `<epoch>-<number>`: a write whose reply was lost cannot count twice. An
event is a JSON object with `kind`; the kinds are described in `docs/websocket.md`. Losing
the log loses nothing: readers heal every hole from the row.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from chat.redis_async import live_log_writer

logger = logging.getLogger(__name__)

PREFIX = "tc:answer:"
FIELD = "e"
KEPT_SECONDS = 3600
# About half a minute at the highest rate; older text is in the row's checkpoint.
KEPT_FRAMES = 1000
_RENEW_EXPIRY_EVERY = 100

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """One entry of an answer's log. `number` counts from 1 within the epoch."""

    question_id: UUID
    epoch: int
    number: int
    event: Event


def stream_key(question_id: UUID) -> str:
    return f"{PREFIX}{question_id}"


async def write_frames(frames: Sequence[Frame]) -> bool:
    """Append frames in one round trip. False when Redis is away: they are lost, and may be."""
    pipe = live_log_writer().pipeline(transaction=False)
    for frame in frames:
        key = stream_key(frame.question_id)
        fields: dict[Any, Any] = {FIELD: json.dumps(frame.event, ensure_ascii=False, separators=(",", ":"))}
        pipe.xadd(key, fields, id=f"{frame.epoch}-{frame.number}", maxlen=KEPT_FRAMES, approximate=True)
        if frame.number % _RENEW_EXPIRY_EVERY == 1:
            pipe.expire(key, KEPT_SECONDS)
    try:
        # "Equal or smaller" errors of single entries mean: already written.
        await pipe.execute(raise_on_error=False)
    except (RedisError, OSError) as error:
        logger.warning("The live log is away (%s)", type(error).__name__)
        return False
    return True
