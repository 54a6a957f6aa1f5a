"""The trace that a search leaves: a row for each passage found, or one without a passage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from django.db import connection

# Without an object for each row: every search waits for this. A passage that was deleted meanwhile leaves a row without.
_STORE: LiteralString = """
    INSERT INTO search_logs (search_id, user_id, question_id, query, collections, searching_time, duration_ms,
                             data_id, rank, score)
    SELECT %(search_id)s, %(user)s, %(question)s, %(query)s, %(collections)s::uuid[], now(), %(duration)s,
           (SELECT data_id FROM rag_data WHERE data_id = found.data_id FOR KEY SHARE), found.rank, found.score
      FROM (VALUES (1)) AS search
      LEFT JOIN unnest(%(ids)s::bigint[], %(scores)s::float8[]) WITH ORDINALITY AS found(data_id, score, rank) ON true
"""


def leave_trace(
    *,
    search_id: UUID,
    user: UUID,
    query: str,
    found: Sequence[tuple[int, float]],
    duration_ms: float,
    question_id: UUID | None = None,
    collections: Sequence[UUID] = (),
) -> None:
    """Store the SearchLog rows; `found`: the ids and scores of the passages, best first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE,
            {
                "search_id": search_id,
                "user": user,
                "question": question_id,
                "query": query,
                "collections": list(collections),
                "duration": duration_ms,
                "ids": [data_id for data_id, _ in found],
                "scores": [score for _, score in found],
            },
        )
