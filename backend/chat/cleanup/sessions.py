"""Removes the rows of sessions that have ended. Without its row a session is refused all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from chat.cleanup.pace import Pace
from chat.errors import RedisAway
from chat.redis_manager import get_redis_manager
from chat.sessions.activity import flush_activity

_ENDED = """
    sessions.revoked_at IS NOT NULL OR sessions.absolute_expiry <= now()
    OR sessions.last_seen <= now() - CASE WHEN users.is_guest THEN %(guest)s ELSE %(account)s END AND %(fresh)s
"""
_COUNT = f"SELECT count(*) FROM sessions JOIN users ON users.uuid = sessions.user_id WHERE {_ENDED}"
_FIND = f"""
    SELECT sessions.id FROM sessions JOIN users ON users.uuid = sessions.user_id WHERE {_ENDED} LIMIT 10000
"""
_DELETE = f"""
    DELETE FROM sessions WHERE id IN (
        SELECT sessions.id FROM sessions JOIN users ON users.uuid = sessions.user_id
         WHERE sessions.id = ANY(%(ids)s) AND ({_ENDED})
         ORDER BY sessions.id FOR UPDATE OF sessions SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class EndedSessions:
    """`removed`: rows in Postgres; `forgotten`: entries of Redis' list of active sessions."""

    removed: int
    forgotten: int


def cleanup_sessions(*, batch_size: int | None = None, dry_run: bool = False) -> EndedSessions:
    """Remove sessions that were revoked or whose time is up. Safe with several at once.

    While activity may be waiting in Redis nobody is called idle.
    """
    fresh, forgotten = _take_over_from_redis()
    limits: dict[str, Any] = {"guest": settings.GUEST_IDLE, "account": settings.ACCOUNT_IDLE, "fresh": fresh}
    with connection.cursor() as cursor:
        if dry_run:
            cursor.execute(_COUNT, limits)
            return EndedSessions(cursor.fetchall()[0][0], 0)
        removed, pace = 0, Pace(batch_size or settings.CLEANUP_BATCH)
        while True:
            cursor.execute(_FIND, limits)
            found = [row[0] for row in cursor.fetchall()]
            before = removed
            while found:
                with pace.batch() as most:
                    part, found = found[:most], found[most:]
                    cursor.execute(_DELETE, {**limits, "ids": part})
                    removed += cursor.rowcount
            if removed == before:
                return EndedSessions(removed, forgotten)


def _take_over_from_redis() -> tuple[bool, int]:
    """Return whether all activity is in Postgres, and how many sessions Redis dropped."""
    flush_activity()
    redis = get_redis_manager()
    try:
        return redis.flushed_at() is not None, redis.expire()
    except RedisAway:
        return False, 0
