"""Wakes workers for answers. The row is the queue and the lock; a ring carries nothing that may not be lost.

A ring is a notification of Postgres: heard when the caller's transaction is committed, and only then. Workers that
did not hear it look for themselves every few seconds (`serving.py`).
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection

CHANNEL = "tc_answers"
# The expression that rings, also for a statement that does more (`storing.py`).
RING = f"pg_notify('{CHANNEL}', '')"


def ring() -> None:
    """Tell all workers that an answer waits, as soon as the caller's transaction is committed."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {RING}")


def hang_up(question_id: UUID) -> None:
    """Tell the worker that writes this answer to stop, wherever it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(question_id)])
