"""Why this answer: the passages that were considered for it, in the order in which the search found them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chat.answers.questions import access_chat
from chat.errors import NotFound
from models.models import Chat, Citation, SearchLog, User

# Its marks count quotes; those of every other model count passages, as the search does.
_COUNTS_QUOTES = frozenset({"builtin", "cited/builtin"})


@dataclass(frozen=True, slots=True)
class Considered:
    """A passage that was found. Of one that was deleted `data` is None, and only what was cited is known."""

    rank: int
    score: float
    data: int | None
    data_text: str
    title: str
    heading: str
    page: int | None
    document: UUID | None
    image_urls: Sequence[str]
    cited_as: int | None
    quote: str


@dataclass(frozen=True, slots=True)
class Search:
    search_id: UUID
    query: str
    collections: Sequence[UUID]
    searching_time: datetime
    duration_ms: float
    results: tuple[Considered, ...]


def search_behind(user: User, question_id: UUID) -> Search:
    """Return the search for an answer; raise NotFound where none was made (yet), or it is not the user's."""
    chat = access_chat(user, question_id)
    newest = chat.search_logs.order_by("-search_log_id").first()
    if newest is None:
        raise NotFound("Nothing was searched for this answer.")
    rows = SearchLog.objects.filter(search_id=newest.search_id).select_related("data__document").order_by("rank")
    citations = {citation.data_id or -citation.rank: citation for citation in reversed(chat.citations.all())}
    return Search(
        newest.search_id,
        newest.query,
        newest.collections,
        newest.searching_time,
        newest.duration_ms,
        tuple(_considered(row, _citation_of(row, chat, citations)) for row in rows if row.rank is not None),
    )


def _citation_of(row: SearchLog, chat: Chat, citations: Mapping[int, Citation]) -> Citation | None:
    if row.data_id is not None:
        return citations.get(row.data_id)
    return None if chat.model in _COUNTS_QUOTES or row.rank is None else citations.get(-row.rank)


def _considered(row: SearchLog, citation: Citation | None) -> Considered:
    passage = row.data
    assert row.rank is not None, "only rows with a passage are shown"
    return Considered(
        rank=row.rank,
        score=row.score or 0.0,
        data=row.data_id,
        data_text=passage.data_text if passage else "",
        title=(passage.title or passage.document.title) if passage else citation.title if citation else "",
        heading=passage.heading if passage else citation.heading if citation else "",
        page=passage.page if passage else citation.page if citation else None,
        document=passage.document_id if passage else citation.document_id if citation else None,
        image_urls=passage.image_urls if passage else (),
        cited_as=citation.rank if citation else None,
        quote=citation.quote if citation else "",
    )
