"""CSV and TSV: one table, whose first row is its header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from chat.library.reading.blocks import Block, Source, Step
from chat.library.reading.decoding import read_text
from chat.library.reading.formats.sheets import table_parts

_SAMPLE = 10_000
csv.field_size_limit(1_000_000)


def read_blocks(source: Source) -> Iterator[Block]:
    text = read_text(source.path)
    rows = csv.reader(io.StringIO(text), delimiter=_delimiter(text[:_SAMPLE]))
    filled = (tuple(cell.strip() for cell in row) for row in rows if any(map(str.strip, row)))
    for part in table_parts(filled):
        yield part
        yield Step(0, 1)


def _delimiter(sample: str) -> str:
    """The one that the first line has most of; the standard library's guess takes letters for it."""
    first = sample.split("\n", 1)[0]
    return max(",;\t|", key=first.count)
