"""Makes the vectors of passages, in the worker, a few seconds at a time.

What is still to do is a table, so that a run may end anywhere and the next one goes on.
Two runs at once do some of the work twice, and no harm.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from typing import LiteralString

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from ai_models.contract import ModelBadAnswer, ModelError
from ai_models.embedding_probe import probe_texts, weight_of
from ai_models.embeddings import Vector
from ai_models.text import Language
from chat.library.embed_each import embed_each
from chat.search.embedder import NamedEmbedder, named_embedder
from chat.search.vectors import as_text, drop_vectors, index_vectors
from models.models import Embedder

logger = logging.getLogger(__name__)

_BOTH: tuple[Language, ...] = ("ko", "en")
_RUN_SECONDS = 4.0
_BATCH = 64
# So many are looked ahead; a document that comes meanwhile waits for them at most.
_PLANNED = 512

# Whoever still writes may not have seen that there is a model now; who comes later has.
_AWAIT_WRITERS: LiteralString = "LOCK TABLE passage_terms IN SHARE MODE"
_ALL_WAIT: LiteralString = """
    INSERT INTO waiting_embeddings (data_id, collection_id, changed_datetime)
    SELECT data_id, collection_id, clock_timestamp() FROM passage_terms ON CONFLICT DO NOTHING
"""
# The collections with the fewest first, so that nobody's new document waits for another's ten thousand.
_PLAN: LiteralString = """
    WITH fewest AS (
        SELECT collection_id, count(*) AS waiting FROM waiting_embeddings GROUP BY 1 ORDER BY 2, 1 LIMIT %(most)s
    )
    SELECT w.data_id
      FROM fewest f
     CROSS JOIN LATERAL (
           SELECT data_id FROM waiting_embeddings
            WHERE collection_id = f.collection_id ORDER BY data_id LIMIT %(most)s
     ) w
     ORDER BY f.waiting, f.collection_id, w.data_id LIMIT %(most)s
"""
_READ: LiteralString = """
    SELECT w.data_id, w.changed_datetime,
           concat_ws(E'\\n', nullif(coalesce(nullif(r.title, ''), d.title), ''), nullif(r.heading, ''), r.data_text)
      FROM waiting_embeddings w
      LEFT JOIN rag_data r ON r.data_id = w.data_id
      LEFT JOIN documents d ON d.id = r.document_id
     WHERE w.data_id = ANY(%s)
     ORDER BY w.data_id
"""
_STORE: LiteralString = """
    INSERT INTO passage_embeddings (data_id, embedder_id, document_id, collection_id, embedding, refusal)
    SELECT r.data_id, %(embedder)s, r.document_id, r.collection_id, made.vector::vector, made.refusal
      FROM unnest(%(ids)s::bigint[], %(vectors)s::text[], %(refusals)s::text[]) AS made(data_id, vector, refusal)
      JOIN rag_data r ON r.data_id = made.data_id AND r.collection_id IS NOT NULL
     ORDER BY r.data_id
       FOR KEY SHARE OF r
        ON CONFLICT (data_id, embedder_id) DO UPDATE
       SET embedding = excluded.embedding, refusal = excluded.refusal,
           document_id = excluded.document_id, collection_id = excluded.collection_id
"""
_DONE: LiteralString = """
    DELETE FROM waiting_embeddings w USING unnest(%s::bigint[], %s::timestamptz[]) AS done(data_id, changed)
     WHERE w.data_id = done.data_id AND w.changed_datetime = done.changed
"""


def embed_waiting() -> int:
    """Make vectors for passages that have none yet, for some seconds; return for how many. Raises nothing of models."""
    named = named_embedder()
    if named is None:
        return 0
    done = 0
    try:
        embedder = _set_up(named)
        if embedder.weight_ko or embedder.weight_en:
            for planned in _next_batches(time.monotonic() + _RUN_SECONDS):
                done += _embed_batch(named, embedder, planned)
        if done:
            index_vectors(embedder)
    except ModelError as error:
        logger.info("No vectors for now: %s", error.code)
    return done


def _set_up(named: NamedEmbedder) -> Embedder:
    """Return what is known of the model; when it is new, probe it and let all passages wait for it."""
    embedder = Embedder.objects.filter(name=named.name, probed_datetime__isnull=False).first()
    if embedder is not None:
        return embedder
    vectors = {language: named.embed(probe_texts(language), seconds=settings.EMBEDDING_SECONDS) for language in _BOTH}
    for old in Embedder.objects.exclude(name=named.name):
        drop_vectors(old)
    embedder, _ = Embedder.objects.get_or_create(name=named.name)
    embedder.dimensions = len(vectors["en"][0])
    embedder.weight_ko, embedder.weight_en = weight_of(vectors["ko"]), weight_of(vectors["en"])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_AWAIT_WRITERS)
    with connection.cursor() as cursor:
        cursor.execute(_ALL_WAIT)
    embedder.probed_datetime = Now()
    embedder.save()
    embedder.refresh_from_db()
    logger.info(
        "Embedding model probed: weight %.2f in Korean, %.2f in English", embedder.weight_ko, embedder.weight_en
    )
    return embedder


def _next_batches(deadline: float) -> Iterator[list[int]]:
    """Yield the passages that come next, until none waits or the time is over."""
    while planned := _plan():
        for start in range(0, len(planned), _BATCH):
            if time.monotonic() >= deadline:
                return
            yield planned[start : start + _BATCH]


def _plan() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_PLAN, {"most": _PLANNED})
        return [data_id for (data_id,) in cursor.fetchall()]


def _embed_batch(named: NamedEmbedder, embedder: Embedder, planned: list[int]) -> int:
    """Embed these passages; return how many were dealt with, those that are gone by now too."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [planned])
        waiting = cursor.fetchall()
    if not waiting:
        return 0
    made = embed_each(named, [text for _, _, text in waiting])
    if any(not isinstance(each, ModelError) and len(each) != embedder.dimensions for each in made):
        # Another model behind the same name: begin anew.
        drop_vectors(embedder)
        raise ModelBadAnswer
    ids = [data_id for data_id, _, _ in waiting]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STORE, {"embedder": embedder.pk, "ids": ids, **_as_columns(made)})
        cursor.execute(_DONE, [ids, [changed for _, changed, _ in waiting]])
    return len(waiting)


def _as_columns(made: Sequence[Vector | ModelError]) -> dict[str, list[str] | list[str | None]]:
    return {
        "vectors": [None if isinstance(each, ModelError) else as_text(each) for each in made],
        "refusals": [each.code if isinstance(each, ModelError) else "" for each in made],
    }
