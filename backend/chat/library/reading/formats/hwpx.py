"""HWPX, the open format of Hangul (KS X 6101): a ZIP of XML. Paragraphs, tables, pictures, outline headings."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from chat.library.reading.blocks import Block, Heading, Paragraph, Picture, Source, Step, Table
from chat.library.refusals import DocumentDamaged

_SECTION = re.compile(r"Contents/section(\d+)\.xml")
_OUTLINE = re.compile(r"(?:개요|outline|제목|heading) ?(\d)", re.IGNORECASE)
_PARAGRAPHS_PER_STEP = 50


def read_blocks(source: Source) -> Iterator[Block]:
    try:
        with zipfile.ZipFile(source.path) as package:
            yield from _read(package)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError):
        raise DocumentDamaged from None


def _read(package: zipfile.ZipFile) -> Iterator[Block]:
    names = package.namelist()
    sections = sorted(filter(_SECTION.fullmatch, names), key=lambda name: int(_SECTION.fullmatch(name)[1]))  # type: ignore[index]
    levels = _heading_levels(_xml(package, "Contents/header.xml")) if "Contents/header.xml" in names else {}
    for number, name in enumerate(sections):
        for count, paragraph in enumerate(_xml(package, name).xpath("./*[local-name()='p']")):
            yield from _paragraph(package, paragraph, levels)
            if count % _PARAGRAPHS_PER_STEP == 0:
                yield Step(number, len(sections))


def _xml(package: zipfile.ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(package.read(name), parser)


def _heading_levels(header: Any) -> dict[str, int]:
    """The levels of the styles that are headings, by the style's id."""
    styles = header.xpath("//*[local-name()='style']")
    found = {str(style.get("id")): _OUTLINE.fullmatch(style.get("name", "")) for style in styles}
    return {identity: int(match[1]) for identity, match in found.items() if match}


def _paragraph(package: zipfile.ZipFile, paragraph: Any, levels: dict[str, int]) -> Iterator[Block]:
    text = _own_text(paragraph)
    level = levels.get(str(paragraph.get("styleIDRef")))
    if text:
        yield Heading(text, level) if level else Paragraph(text)
    for table in paragraph.xpath("./*[local-name()='run']/*[local-name()='tbl']"):
        rows = [tuple(map(_all_text, row.xpath("./*[local-name()='tc']"))) for row in _rows(table)]
        if rows:
            yield Table(tuple(rows[1:]), rows[0]) if len(rows) > 1 else Table(tuple(rows))
    for picture in paragraph.xpath(".//*[local-name()='img']/@binaryItemIDRef"):
        yield from _picture(package, str(picture))


def _rows(table: Any) -> Any:
    return table.xpath("./*[local-name()='tr']")


def _own_text(paragraph: Any) -> str:
    """The paragraph's runs, without what stands in its tables."""
    parts = paragraph.xpath("./*[local-name()='run']/*[local-name()='t']")
    return "".join("".join(part.itertext()) for part in parts).strip()


def _all_text(cell: Any) -> str:
    paragraphs = cell.xpath(".//*[local-name()='p']")
    return " ".join(filter(None, map(_own_text, paragraphs)))


def _picture(package: zipfile.ZipFile, identity: str) -> Iterator[Block]:
    name = next((each for each in package.namelist() if each.startswith(f"BinData/{identity}.")), None)
    if name:
        yield Picture(package.read(name))
