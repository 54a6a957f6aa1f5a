"""Is every part there? Each is asked by itself, so that one that is away hides no other."""

from __future__ import annotations

from django.db import Error as DatabaseError
from django.db import connection

from chat.redis_client import redis_is_there

# A worker writes its heartbeat every 5 s.
_WORKER_SILENT_SECONDS = 20


def check_parts() -> dict[str, bool]:
    """Return whether the database, Redis and at least one worker are there."""
    return {"database": _database_is_there(), "redis": redis_is_there(), "worker": worker_is_there()}


def _database_is_there() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def worker_is_there() -> bool:
    """Has a worker given a sign of life lately?"""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM procrastinate_workers "
                "WHERE last_heartbeat > now() - %s * interval '1 second')",
                [_WORKER_SILENT_SECONDS],
            )
            row = cursor.fetchone()
    except DatabaseError:
        return False
    return bool(row and row[0])
