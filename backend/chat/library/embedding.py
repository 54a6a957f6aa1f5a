"""Makes the vectors of passages, in the worker, a few seconds at a time.

What is still to do is a table, so that a run may end anywhere and the next one goes on.
Two runs at once do some of the work twice, and no harm.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from ai_models.contract import ModelContextTooLong, ModelError
from ai_models.embedding_probe import probe_texts, weight_of
from ai_models.embeddings import Vector
from ai_models.text import Language
from chat.search.embedder import NamedEmbedder, named_embedder
from chat.search.vectors import as_text, drop_vectors, index_vectors
from models.models import Embedder, PassageEmbedding, WaitingEmbedding

logger = logging.getLogger(__name__)

_BOTH: tuple[Language, ...] = ("ko", "en")
_RUN_SECONDS = 4.0
_BATCH = 64
# Models read some hundred words; what lies behind says the same, or is lost.
_MOST_CHARACTERS = 4_000
_FEW_CHARACTERS = 1_000

_ALL_WAIT: LiteralString = """
    INSERT INTO waiting_embeddings (data_id, changed_datetime)
    SELECT data_id, clock_timestamp() FROM passage_terms ON CONFLICT DO NOTHING
"""
_NEXT: LiteralString = """
    SELECT w.data_id, w.changed_datetime,
           concat_ws(E'\\n', nullif(coalesce(nullif(r.title, ''), d.title), ''), nullif(r.heading, ''), r.data_text)
      FROM waiting_embeddings w
      LEFT JOIN rag_data r ON r.data_id = w.data_id
      LEFT JOIN documents d ON d.id = r.document_id
     ORDER BY w.data_id LIMIT %s
"""
_STORE: LiteralString = """
    INSERT INTO passage_embeddings (data_id, embedder_id, document_id, collection_id, embedding)
    SELECT r.data_id, %(embedder)s, r.document_id, r.collection_id, %(vector)s::vector
      FROM rag_data r WHERE r.data_id = %(data_id)s AND r.collection_id IS NOT NULL
       FOR KEY SHARE
        ON CONFLICT (data_id, embedder_id) DO UPDATE
       SET embedding = excluded.embedding, document_id = excluded.document_id, collection_id = excluded.collection_id
"""
_DONE: LiteralString = "DELETE FROM waiting_embeddings WHERE data_id = %s AND changed_datetime = %s"


@dataclass(frozen=True, slots=True)
class EmbeddingProgress:
    """`model` "" when none is set; `ready`: it has been probed. Counts are of all passages of everybody."""

    model: str
    ready: bool
    weight_ko: float
    weight_en: float
    embedded: int
    waiting: int


def embedding_progress() -> EmbeddingProgress:
    named = named_embedder()
    embedder = Embedder.objects.filter(name=named.name).first() if named else None
    if named is None or embedder is None:
        return EmbeddingProgress(named.name if named else "", False, 0.0, 0.0, 0, 0)
    return EmbeddingProgress(
        embedder.name,
        embedder.probed_datetime is not None,
        embedder.weight_ko,
        embedder.weight_en,
        PassageEmbedding.objects.filter(embedder=embedder).count(),
        WaitingEmbedding.objects.count(),
    )


def embed_waiting() -> int:
    """Make vectors for passages that have none yet, for some seconds; return for how many. Raises nothing of models."""
    named = named_embedder()
    if named is None:
        return 0
    done, deadline = 0, time.monotonic() + _RUN_SECONDS
    try:
        embedder = _set_up(named)
        if max(embedder.weight_ko, embedder.weight_en) > 0:
            while time.monotonic() < deadline and (batch := _embed_batch(named, embedder)):
                done += batch
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
    index_vectors(embedder)
    with connection.cursor() as cursor:
        cursor.execute(_ALL_WAIT)
    embedder.probed_datetime = Now()
    embedder.save()
    embedder.refresh_from_db()
    logger.info(
        "Embedding model probed: weight %.2f in Korean, %.2f in English", embedder.weight_ko, embedder.weight_en
    )
    return embedder


def _embed_batch(named: NamedEmbedder, embedder: Embedder) -> int:
    """Embed the next passages; return how many were dealt with, those that are gone by now too."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [_BATCH])
        waiting = cursor.fetchall()
    if not waiting:
        return 0
    vectors = _embed(named, [text for _, _, text in waiting])
    if len(vectors[0]) != embedder.dimensions:
        # Another model behind the same name: begin anew.
        Embedder.objects.filter(pk=embedder.pk).update(probed_datetime=None)
        drop_vectors(embedder)
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        for (data_id, changed, _), vector in zip(waiting, vectors, strict=True):
            cursor.execute(_STORE, {"embedder": embedder.pk, "vector": as_text(vector), "data_id": data_id})
            cursor.execute(_DONE, [data_id, changed])
    return len(waiting)


def _embed(named: NamedEmbedder, texts: Sequence[str]) -> list[Vector]:
    # Servers refuse an empty text: that of a passage that is gone.
    filled = [text or "-" for text in texts]
    try:
        return named.embed([text[:_MOST_CHARACTERS] for text in filled], seconds=settings.EMBEDDING_SECONDS)
    except ModelContextTooLong:
        return named.embed([text[:_FEW_CHARACTERS] for text in filled], seconds=settings.EMBEDDING_SECONDS)
