"""Removes notifications that are old, read or not."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection

from chat.cleanup.pace import Pace

_DELETE = """
    DELETE FROM notifications WHERE id IN (
        SELECT id FROM notifications WHERE created_datetime <= now() - %(age)s
         ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""


def cleanup_notifications() -> int:
    """Delete those of more than NOTIFICATION_DAYS; return how many. Safe with several at once."""
    pace, removed = Pace(settings.CLEANUP_BATCH), 0
    while True:
        with pace.batch() as most, connection.cursor() as cursor:
            limits: dict[str, Any] = {"age": settings.NOTIFICATION_AGE, "most": most}
            cursor.execute(_DELETE, limits)
            if not cursor.rowcount:
                return removed
            removed += cursor.rowcount
