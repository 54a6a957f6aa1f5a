"""Strengths of models from who was found better than whom, with 95% intervals.

R. A. Bradley and M. E. Terry, "Rank Analysis of Incomplete Block Designs: I. The Method of
Paired Comparisons", Biometrika 39 (1952): i beats j with probability p_i / (p_i + p_j). A tie
counts as half a win for each. Each model also has one tie with an average opponent of strength
1: without it a model that won everything would have no finite strength (the same as the prior
of F. Caron and A. Doucet, "Efficient Bayesian Inference for Generalized Bradley-Terry Models",
J. Comput. Graph. Stat. 21 (2012), in spirit). The logarithms of the strengths are found by
Newton's method (the likelihood is concave in them); the intervals come from the inverse of the
Fisher information at the maximum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

_ITERATIONS = 100
_PRECISE_ENOUGH = 1e-9
# Of Newton's method; a longer step could leap over the maximum.
_LONGEST_STEP = 1.0
_NORMAL_95 = 1.959964
# The scale of chess: 400 points are odds of ten to one, and the average opponent has 1,000.
_POINTS = 400 / log(10)
_AVERAGE = 1000.0


@dataclass(frozen=True, slots=True)
class Strength:
    """`score` in points (400 are odds of ten to one), within `low` and `high` with 95%."""

    score: float
    low: float
    high: float


def rate(wins: Mapping[tuple[str, str], float]) -> dict[str, Strength]:
    """Return the strength of each model. `wins`: how often the first was better than the second; ties as halves."""
    models = sorted({model for pair in wins for model in pair})
    place = {model: index for index, model in enumerate(models)}
    games = [[0.0] * len(models) for _ in models]
    won = [0.5] * len(models)
    for (better, worse), count in wins.items():
        first, second = place[better], place[worse]
        games[first][second] += count
        games[second][first] += count
        won[first] += count
    logs = _most_likely(games, won)
    deviations = [sqrt(row[index]) for index, row in enumerate(_inverse(_information(games, logs)))]
    return {
        model: Strength(
            score=_AVERAGE + _POINTS * logs[index],
            low=_AVERAGE + _POINTS * (logs[index] - _NORMAL_95 * deviations[index]),
            high=_AVERAGE + _POINTS * (logs[index] + _NORMAL_95 * deviations[index]),
        )
        for model, index in place.items()
    }


def _most_likely(games: Sequence[Sequence[float]], won: Sequence[float]) -> list[float]:
    logs = [0.0] * len(won)
    for _ in range(_ITERATIONS):
        slope = [won[index] - _expected(games[index], logs, index) for index in range(len(won))]
        inverse = _inverse(_information(games, logs))
        steps = [sum(map(float.__mul__, row, slope)) for row in inverse]
        longest = max(map(abs, steps), default=0.0)
        shrink = min(1.0, _LONGEST_STEP / longest) if longest else 1.0
        logs = [value + shrink * step for value, step in zip(logs, steps, strict=True)]
        if longest < _PRECISE_ENOUGH:
            break
    return logs


def _expected(played: Sequence[float], logs: Sequence[float], index: int) -> float:
    """How many of its games a model wins on average, with the one against the average opponent."""
    against = (count * _chance(logs[index] - logs[other]) for other, count in enumerate(played) if count)
    return sum(against) + _chance(logs[index])


def _information(games: Sequence[Sequence[float]], logs: Sequence[float]) -> list[list[float]]:
    size = len(logs)
    matrix = [
        [-games[row][column] * _spread(logs[row] - logs[column]) for column in range(size)] for row in range(size)
    ]
    for index, row in enumerate(matrix):
        row[index] = -sum(value for other, value in enumerate(row) if other != index) + _spread(logs[index])
    return matrix


def _chance(difference: float) -> float:
    return 1 / (1 + exp(-difference))


def _spread(difference: float) -> float:
    return _chance(difference) * (1 - _chance(difference))


def _inverse(matrix: Sequence[Sequence[float]]) -> list[list[float]]:
    """Gauss and Jordan. No pivots are needed: the information is positive definite."""
    size = len(matrix)
    rows = [[*row, *(float(column == index) for column in range(size))] for index, row in enumerate(matrix)]
    for index, pivot in enumerate(rows):
        pivot[:] = [value / pivot[index] for value in pivot]
        for row in (*rows[:index], *rows[index + 1 :]):
            factor = row[index]
            if factor:
                row[:] = [value - factor * other for value, other in zip(row, pivot, strict=True)]
    return [row[size:] for row in rows]
