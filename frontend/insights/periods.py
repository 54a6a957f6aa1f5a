"""Days put together so that their bars can be told apart: by week in some months, by month in some years."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from api_insights import DayFigures, Figures

_MOST_DAYS: Final = 100
_MOST_WEEKS: Final = 450


@dataclass(frozen=True)
class Period:
    """`days`: 1, 7, or 30 for a month."""

    first: date
    days: int
    figures: Figures


def periods(days: Sequence[DayFigures]) -> list[Period]:
    if len(days) <= _MOST_DAYS:
        return [Period(each.day, 1, each.figures) for each in days]
    by_month = len(days) > _MOST_WEEKS
    groups = groupby(days, lambda each: each.day.replace(day=1) if by_month else _monday(each.day))
    return [Period(first, 30 if by_month else 7, _sum([each.figures for each in group])) for first, group in groups]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _sum(figures: Sequence[Figures]) -> Figures:
    return Figures(**{each.name: sum(getattr(one, each.name) for one in figures) for each in fields(Figures)})
