"""The passages of some collections that score best for a query: BM25, computed by Postgres.

Knows collections by their ids, not who may read them (`library.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from typing import Any, LiteralString
from uuid import UUID

from django.db import connection, transaction

from ai_models.text import query_tokens
from chat.search.weights import idf, query_vector, scope_hash, scoped_term
from models.models import Collection

# A scope of so many passages is read as a whole, if its words are too common to choose by.
EXACT_PASSAGES = 20_000
# Above: how many candidates are chosen by one rare word, by two at once, and how many are scored at most.
ANY_BUDGET = 2_000
PAIR_BUDGET = 1_000
_MOST_CANDIDATES = 20_000
# A whole page pasted as a query is searched by its rarest words.
_MOST_TOKENS = 64
# Each pair is one more look into the index.
_MOST_PAIRS = 12
_PAIRED_TOKENS = 10

# Those that can still be restored; their passages are kept.
DELETED_DOCUMENTS: LiteralString = """
    SELECT id FROM documents WHERE collection_id = ANY(%(scope)s) AND deleted_at IS NOT NULL
"""

# Those that show a picture.
PICTURED: LiteralString = """
    SELECT data_id FROM rag_data WHERE collection_id = ANY(%(scope)s) AND NOT image_urls = '[]'
"""
# The planner knows too little of arrays; its other ways are a walk through everybody's passages.
_PLAN: LiteralString = """
    SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true),
           set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)
