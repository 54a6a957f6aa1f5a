"""Lying bars, one row for each name, and ranges around a middle."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from components.markup import html_text
from plots.figure import Look, Series, Table, figure
from plots.scale import percent


@dataclass(frozen=True)
class Range:
    name: str
    low: float
    middle: float
    high: float


def rows(
    title: str,
    says: str,
    names: Sequence[str],
    series: Sequence[Series],
    *,
    table: Table,
    write: Callable[[Sequence[float]], str],
    quiet: bool = True,
) -> str:
    """`write` makes the values of a row what stands behind its bar."""
    values = list(zip(*(each.values for each in series), strict=True))
    most = max((sum(each) for each in values), default=0.0)
    drawn = [
        _row(name, "".join(_part(each.look, value, most) for each, value in zip(series, row, strict=True)), write(row))
        for name, row in zip(names, values, strict=True)
    ]
    legend: list[tuple[str, Look]] = [(each.name, each.look) for each in series] if len(series) > 1 else []
    return figure(title, says, f'<div class="tc-rows">{"".join(drawn)}</div>', table, legend=legend, quiet=quiet)


def ranges(title: str, says: str, found: Sequence[Range], *, table: Table, write: Callable[[Range], str]) -> str:
    """A point for the middle, a line from low to high, all on one scale."""
    lowest, highest = min(each.low for each in found), max(each.high for each in found)
    width = (highest - lowest) or 1.0
    drawn = [
        _row(
            each.name,
            f'<b class="tc-range" style="left:{percent(each.low - lowest, width)};'
            f'width:{percent(each.high - each.low, width)}"></b>'
            f'<b class="tc-point" style="left:{percent(each.middle - lowest, width)}"></b>',
            write(each),
        )
        for each in found
    ]
    return figure(title, says, f'<div class="tc-rows tc-ranges">{"".join(drawn)}</div>', table)


def _row(name: str, bar: str, value: str) -> str:
    label = html_text(name)
    return (
        f'<p title="{label}: {html_text(value)}"><span>{label}</span><span class="tc-track">{bar}</span>'
        f"<span>{html_text(value)}</span></p>"
    )


def _part(look: Look, value: float, most: float) -> str:
    return f'<b class="tc-{look}" style="width:{percent(value, most)}"></b>' if value else ""
