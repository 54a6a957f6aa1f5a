"""How the system is used and how well it answers: a user's own figures, or for staff those of everybody."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from chat.comparisons.ranking import Ranked, rank_models
from chat.insights.bins import percentile
from chat.insights.facts import DayFact, Span, read_days, read_ratings, read_searches, read_times, span_of
from models.models import AnswerStatus, User

Key = TypeVar("Key", str, date)

_FAILED = (AnswerStatus.FAILED, AnswerStatus.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class Figures:
    """`good` and `bad`: answers with a thumb up or down."""

    questions: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    good: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds that half, and that 95% of the whole answers took; None without any."""

    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    day: date
    figures: Figures


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """`first_token` and `total` count from the question on."""

    model: str
    figures: Figures
    first_token: Times
    total: Times


@dataclass(frozen=True, slots=True)
class Query:
    query: str
    searches: int
    empty: int


@dataclass(frozen=True, slots=True)
class Searches:
    """`counted` searches, of which `empty` found nothing; the queries that were most frequent in both."""

    counted: int
    empty: int
    top: tuple[Query, ...]
    top_empty: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Insights:
    span: Span
    totals: ModelFigures
    days: tuple[DayFigures, ...]
    models: tuple[ModelFigures, ...]
    # Questions by chat, and answers that failed by code.
    modes: Mapping[str, int]
    failures: Mapping[str, int]
    ranking: tuple[Ranked, ...]
    searches: Searches
    facts: tuple[DayFact, ...]


def read_insights(
    user: User, *, first: date | None = None, last: date | None = None, zone: str = "UTC", everybodys: bool = False
) -> Insights:
    """Return the figures of the days from `first` to `last` (see `span_of`); everybody's only for staff."""
    by_all = everybodys and user.is_staff
    span = span_of(first=first, last=last, zone=zone, user=None if by_all else user.uuid)
    facts, ratings = read_days(span), read_ratings(span)
    times = _times(span)
    by_model = _tally((fact.model, fact) for fact in facts)
    by_day = _tally((fact.day, fact) for fact in facts)
    for day, model, good, bad in ratings:
        for tally in (by_model[model], by_day[day]):
            tally.update(good=good, bad=bad)
    whole = sum(by_day.values(), Counter[str]())
    ranking = rank_models(user, everybodys=by_all, since=span.since, until=span.until)
    return Insights(
        span=span,
        totals=_model_figures("", whole, _all_models(times)),
        days=tuple(DayFigures(day, Figures(**by_day[day])) for day in _days(span)),
        models=tuple(
            _model_figures(model, tally, times.get(model, {}))
            for model, tally in sorted(by_model.items(), key=lambda item: (-item[1]["questions"], item[0]))
        ),
        modes=_sum((fact.mode, fact.questions) for fact in facts),
        failures=_sum((fact.error_code, fact.questions) for fact in facts if fact.status in _FAILED),
        ranking=tuple(ranking),
        searches=_searches(span),
        facts=tuple(facts),
    )


def _tally(facts: Iterable[tuple[Key, DayFact]]) -> defaultdict[Key, Counter[str]]:
    tallies: defaultdict[Key, Counter[str]] = defaultdict(Counter)
    for key, fact in facts:
        tallies[key].update(
            questions=fact.questions,
            failed=fact.questions if fact.status in _FAILED else 0,
            input_tokens=fact.input_tokens,
            output_tokens=fact.output_tokens,
        )
    return tallies


def _sum(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The most frequent first."""
    total: Counter[str] = Counter()
    for key, count in counts:
        total[key] += count
    return dict(total.most_common())


def _days(span: Span) -> list[date]:
    return [span.first + timedelta(days=number) for number in range((span.last - span.first).days + 1)]


Bins = Mapping[str, Counter[int]]


def _times(span: Span) -> dict[str, Bins]:
    """The bins of each measure, by model."""
    found: defaultdict[str, defaultdict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for model, measure, number, answers in read_times(span):
        found[model][measure][number] += answers
    return dict(found)


def _all_models(times: Mapping[str, Bins]) -> Bins:
    return {
        measure: sum((bins[measure] for bins in times.values() if measure in bins), Counter[int]())
        for measure in ("first", "total")
    }


def _model_figures(model: str, tally: Counter[str], bins: Bins) -> ModelFigures:
    first, total = (
        Times(percentile(bins.get(measure, {}), 50), percentile(bins.get(measure, {}), 95))
        for measure in ("first", "total")
    )
    return ModelFigures(model, Figures(**tally), first, total)


def _searches(span: Span) -> Searches:
    lists: defaultdict[str, list[Query]] = defaultdict(list)
    for name, query, searches, empty in read_searches(span):
        lists[name].append(Query(query or "", searches, empty))
    (whole,) = lists["all"]
    return Searches(whole.searches, whole.empty, tuple(lists["top"]), tuple(lists["empty"]))
