"""Cleans up behind answers: those that nobody writes any more, and what is left of the live log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redis import Redis

from chat.answers.live_log import KEPT_SECONDS, KEY
from chat.answers.sweep import count_orphans, sweep_answers
from chat.errors import RedisAway
from chat.redis_client import get_redis_client


@dataclass(frozen=True, slots=True)
class AnswersCleaned:
    """`rerun`: answers given to another worker; `logs`: old entries removed from the live log."""

    rerun: int
    logs: int


def cleanup_answers(*, dry_run: bool = False) -> AnswersCleaned:
    """Rerun orphaned answers, and remove from the live log what no reader needs any more."""
    rerun = count_orphans() if dry_run else sweep_answers()
    try:
        return AnswersCleaned(rerun, get_redis_client().run(lambda redis: _remove_old(redis, dry_run=dry_run)))
    except RedisAway:
        return AnswersCleaned(rerun, 0)


def _remove_old(redis: Redis, *, dry_run: bool) -> int:
    """The log trims itself while it is written; this is for what came last before nobody wrote any more."""
    time: Any = redis.time()
    oldest = max(0, (time[0] - KEPT_SECONDS) * 1000)
    if dry_run:
        old: Any = redis.xrange(KEY, max=f"({oldest}-0")
        return len(old)
    removed: Any = redis.xtrim(KEY, minid=oldest, approximate=False)
    return int(removed)
