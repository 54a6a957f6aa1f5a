"""The best passages by words and, where there is a model for it, by meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ai_models.embeddings import Vector
from ai_models.text import language_of
from chat.search.embedder import NamedEmbedder, QueryVector, named_embedder
from chat.search.mixing import mix_scores
from chat.search.ranking import EXACT_PASSAGES, Ranking, rank_passages, score_these
from chat.search.vectors import closeness_of, nearest_passages
from models.models import Collection, Embedder

# How many of the best of each side are compared by both.
_OF_EACH_SIDE = 100


def find_passages(scope: Sequence[Collection], query: str, *, limit: int, images: bool = False) -> Ranking:
    """Return the `limit` best passages of these collections; `images`: of those that show a picture.

    Without a model, or when it is away: by words alone.
    """
    named = named_embedder()
    embedder = _trusted(named)
    weight = _weight_for(embedder, query)
    if named is None or embedder is None or not weight:
        return rank_passages(scope, query, limit=limit, images=images)
    asked = QueryVector(named, query)
    words = rank_passages(scope, query, limit=max(limit, _OF_EACH_SIDE), images=images)
    vector = asked.get()
    if vector is None or len(vector) != embedder.dimensions:
        return Ranking(_best(words.scores, limit), words.term_weights)
    ids = [each.pk for each in scope]
    exact = sum(each.passage_count for each in scope) <= EXACT_PASSAGES
    near = nearest_passages(embedder, vector, ids, limit=_OF_EACH_SIDE, exact=exact, images=images)
    mixed = _mix(embedder, vector, near, words, weight)
    return Ranking(_best(mixed, limit), words.term_weights)


def _mix(
    embedder: Embedder, vector: Vector, near: Mapping[int, float], words: Ranking, weight: float
) -> dict[int, float]:
    by_words = {**words.scores, **score_these(words.term_weights, near.keys() - words.scores.keys())}
    by_meaning = {**near, **closeness_of(embedder, vector, words.scores.keys() - near.keys())}
    return mix_scores(by_words, by_meaning, weight=weight)


def _trusted(named: NamedEmbedder | None) -> Embedder | None:
    """What the probe found out about the model; None before it has been probed."""
    return Embedder.objects.filter(name=named.name, probed_datetime__isnull=False).first() if named else None


def _weight_for(embedder: Embedder | None, query: str) -> float:
    if embedder is None:
        return 0.0
    return embedder.weight_ko if language_of(query) == "ko" else embedder.weight_en


def _best(scores: Mapping[int, float], limit: int) -> dict[int, float]:
    return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit])
