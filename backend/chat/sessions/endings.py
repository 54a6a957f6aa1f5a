"""Which of many sessions have ended, asked in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from chat.database import async_connection

# Of hundreds of open sessions nothing comes back.
_ENDED: LiteralString = """
    SELECT asked.id
      FROM unnest(%s::uuid[]) AS asked (id)
      LEFT JOIN sessions ON sessions.id = asked.id AND revoked_at IS NULL
       AND (absolute_expiry IS NULL OR absolute_expiry > now())
     WHERE sessions.id IS NULL
"""


async def ended_among(session_ids: Sequence[UUID]) -> set[UUID]:
    """Return those that were revoked, deleted, or have reached their absolute end."""
    async with async_connection() as connection:
        rows = await (await connection.execute(_ENDED, [list(session_ids)])).fetchall()
    return {row["id"] for row in rows}
