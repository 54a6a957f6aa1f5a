"""Cleans up behind answers: those that nobody writes any more, and live logs that nobody needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from redis import Redis

from chat.answers.live_log import KEPT_SECONDS, PREFIX
from chat.answers.sweep import count_orphans, sweep_answers
from chat.errors import RedisAway
from chat.redis_client import get_redis_client
from models.chat import RUNNING
from models.models import Chat

# A reader may be at the last entries of an answer that has just ended.
_READERS_NEED = timedelta(minutes=5)
_KEYS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class AnswersCleaned:
    """`rerun`: answers given to another worker; `logs`: live logs removed from Redis."""

    rerun: int
    logs: int


def cleanup_answers(*, dry_run: bool = False) -> AnswersCleaned:
    """Rerun orphaned answers, and remove the live logs of answers that ended a while ago."""
    rerun = count_orphans() if dry_run else sweep_answers()
    try:
        return AnswersCleaned(rerun, sum(_remove_old(keys, dry_run=dry_run) for keys in _live_logs()))
    except RedisAway:
        return AnswersCleaned(rerun, 0)


def _live_logs() -> Iterator[list[str]]:
    cursor: int | None = None
    while cursor != 0:
        cursor, keys = get_redis_client().run(partial(_scan, cursor=cursor or 0))
        yield keys


def _scan(redis: Redis, *, cursor: int) -> tuple[int, list[str]]:
    found: Any = redis.scan(cursor, match=f"{PREFIX}*", count=_KEYS_AT_ONCE)
    return int(found[0]), [str(key) for key in found[1]]


def _remove_old(keys: list[str], *, dry_run: bool) -> int:
    ids = {key: _question_id(key) for key in keys}
    needed = Q(status__in=RUNNING) | Q(finished_datetime__gt=Now() - _READERS_NEED)
    wanted = set(
        Chat.objects.filter(needed, pk__in=[each for each in ids.values() if each]).values_list("pk", flat=True)
    )
    old = [key for key, question_id in ids.items() if question_id not in wanted]
    if not dry_run:
        get_redis_client().run(lambda redis: _tidy(redis, old, [key for key in keys if key not in old]))
    return len(old)


def _tidy(redis: Redis, old: list[str], needed: list[str]) -> Any:
    with redis.pipeline(transaction=False) as pipe:
        if old:
            pipe.unlink(*old)
        for key in needed:
            # One whose expiry was lost with its connection.
            pipe.expire(key, KEPT_SECONDS, nx=True)
        return pipe.execute()


def _question_id(key: str) -> UUID | None:
    try:
        return UUID(key.removeprefix(PREFIX))
    except ValueError:
        return None
