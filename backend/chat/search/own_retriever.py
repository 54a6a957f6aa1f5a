"""The search by the retriever that the operator has installed and named in RETRIEVER, if any.

It may only choose among passages that the ordinary search has found for this user. Where it
fails, the ordinary search counts.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings

from ai_models.retrieval import Candidate, Retriever, RetrieverUnusable, load_retriever
from chat.search.hybrid import find_passages
from chat.search.ranking import Ranking
from models.models import Collection, RagData

logger = logging.getLogger(__name__)

_MOST_AT_ONCE = 100


def find_with_retriever(scope: Sequence[Collection], query: str, *, limit: int, images: bool = False) -> Ranking:
    """Return the `limit` best passages of these collections, as the retriever in use chooses them.

    `images`: of those that show a picture.
    """
    retriever = _retriever_in_use(settings.RETRIEVER)
    if retriever is None:
        return find_passages(scope, query, limit=limit, images=images)
    searches = _Searches(scope, images)
    try:
        chosen = retriever.retrieve(query, searches, limit)
        scores = {each.passage_id: float(each.score) for each in chosen if each.passage_id in searches.found}
        ordered = dict(sorted(scores.items(), key=lambda pair: -pair[1])[:limit])
        return Ranking(ordered, searches.term_weights)
    except Exception as error:  # Foreign code must not take the search with it.
        logger.exception("The retriever %s raised %s", settings.RETRIEVER, type(error).__name__)
        return find_passages(scope, query, limit=limit, images=images)


class _Searches:
    """The search that a retriever is given; remembers what it has found."""

    def __init__(self, scope: Sequence[Collection], images: bool) -> None:
        self._scope = scope
        self._images = images
        self.found: set[int] = set()
        self.term_weights: dict[str, float] = {}

    def __call__(self, words: str, most: int) -> Sequence[Candidate]:
        ranking = find_passages(self._scope, words, limit=max(1, min(most, _MOST_AT_ONCE)), images=self._images)
        rows = RagData.objects.select_related("document").in_bulk(ranking.scores)
        self.found |= rows.keys()
        self.term_weights.update(ranking.term_weights)
        return [
            Candidate(pk, rows[pk].data_text, rows[pk].title or rows[pk].document.title, rows[pk].heading, score)
            for pk, score in ranking.scores.items()
            if pk in rows
        ]


@lru_cache(maxsize=1)
def _retriever_in_use(name: str) -> Retriever | None:
    if not name:
        return None
    try:
        return load_retriever(name)
    except RetrieverUnusable as error:
        logger.error("RETRIEVER=%s cannot be used (%r): the ordinary search counts", name, error.__cause__)
        return None
