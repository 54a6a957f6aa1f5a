"""Marks users as expired who were not active for a long time. Coming back takes the mark away.

Whether somebody was active is known in Postgres only when nothing waits in Redis: a pass
begins with the write-behind, and is skipped when that could not run to its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from chat.errors import RedisAway, Unavailable
from chat.redis_manager import get_redis_manager
from chat.sessions.activity import flush_activity

_DUE = """
    expired_datetime IS NULL
    AND last_activity <= now() - CASE WHEN is_guest THEN %(guest)s ELSE %(account)s END
"""
_FIND = f"SELECT uuid FROM users WHERE {_DUE} LIMIT %(many)s"
_COUNT = f"SELECT count(*) FILTER (WHERE is_guest), count(*) FILTER (WHERE NOT is_guest) FROM users WHERE {_DUE}"
# The test again, on the row as it is once it is locked: its user may just have come back.
_EXPIRE = f"""
    UPDATE users SET expired_datetime = now()
     WHERE uuid IN (SELECT uuid FROM users WHERE uuid = ANY(%(uuids)s) AND {_DUE} ORDER BY uuid FOR UPDATE SKIP LOCKED)
 RETURNING is_guest
"""
# So many are looked for at once, which reads the whole table.
_FOUND_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Expired:
    guests: int = 0
    accounts: int = 0


def expire_users(*, batch_size: int | None = None, dry_run: bool = False) -> Expired:
    """Mark all users whose time is up; return how many. Safe with several at once.

    Raises Unavailable, and marks nobody, while activity may be waiting in Redis.
    """
    _require_all_activity()
    if dry_run:
        return Expired(*_rows(_COUNT)[0])
    batch = batch_size or settings.CLEANUP_BATCH
    guests = accounts = 0
    while found := [row[0] for row in _rows(_FIND, many=_FOUND_AT_ONCE)]:
        expired = [is_guest for part in _parts(found, batch) for (is_guest,) in _rows(_EXPIRE, uuids=part)]
        guests += sum(expired)
        accounts += len(expired) - sum(expired)
        if len(expired) < len(found):
            # Some came back or are another pass's: what is left has the next one.
            break
    return Expired(guests, accounts)


def _require_all_activity() -> None:
    flush_activity()
    try:
        fresh = get_redis_manager().flushed_at() is not None
    except RedisAway:
        fresh = False
    if not fresh:
        raise Unavailable("Redis is away, where activity may be waiting: nobody can be called inactive.")


def _rows(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    limits: dict[str, Any] = {"guest": settings.GUEST_IDLE, "account": settings.ACCOUNT_EXPIRE}
    with connection.cursor() as cursor:
        cursor.execute(statement, {**limits, **parameters})
        return list(cursor.fetchall())


def _parts(uuids: list[UUID], size: int) -> list[list[UUID]]:
    return [uuids[first : first + size] for first in range(0, len(uuids), size)]
