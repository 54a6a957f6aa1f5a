"""DOCX: paragraphs under their headings, tables, pictures; pages where Word has left its page breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from chat.library.reading.blocks import Block, Heading, Page, Paragraph, Picture, Source, Step, Table
from chat.library.refusals import DocumentDamaged

_HEADING = re.compile(r"(?:heading|제목|개요) ?(\d)", re.IGNORECASE)
_BLIPS = ".//a:blip/@r:embed"
_PARAGRAPHS_PER_STEP = 50


def read_blocks(source: Source) -> Iterator[Block]:
    try:
        document = docx.Document(str(source.path))
    except (PackageNotFoundError, KeyError, ValueError):
        raise DocumentDamaged from None
    parts = list(document.iter_inner_content())
    # Word leaves marks where its pages ended when it last showed the document; other programs do not.
    page = 1 if document.element.body.xpath(".//w:lastRenderedPageBreak") else None
    if page:
        yield Page(page)
    for done, part in enumerate(parts):
        if page and (breaks := len(part._element.xpath(".//w:lastRenderedPageBreak"))):
            page += breaks
            yield Page(page)
        yield from _table(part) if isinstance(part, WordTable) else _paragraph(part)
        yield from _pictures(document, part)
        if done % _PARAGRAPHS_PER_STEP == 0:
            yield Step(done, len(parts))


def _paragraph(part: WordParagraph) -> Iterator[Block]:
    text = part.text.strip()
    if not text:
        return
    level = _heading_level(part)
    yield Heading(text, level) if level is not None else Paragraph(f"- {text}" if _is_list(part) else text)


def _heading_level(part: WordParagraph) -> int | None:
    """Return None for what is no heading."""
    name = part.style.name if part.style is not None else None
    return _level_of_style(name or "")


@lru_cache(maxsize=1000)
def _level_of_style(name: str) -> int | None:
    if name == "Title":
        return 0
    found = _HEADING.fullmatch(name)
    return int(found[1]) if found else None


def _is_list(part: WordParagraph) -> bool:
    properties = part._p.pPr
    return properties is not None and properties.numPr is not None


def _table(part: WordTable) -> Iterator[Block]:
    """Read the cells from the XML: the library's own way takes quadratic time."""
    rows = [tuple(_cell_text(cell) for cell in row.xpath("./w:tc")) for row in part._tbl.xpath("./w:tr")]
    if rows:
        yield Table(tuple(rows[1:]), rows[0]) if len(rows) > 1 else Table(tuple(rows))


def _cell_text(cell: Any) -> str:
    return " ".join("".join(part.xpath(".//w:t/text()")) for part in cell.xpath(".//w:p")).strip()


def _pictures(document: Document, part: WordParagraph | WordTable) -> Iterator[Block]:
    for relation in part._element.xpath(_BLIPS):
        related = document.part.related_parts.get(str(relation))
        if related is not None:
            yield Picture(related.blob)