"""
_CANDIDATES: LiteralString = """
    SELECT data_id, collection_id, document_id, -(term_weights <#> %(vector)s::sparsevec) AS score
      FROM passage_terms
"""
_THESE: LiteralString = """
    SELECT data_id, -(term_weights <#> %(vector)s::sparsevec) FROM passage_terms WHERE data_id = ANY(%(these)s)
"""
_WHOLE_SCOPE: LiteralString = "WHERE collection_id = ANY(%(scope)s)"
_PICTURED_IN_SCOPE: LiteralString = f"WHERE data_id = ANY(ARRAY({PICTURED}))"
_ANY: LiteralString = "terms && %(any)s::bigint[]"
_ALL: LiteralString = "terms @> %({})s::bigint[]"
# The terms carry the collection; it is compared again because 32 bits of it are not all.
_BEST: LiteralString = """
    WITH candidates AS MATERIALIZED ({candidates})
    SELECT data_id, score FROM candidates
     WHERE score > 0 AND collection_id = ANY(%(scope)s) AND document_id <> ALL(ARRAY({deleted}))
     ORDER BY score DESC, data_id
     LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Ranking:
    """`scores`: of each passage (`data_id`) found, best first. `term_weights`: idf of the query's tokens."""

    scores: Mapping[int, float]
    term_weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Query:
    """`holders`: how many passages of the scope hold each token that any holds, the rarest first."""

    scope: tuple[UUID, ...]
    passages: int
    holders: Mapping[str, int]
    idf: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which passages are scored: a condition with its parameters; `left`: tokens that it does not ask for alone."""

    where: str
    parameters: Mapping[str, Any]
    left: tuple[str, ...] = ()


def rank_passages(scope: Sequence[Collection], query: str, *, limit: int, images: bool = False) -> Ranking:
    """Return the `limit` best passages of these collections; `images`: of those that show a picture."""
    asked = _read_query(scope, query)
    if not asked.holders:
        return Ranking({}, asked.idf)
    # Few show one, so that all of them are compared.
    choice = _Choice(_PICTURED_IN_SCOPE, {}) if images else _choose(asked)
    scores = _score(asked, choice, limit)
    if len(scores) < limit and choice.left:
        # Few hold the rare words; the rest of the page is filled by the others.
        scores = {**_score(asked, _by_any(asked, choice.left[:1]), limit), **scores}
    best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    return Ranking(dict(best[:limit]), asked.idf)


def score_these(term_weights: Mapping[str, float], data_ids: Set[int]) -> dict[int, float]:
    """Return the scores of these passages, for the words of a Ranking; 0 for those that hold none of them."""
    if not term_weights or not data_ids:
        return dict.fromkeys(data_ids, 0.0)
    with connection.cursor() as cursor:
        cursor.execute(_THESE, {"vector": query_vector(term_weights), "these": list(data_ids)})
        return {data_id: float(score) for data_id, score in cursor.fetchall()}


def _score(query: _Query, choice: _Choice, limit: int) -> dict[int, float]:
    parameters: dict[str, Any] = {
        **choice.parameters,
        "vector": query_vector({token: query.idf[token] for token in query.holders}),
        "scope": list(query.scope),
        "limit": limit,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PLAN)
        cursor.execute(_BEST.format(candidates=f"{_CANDIDATES} {choice.where}", deleted=DELETED_DOCUMENTS), parameters)
        return {data_id: float(score) for data_id, score in cursor.fetchall()}


def _read_query(scope: Sequence[Collection], query: str) -> _Query:
    # The largest first: where not all can be looked at in pairs, these are.
    filled = sorted((each for each in scope if each.passage_count > 0), key=lambda each: -each.passage_count)
    ids = tuple(each.pk for each in filled)
    passages = sum(each.passage_count for each in filled)
    tokens = query_tokens(query)
    counts = _count_holders(ids, tokens)
    rarest_first = sorted((pair for pair in counts.items() if pair[1]), key=lambda pair: pair[1])
    holders = dict(rarest_first[:_MOST_TOKENS])
    return _Query(ids, passages, holders, {token: idf(counts[token], passages) for token in tokens})


def _count_holders(scope: Sequence[UUID], tokens: Sequence[str]) -> dict[str, int]:
    named = {scoped_term(hashed, token): token for hashed in map(scope_hash, scope) for token in tokens}
    counts = dict.fromkeys(tokens, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT term, passages FROM term_counts WHERE term = ANY(%s)", [list(named)])
        for term, passages in cursor.fetchall():
            counts[named[term]] += passages
    return counts


# --- Which passages are scored ----------------------------------------------------------


def _choose(query: _Query) -> _Choice:
    """Choose every passage that holds a word of the query, where they are few enough; then the result is exact.

    Otherwise those with one of the rarest words, and those with two that are rare together.
    """
    met = sum(query.holders.values())
    if query.passages <= EXACT_PASSAGES and met > query.passages // 4:
        return _Choice(_WHOLE_SCOPE, {})
    if query.passages <= EXACT_PASSAGES or met <= ANY_BUDGET:
        return _by_any(query, tuple(query.holders))
    return _by_any(query, _rarest(query.holders), with_pairs=True)


def _by_any(query: _Query, tokens: Sequence[str], *, with_pairs: bool = False) -> _Choice:
    hashes = [scope_hash(scope) for scope in query.scope]
    conditions = [_ANY]
    parameters: dict[str, Any] = {"any": [scoped_term(scope, token) for scope in hashes for token in tokens]}
    for number, (scope, pair) in enumerate(_scoped_pairs(query, hashes, tokens) if with_pairs else ()):
        conditions.append(_ALL.format(f"pair{number}"))
        parameters[f"pair{number}"] = [scoped_term(scope, token) for token in pair]
    left = tuple(token for token in query.holders if token not in tokens)
    return _Choice(f"WHERE {' OR '.join(conditions)} LIMIT {_MOST_CANDIDATES}", parameters, left)


def _rarest(holders: Mapping[str, int]) -> list[str]:
    """The rarest tokens that together stay within the budget; at least one."""
    chosen: list[str] = []
    total = 0
    for token, passages in holders.items():
        total += passages
        if chosen and total > ANY_BUDGET:
            break
        chosen.append(token)
    return chosen


def _scoped_pairs(query: _Query, hashes: Sequence[int], rare: Sequence[str]) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield the rarest pairs of the tokens that are not rare by themselves, in each collection."""
    common = [token for token in query.holders if token not in rare][:_PAIRED_TOKENS]
    together = {pair: _holders_of_both(query, *pair) for pair in combinations(common, 2)}
    total, left = 0.0, _MOST_PAIRS
    for pair, holders in sorted(together.items(), key=lambda item: item[1]):
        total += holders
        if total > PAIR_BUDGET or left < len(hashes):
            return
        left -= len(hashes)
        yield from ((scope, pair) for scope in hashes)


def _holders_of_both(query: _Query, one: str, other: str) -> float:
    """Guess how many passages hold both: as chance would have it, or all, for two pieces of one Korean word."""
    fewer, more = sorted((query.holders[one], query.holders[other]))
    of_one_word = not one.isascii() and bool(set(one) & set(other))
    return float(fewer) if of_one_word else fewer * more / query.passages
