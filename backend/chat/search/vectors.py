"""Passages by the closeness of their vectors, in Postgres. All vectors have length 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import LiteralString
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from ai_models.embeddings import Vector
from chat.search.ranking import DELETED_DOCUMENTS, PICTURED
from models.models import Embedder

# pgvector's most for an HNSW index over `vector`; above it every search compares all vectors in scope.
MOST_INDEXED_DIMENSIONS = 2_000

_ALL: LiteralString = """
    SELECT data_id, -(embedding <#> %(vector)s::vector) AS score FROM passage_embeddings
     WHERE embedder_id = {embedder} AND collection_id = ANY(%(scope)s) AND document_id <> ALL(ARRAY({deleted}))
       AND embedding IS NOT NULL
       {pictured}
     ORDER BY embedding <#> %(vector)s::vector LIMIT %(limit)s
"""
# The expression and the condition must be the index's own, number for number.
_NEAR: LiteralString = """
    SELECT data_id, -(embedding::vector({dimensions}) <#> %(vector)s::vector({dimensions})) AS score
      FROM passage_embeddings
     WHERE embedder_id = {embedder} AND collection_id = ANY(%(scope)s) AND document_id <> ALL(ARRAY({deleted}))
       AND embedding IS NOT NULL
     ORDER BY embedding::vector({dimensions}) <#> %(vector)s::vector({dimensions}) LIMIT %(limit)s
"""
_PICTURED: LiteralString = f"AND data_id = ANY(ARRAY({PICTURED}))"
_THESE: LiteralString = """
    SELECT data_id, -(embedding <#> %(vector)s::vector) FROM passage_embeddings
     WHERE embedder_id = %(embedder)s AND data_id = ANY(%(these)s) AND embedding IS NOT NULL
"""
_PLAN: LiteralString = """
    SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
           set_config('enable_sort', 'off', true), set_config('hnsw.ef_search', '200', true),
           set_config('hnsw.iterative_scan', 'relaxed_order', true)
"""
# Only the index by collection, which tells the scope.
_PLAN_ALL: LiteralString = "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"
# Nobody else builds it while the lock is held; an index that is not valid is what somebody who died has left.
_LOCK: LiteralString = "SELECT pg_try_advisory_lock(hashtext('passage_embeddings_near'))"
_UNLOCK: LiteralString = "SELECT pg_advisory_unlock(hashtext('passage_embeddings_near'))"
_IS_VALID: LiteralString = """
    SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('passage_embeddings_near_{embedder}')
"""
_ARE_MANY: LiteralString = """
    SELECT count(*) >= %(many)s FROM (
        SELECT FROM passage_embeddings WHERE embedder_id = %(embedder)s LIMIT %(many)s
    ) AS some
"""
_DROP: LiteralString = "DROP INDEX CONCURRENTLY IF EXISTS passage_embeddings_near_{embedder}"
# Without stopping those who write.
_INDEX: LiteralString = """
    CREATE INDEX CONCURRENTLY passage_embeddings_near_{embedder} ON passage_embeddings
     USING hnsw ((embedding::vector({dimensions})) vector_ip_ops) WHERE embedder_id = {embedder}
"""


def nearest_passages(
    embedder: Embedder, vector: Vector, scope: Sequence[UUID], *, limit: int, exact: bool, images: bool = False
) -> dict[int, float]:
    """Return the closest passages of these collections; not `exact`: by the index, which may miss some.

    `images`: only of those that show a picture, always exact.
    """
    by_index = not (exact or images) and embedder.dimensions <= MOST_INDEXED_DIMENSIONS
    statement = _numbered(_NEAR if by_index else _ALL, embedder, pictured=_PICTURED if images else "")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PLAN if by_index else _PLAN_ALL)
        cursor.execute(
            statement,
            {"scope": list(scope), "vector": as_text(vector), "limit": limit},
        )
        return {data_id: float(score) for data_id, score in cursor.fetchall()}


def closeness_of(embedder: Embedder, vector: Vector, data_ids: Iterable[int]) -> dict[int, float]:
    """Return how close these passages are; those without a vector are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_THESE, {"embedder": embedder.pk, "these": list(data_ids), "vector": as_text(vector)})
        return {data_id: float(score) for data_id, score in cursor.fetchall()}


def index_vectors(embedder: Embedder, *, many: int = 20_000) -> None:
    """Make the embedder's index once it has `many` vectors: fewer are compared one by one, which is exact.

    Takes seconds; must not be called in a transaction.
    """
    if not 0 < embedder.dimensions <= MOST_INDEXED_DIMENSIONS:
        return
    with connection.cursor() as cursor:
        cursor.execute(_numbered(_IS_VALID, embedder))
        if cursor.fetchone() == (True,):
            return
        cursor.execute(_ARE_MANY, {"embedder": embedder.pk, "many": many})
        if cursor.fetchone() == (True,):
            _build_index(cursor, embedder)


def _build_index(cursor: CursorWrapper, embedder: Embedder) -> None:
    cursor.execute(_LOCK)
    if cursor.fetchone() != (True,):
        return
    try:
        cursor.execute(_numbered(_DROP, embedder))
        cursor.execute(_numbered(_INDEX, embedder))
    finally:
        cursor.execute(_UNLOCK)


def drop_vectors(embedder: Embedder) -> None:
    """Forget an embedder that is no longer used, with all its vectors."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS passage_embeddings_near_{int(embedder.pk)}")
        cursor.execute("DELETE FROM passage_embeddings WHERE embedder_id = %s", [embedder.pk])
        embedder.delete()


def as_text(vector: Vector) -> str:
    return f"[{','.join([f'{number:.7g}' for number in vector])}]"


def _numbered(statement: LiteralString, embedder: Embedder, *, pictured: LiteralString = "") -> str:
    numbers = {"embedder": int(embedder.pk), "dimensions": int(embedder.dimensions)}
    return statement.format(**numbers, deleted=DELETED_DOCUMENTS, pictured=pictured)
