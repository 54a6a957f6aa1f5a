"""Two rankings of the same passages made one: by words and by meaning."""

from __future__ import annotations

from collections.abc import Mapping


def mix_scores(words: Mapping[int, float], meaning: Mapping[int, float], *, weight: float) -> dict[int, float]:
    """Return for each passage of `words` its mixed score, 0 to 1; `weight` is the share of `meaning`.

    Both must hold all passages that either ranking has found: a rank says nothing of how much better
    the first one is, and min-max over different passages says different things. A passage that has no
    vector yet goes by its words.
    """
    by_words, by_meaning = _spread(words), _spread(meaning)
    return {
        data_id: (1 - weight) * score + weight * by_meaning.get(data_id, score) for data_id, score in by_words.items()
    }


def _spread(scores: Mapping[int, float]) -> dict[int, float]:
    if not scores:
        return {}
    least, most = min(scores.values()), max(scores.values())
    width = most - least or 1.0
    return {data_id: (score - least) / width for data_id, score in scores.items()}
