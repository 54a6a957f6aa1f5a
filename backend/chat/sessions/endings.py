"""Which of many sessions have ended, asked in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from chat.database import async_connection

_OPEN: LiteralString = """
    SELECT id FROM sessions
     WHERE id = ANY(%s) AND revoked_at IS NULL AND (absolute_expiry IS NULL OR absolute_expiry > now())
"""


async def ended_among(session_ids: Sequence[UUID]) -> set[UUID]:
    """Return those that were revoked, deleted, or have reached their absolute end."""
    async with async_connection() as connection:
        rows = await (await connection.execute(_OPEN, [list(session_ids)])).fetchall()
    return set(session_ids) - {row["id"] for row in rows}
