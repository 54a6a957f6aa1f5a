"""Upright bars along time, one for each label, with what they are made of stacked in them."""

from collections.abc import Callable, Sequence
from typing import Final

from components.markup import html_text
from plots.figure import Series, Table, figure
from plots.scale import percent, short, ticks

_MOST_LABELS: Final = 4


def columns(
    title: str,
    says: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    heading: str,
    first_column: str,
    write: Callable[[float], str],
) -> str:
    """`write` makes a number what stands in the table and under the pointer."""
    most = max((sum(values) for values in zip(*(each.values for each in series), strict=True)), default=0.0)
    lines = ticks(most)
    bars = "".join(_bar(label, place, series, lines[-1], write) for place, label in enumerate(labels))
    drawing = (
        f'<div class="tc-columns"><div class="tc-area">{_grid(lines)}<div class="tc-bars">{bars}</div></div>'
        f'<div class="tc-under">{_under(labels)}</div></div>'
    )
    rows = [[label, *(write(each.values[place]) for each in series)] for place, label in enumerate(labels)]
    table = Table(heading, [first_column, *(each.name for each in series)], rows)
    return figure(title, says, drawing, table, legend=[(each.name, each.look) for each in series])


def _grid(lines: Sequence[float]) -> str:
    return "".join(
        f'<i class="tc-line" style="bottom:{percent(line, lines[-1])}"><span>{short(line)}</span></i>' for line in lines
    )


def _bar(label: str, place: int, series: Sequence[Series], top: float, write: Callable[[float], str]) -> str:
    told = " · ".join(f"{each.name} {write(each.values[place])}" for each in series)
    parts = "".join(
        f'<b class="tc-{each.look}" style="height:{percent(each.values[place], top)}"></b>'
        for each in series
        if each.values[place]
    )
    return f'<span title="{html_text(f"{label}: {told}")}">{parts}</span>'


def _under(labels: Sequence[str]) -> str:
    """Some of the labels: as many as have room, the first and the last among them."""
    count = min(_MOST_LABELS, len(labels))
    places = [round(number * (len(labels) - 1) / max(count - 1, 1)) for number in range(count)]
    return "".join(f"<span>{html_text(labels[place])}</span>" for place in places)
