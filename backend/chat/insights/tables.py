"""Insights as tables for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, fields
from typing import Any

from chat.comparisons.ranking import Ranked
from chat.insights.facts import DayFact
from chat.insights.summary import Figures, Insights, ModelFigures, Query

# Excel takes a file without it for one in the old local encoding, and breaks Korean.
_BYTE_ORDER_MARK = "\ufeff"
# A cell that begins so is a formula to spreadsheets (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = list[Any]


def write_table(insights: Insights, part: str) -> Iterator[str]:
    """Yield the lines of one of `PARTS` as CSV."""
    columns, rows = PARTS[part]
    writer = csv.writer(_Passed())
    yield _BYTE_ORDER_MARK + writer.writerow(columns)
    for row in rows(insights):
        yield writer.writerow([_harmless(cell) for cell in row])


class _Passed:
    """Hands back what the csv module writes: `writerow` returns it."""

    def write(self, line: str) -> str:
        return line


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _days(insights: Insights) -> Iterable[Row]:
    return (list(astuple(fact)) for fact in insights.facts)


def _models(insights: Insights) -> Iterable[Row]:
    return (_model(each) for each in insights.models)


def _model(each: ModelFigures) -> Row:
    return [each.model, *astuple(each.figures), *astuple(each.first_token), *astuple(each.total)]


def _queries(insights: Insights) -> Iterable[Row]:
    found: dict[str, Query] = {each.query: each for each in (*insights.searches.top, *insights.searches.top_empty)}
    return (list(astuple(each)) for each in found.values())


def _ranking(insights: Insights) -> Iterable[Row]:
    return (_ranked(each) for each in insights.ranking)


def _ranked(each: Ranked) -> Row:
    strength = astuple(each.strength) if each.strength else (None, None, None)
    return [each.model, each.wins, each.losses, each.ties, *strength]


_TIMES = ("first_token_p50_ms", "first_token_p95_ms", "total_p50_ms", "total_p95_ms")

PARTS: dict[str, tuple[tuple[str, ...], Callable[[Insights], Iterable[Row]]]] = {
    "days": (tuple(field.name for field in fields(DayFact)), _days),
    "models": (("model", *(field.name for field in fields(Figures)), *_TIMES), _models),
    "queries": (tuple(field.name for field in fields(Query)), _queries),
    "ranking": (("model", "wins", "losses", "ties", "score", "low", "high"), _ranking),
}
