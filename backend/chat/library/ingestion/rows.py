"""The statements that move a document from state to state. The row is the lock, as with answers.

`queued -> reading -> done | failed | cancelled`, every one fenced by `epoch`. Times are the
database's clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from django.conf import settings

from chat.database import async_connection


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to read one document, as long as the lease is renewed."""

    document_id: UUID
    epoch: int
    file_name: str


class Lost(Exception):
    """The document is not ours any more: another worker has it, or it was deleted or moved."""


# Those who have least being read come first: a thousand files of one user do not make the others wait.
_CLAIM: LiteralString = """
    WITH busy AS (SELECT owner_id, count(*) AS documents FROM documents WHERE status = 'reading' GROUP BY owner_id),
         next AS (SELECT waiting.id FROM documents waiting LEFT JOIN busy ON busy.owner_id = waiting.owner_id
                   WHERE waiting.status = 'queued' AND waiting.deleted_at IS NULL AND NOT waiting.cancel_requested
                     AND (%(only)s::uuid[] IS NULL OR waiting.id = ANY(%(only)s::uuid[]))
                   ORDER BY coalesce(busy.documents, 0), waiting.created_datetime LIMIT 1
                     FOR NO KEY UPDATE OF waiting SKIP LOCKED)
    UPDATE documents
       SET status = 'reading', epoch = epoch + 1, attempts = attempts + 1, progress = 0, error_code = '',
           lease_until = now() + %(lease)s * interval '1 second'
      FROM next WHERE documents.id = next.id
 RETURNING documents.id AS document_id, epoch, file_name
"""

_RENEW: LiteralString = """
    UPDATE documents SET lease_until = now() + %(lease)s * interval '1 second', progress = %(progress)s
     WHERE id = %(document_id)s AND epoch = %(epoch)s AND status = 'reading'
 RETURNING cancel_requested
"""

_RELEASE: LiteralString = """
    UPDATE documents SET status = 'queued', lease_until = now(), attempts = attempts - 1
     WHERE id = %(document_id)s AND epoch = %(epoch)s AND status = 'reading'
"""


async def claim_document(*, only: Sequence[UUID] | None = None) -> Claim | None:
    """Take a document that waits (one of `only`, if given)."""
    async with async_connection() as connection:
        asked = {"lease": settings.DOCUMENT_LEASE_SECONDS, "only": list(only) if only is not None else None}
        row = await (await connection.execute(_CLAIM, asked)).fetchone()
    return Claim(**row) if row else None


async def renew_lease(claim: Claim, *, progress: int) -> bool:
    """Keep the document and show how far it is; return whether its user wants no more. Raise Lost."""
    async with async_connection() as connection:
        kept = {
            "document_id": claim.document_id,
            "epoch": claim.epoch,
            "lease": settings.DOCUMENT_LEASE_SECONDS,
            "progress": progress,
        }
        row = await (await connection.execute(_RENEW, kept)).fetchone()
    if row is None:
        raise Lost
    return bool(row["cancel_requested"])


async def release_document(claim: Claim) -> None:
    """Give the document back unread: the sweep rings for it at once."""
    async with async_connection() as connection:
        await connection.execute(_RELEASE, {"document_id": claim.document_id, "epoch": claim.epoch})
