"""Search over a user's documents, with the trace that every search leaves."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chat.library.collections import collections_in_scope
from chat.search.own_retriever import find_with_retriever
from chat.search.snippets import Snippet, make_snippet
from chat.search.trace import leave_trace
from models.models import Document, RagData, User

# `ai_models.text` marks so the first two syllables of a Korean word.
_WORD_START = "^"


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
    collection_id: UUID | None
    document: Document


@dataclass(frozen=True, slots=True)
class LibraryHits:
    """What a search found, best first, and the idf of the query's tokens in what was searched."""

    search_id: UUID
    passages: tuple[FoundPassage, ...]
    term_weights: Mapping[str, float]
    duration_ms: float


def search_library(
    *,
    user: User,
    query: str,
    top_k: int,
    collections: Sequence[UUID] = (),
    question_id: UUID | None = None,
    images: bool = False,
    log_query: bool = True,
) -> LibraryHits:
    """Find the passages that fit best in the named collections (none: all that the user may read).

    `images`: only passages that show a picture.

    Stores a SearchLog row for each passage found, or one without a passage; without `log_query` it
    keeps the words to itself.
    """
    started = time.perf_counter()
    ranking = find_with_retriever(collections_in_scope(user, collections), query, limit=top_k, images=images)
    rows = RagData.objects.select_related("document").in_bulk(ranking.scores)
    # One that was deleted meanwhile is left out.
    passages = tuple(_found(rows[data_id], score) for data_id, score in ranking.scores.items() if data_id in rows)
    hits = LibraryHits(uuid.uuid4(), passages, ranking.term_weights, (time.perf_counter() - started) * 1000)
    leave_trace(
        search_id=hits.search_id,
        user=user.uuid,
        query=query if log_query else "",
        found=[(passage.data_id, passage.score) for passage in passages],
        duration_ms=hits.duration_ms,
        question_id=question_id,
        collections=collections,
    )
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
        row.collection_id,
        row.document,
    )


def shown_piece(hits: LibraryHits, passage: FoundPassage) -> Snippet:
    """Return the place in a passage that shows the words it was found by."""
    return make_snippet([token for token in hits.term_weights if not token.startswith(_WORD_START)], [passage.text])
