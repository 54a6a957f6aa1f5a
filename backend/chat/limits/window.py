"""How often something may happen within a moving window: counted in Redis, and beside it in this process.

The count of Redis holds for all processes. That of the process holds while Redis is away (then for its
share of the limit), and keeps an emptied Redis from starting anew for whoever was just refused.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import threading
import time
import uuid
from dataclasses import dataclass

from django.conf import settings

from chat.errors import LimitReached, RedisAway
from chat.redis_client import get_redis_client
from chat.redis_manager import PREFIX

_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `limit` (0: any number) in `seconds`; `error` is what who asks for more gets."""

    name: str
    limit: int
    seconds: int
    error: type[LimitReached]


def take(rule: Rule, subject: str, *, ticket: str = "") -> str:
    """Count one for `subject` and return its ticket, with which it counts once. Raises `rule.error`.

    Atomic: of any number at once no more than the limit get through.
    """
    ticket = ticket or uuid.uuid4().hex
    if rule.limit:
        seconds = _seconds_to_wait(rule, _key(rule, subject), ticket)
        if seconds > 0:
            raise rule.error(retry_after=math.ceil(seconds))
    return ticket


def give_back(rule: Rule, subject: str, ticket: str) -> None:
    """Uncount what turned out to be harmless."""
    key = _key(rule, subject)
    _local.give_back(key, ticket)
    with contextlib.suppress(RedisAway):
        get_redis_client().run(lambda redis: redis.zrem(key, ticket))


def _seconds_to_wait(rule: Rule, key: str, ticket: str) -> float:
    try:
        milliseconds = int(get_redis_client().run_script("take", [key], [ticket, rule.limit, rule.seconds * 1000]))
    except RedisAway:
        share = max(1, rule.limit // settings.API_PROCESSES)
        return _local.take(key, ticket, share, rule.seconds)
    return milliseconds / 1000 or _local.take(key, ticket, rule.limit, rule.seconds)


def _key(rule: Rule, subject: str) -> str:
    """Neither names nor addresses of visitors stand in Redis."""
    return f"{PREFIX}limit:{rule.name}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}"


class _LocalWindows:
    """The same windows in this process' memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # By key: when each ticket is forgotten, the first one first.
        self._ends: dict[str, dict[str, float]] = {}

    def take(self, key: str, ticket: str, limit: int, seconds: int) -> float:
        """Return 0 when it was counted, else the seconds until there is room again."""
        now = time.monotonic()
        with self._lock:
            held = self._current(key, now)
            if ticket in held:
                return 0.0
            if len(held) < limit:
                held[ticket] = now + seconds
                return 0.0
            return max(0.001, sorted(held.values())[len(held) - limit] - now)

    def give_back(self, key: str, ticket: str) -> None:
        with self._lock:
            self._ends.get(key, {}).pop(ticket, None)

    def _current(self, key: str, now: float) -> dict[str, float]:
        if len(self._ends) > _MOST_KEPT:
            self._ends = {each: held for each, held in self._ends.items() if any(end > now for end in held.values())}
        held = {ticket: end for ticket, end in self._ends.get(key, {}).items() if end > now}
        self._ends[key] = held
        return held


_local = _LocalWindows()
