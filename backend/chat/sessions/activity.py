"""When users were last active: gathered in Redis, written to Postgres every few seconds.

Sign-in and questions write through, so that what matters most never waits; but hardly more often than the
write-behind would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

from chat.errors import RedisAway
from chat.redis_manager import Activity, get_redis_manager
from models.models import User

BATCH = 500

# Whoever is active has come back; but not from being deleted.
_RETURNED = "expired_datetime = CASE WHEN users.is_active THEN NULL ELSE users.expired_datetime END"
# What a statement needs to write down a user and their session, by the ids of both, beside what else it does; `seen` is
# empty for a user who is gone. The user first, as whoever changes a user and then their sessions locks them.
SEEN = """
    seen AS (
        UPDATE users SET last_activity = GREATEST(last_activity, statement_timestamp()), expired_datetime = NULL
         WHERE uuid = %s AND is_active RETURNING uuid
    ), seen_there AS (
        UPDATE sessions SET last_seen = GREATEST(last_seen, statement_timestamp())
          FROM seen WHERE sessions.user_id = seen.uuid AND sessions.id = %s
    )
"""


def note_activity(user: User, session_id: UUID) -> None:
    """Write down at once that `user` is active now."""
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {SEEN} SELECT", [user.uuid, session_id])


def flush_activity() -> int:
    """Write to Postgres what waits in Redis; return how many sessions it concerned.

    May run twice at once and be killed at any point: what is written twice does not
    change, and what was not written is still waiting. Does nothing while Redis is away.
    """
    redis = get_redis_manager()
    started, written = datetime.now(UTC), 0
    try:
        # What is touched while this runs moves behind; the count keeps it from chasing that.
        waiting = redis.count_waiting()
        while written < waiting and (batch := redis.waiting_activity(BATCH)):
            _write_down(batch)
            redis.settle(batch)
            written += len(batch)
        redis.expire()
        redis.mark_flushed(started)
    except RedisAway:
        pass
    return written


def _write_down(batch: Sequence[Activity]) -> None:
    by_session = {entry.session_id: entry.seen for entry in batch}
    by_user: dict[UUID, datetime] = {}
    for entry in batch:
        by_user[entry.uuid] = max(entry.seen, by_user.get(entry.uuid, entry.seen))
    # Two statements, each its own transaction: holding sessions while waiting for a user
    # could block a request that holds that user.
    _store_latest("sessions", "id", "last_seen", by_session)
    _store_latest("users", "uuid", "last_activity", by_user, also=_RETURNED)


def _store_latest(table: str, key: str, column: str, latest: Mapping[UUID, datetime], also: str = "") -> None:
    """Set `column` to the later of the two times, and never to one that has not come yet.

    Rows are locked in one order, so that two passes at once cannot block each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH news AS (SELECT * FROM unnest(%s::uuid[], %s::timestamptz[]) AS news (key, seen)),
            stale AS (
                SELECT {table}.{key} AS key, LEAST(news.seen, now()) AS seen
                FROM {table} JOIN news ON news.key = {table}.{key}
                WHERE {table}.{column} < LEAST(news.seen, now())
                ORDER BY {table}.{key} FOR NO KEY UPDATE OF {table}
            )
            UPDATE {table} SET {column} = GREATEST({table}.{column}, stale.seen){also and f", {also}"}
            FROM stale WHERE {table}.{key} = stale.key
            """,
            [list(latest), list(latest.values())],
        )
