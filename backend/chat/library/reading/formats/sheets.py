"""XLSX: a sheet is a section; its first row heads each part of it. Values as they were last calculated."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from chat.library.reading.blocks import Block, Heading, Source, Step, Table
from chat.library.refusals import DocumentDamaged

ROWS_PER_PART = 50
_MOST_COLUMNS = 200


def read_blocks(source: Source) -> Iterator[Block]:
    try:
        book = openpyxl.load_workbook(source.path.open("rb"), read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile):
        raise DocumentDamaged from None
    for number, sheet in enumerate(book.worksheets):
        yield Step(number, len(book.worksheets))
        yield Heading(sheet.title, 1)
        # What a sheet says of its size may be made up; its rows are not.
        sheet.reset_dimensions()
        for part in table_parts(_text_rows(sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True))):
            yield part
            yield Step(number, len(book.worksheets))


def table_parts(rows: Iterator[tuple[str, ...]]) -> Iterator[Table]:
    """Read a long table piece by piece; its first row is the header of each."""
    header = next(rows, ())
    empty = True
    while part := tuple(islice(rows, ROWS_PER_PART)):
        empty = False
        yield Table(part, header)
    if header and empty:
        yield Table((header,))


def _text_rows(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield tuple(cells)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
