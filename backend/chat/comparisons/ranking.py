"""Which models people find better: counts for a user, and for staff the strengths over all users."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from chat.comparisons.bradley_terry import Strength, rate
from models.models import ComparedPair, User

# Those compared most; what a strength costs grows with their number to the third power.
_MOST_MODELS = 50


@dataclass(frozen=True, slots=True)
class Ranked:
    """`strength` is only there in the ranking over all users."""

    model: str
    wins: int
    losses: int
    ties: int
    strength: Strength | None = None


def rank_models(
    user: User, *, everybodys: bool = False, since: datetime | None = None, until: datetime | None = None
) -> list[Ranked]:
    """Return the models by the user's own choices, or, for staff with `everybodys`, by those of all; the best first."""
    by_all = everybodys and user.is_staff
    counts = _count(None if by_all else user, since, until)
    tallies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (better, worse, tie), count in counts.items():
        tallies[better]["ties" if tie else "wins"] += count
        tallies[worse]["ties" if tie else "losses"] += count
    strengths = _strengths(counts, tallies) if by_all else {}
    ranked = [
        Ranked(model, tally["wins"], tally["losses"], tally["ties"], strengths.get(model))
        for model, tally in tallies.items()
    ]
    return sorted(ranked, key=_place)


def _count(user: User | None, since: datetime | None, until: datetime | None) -> Counter[tuple[str, str, bool]]:
    limits = {"user": user, "chosen_datetime__gte": since, "chosen_datetime__lt": until}
    pairs = ComparedPair.objects.filter(**{name: value for name, value in limits.items() if value is not None})
    grouped = pairs.values_list("better", "worse", "tie").annotate(count=Count("id"))
    return Counter({(better, worse, tie): count for better, worse, tie, count in grouped})


def _strengths(counts: Counter[tuple[str, str, bool]], tallies: defaultdict[str, Counter[str]]) -> dict[str, Strength]:
    compared = Counter({model: tally.total() for model, tally in tallies.items()})
    known = {model for model, _ in compared.most_common(_MOST_MODELS)}
    wins: defaultdict[tuple[str, str], float] = defaultdict(float)
    for (better, worse, tie), count in counts.items():
        if {better, worse} <= known:
            wins[better, worse] += count / 2 if tie else count
            wins[worse, better] += count / 2 if tie else 0
    return rate(wins)


def _place(ranked: Ranked) -> tuple[float, int, str]:
    score = ranked.strength.score if ranked.strength else 0.0
    return -score, ranked.losses - ranked.wins, ranked.model
