"""What every plot has around it: title, legend, a sentence for who cannot see it, and its numbers as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from components.markup import html_text

Look = Literal["main", "second", "good", "bad", "soft"]


@dataclass(frozen=True)
class Series:
    """One kind of bar. `values` in the order of the labels; `look` is its colour."""

    name: str
    look: Look
    values: Sequence[float]


@dataclass(frozen=True)
class Table:
    """`heading` is the fold's; the first column of `rows` names them."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def figure(
    title: str, says: str, drawing: str, table: Table, *, legend: Sequence[tuple[str, Look]] = (), quiet: bool = False
) -> str:
    """`says` is the drawing in one sentence, with `quiet` only for who cannot see it; all numbers are in the table."""
    shown = "" if quiet else f'<p class="tc-says">{html_text(says)}</p>'
    marks = "".join(f'<span><i class="tc-{look}"></i>{html_text(name)}</span>' for name, look in legend)
    return (
        f'<figure class="tc-plot"><figcaption><h3>{html_text(title)}</h3>'
        f'{shown}<p class="tc-key" aria-hidden="true">{marks}</p></figcaption>'
        f'<div role="img" aria-label="{html_text(f"{title}. {says}")}">{drawing}</div>{_fold(table)}</figure>'
    )


def table_html(table: Table) -> str:
    """A table that scrolls sideways where it is too wide."""
    head = "".join(f'<th scope="col">{html_text(each)}</th>' for each in table.columns)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in table.rows)
    return (
        f'<div class="tc-table" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _cells(row: Sequence[str]) -> str:
    first, *rest = row
    return f'<th scope="row">{html_text(first)}</th>' + "".join(f"<td>{html_text(each)}</td>" for each in rest)


def _fold(table: Table) -> str:
    return f"<details><summary>{html_text(table.heading)}</summary>{table_html(table)}</details>"
