"""Search over a user's documents, with the trace that every search leaves."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ai_models import bm25
from chat.library.collections import collections_in_scope
from models.models import RagData, SearchLog, User


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that was found, with its place. `score`: higher is better, comparable within one search."""

    data_id: int
    score: float
    text: str
    title: str
    heading: str
    page: int | None
    document_id: UUID
    image_urls: tuple[str, ...]
    external_id: str | None


@dataclass(frozen=True, slots=True)
class LibraryHits:
    """What a search found, best first, and the idf of the query's tokens in what was searched."""

    search_id: UUID
    passages: tuple[FoundPassage, ...]
    term_weights: Mapping[str, float]
    duration_ms: float


def search_library(
    *, user: User, query: str, top_k: int, collections: Sequence[UUID] = (), question_id: UUID | None = None
) -> LibraryHits:
    """Find the passages that fit best in the named collections (none: all that the user may read).

    Stores a SearchLog row for each passage found, or one without a passage.
    """
    started = time.perf_counter()
    scope = collections_in_scope(user, collections)
    rows = list(RagData.objects.filter(collection__in=scope).select_related("document"))
    ranking = bm25.rank(query, [f"{row.title or row.document.title}\n{row.heading}\n{row.data_text}" for row in rows])
    scored = sorted(zip(ranking.scores, range(len(rows)), strict=True), key=lambda pair: (-pair[0], pair[1]))
    passages = tuple(_found(rows[index], score) for score, index in scored[:top_k] if score > 0)
    hits = LibraryHits(uuid.uuid4(), passages, ranking.term_weights, (time.perf_counter() - started) * 1000)
    SearchLog.objects.bulk_create(_log_rows(user, query, collections, question_id, hits))
    return hits


def _found(row: RagData, score: float) -> FoundPassage:
    return FoundPassage(
        row.data_id,
        score,
        row.data_text,
        row.title or row.document.title,
        row.heading,
        row.page,
        row.document_id,
        tuple(row.image_urls),
        row.external_id,
    )


def _log_rows(
    user: User, query: str, collections: Sequence[UUID], question_id: UUID | None, hits: LibraryHits
) -> list[SearchLog]:
    def row(**found: object) -> SearchLog:
        return SearchLog(
            search_id=hits.search_id,
            user=user,
            question_id=question_id,
            query=query,
            collections=list(collections),
            duration_ms=hits.duration_ms,
            **found,
        )

    found = [
        row(data_id=passage.data_id, rank=rank, score=passage.score)
        for rank, passage in enumerate(hits.passages, start=1)
    ]
    return found or [row()]
