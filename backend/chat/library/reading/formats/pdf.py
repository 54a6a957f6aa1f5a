"""PDF: text by page, headings from the outline, pictures where they stand on the page."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw

from chat.library.reading.blocks import Block, Heading, Page, Paragraph, Picture, Source, Step
from chat.library.reading.pictures import KEPT_SIDE, LEAST_SIDE
from chat.library.refusals import DocumentDamaged, DocumentEncrypted

_MOST_HEADINGS = 5_000
_PICTURES_PER_PAGE = 10
_MOST_PIXELS = 25_000_000
_OBJECTS_PER_PAGE = 5_000
_ENDS_SENTENCE = re.compile(r"[.!?。！？:：;][\"'”’)\]]*$")
# Signs with which pdfium marks a word that goes on in the next line.
_SOFT_HYPHENS = ("\x02", "￾", "\xad")
_SHORT_LINE = 0.75


def read_blocks(source: Source) -> Iterator[Block]:
    document = _open(source)
    headings = _headings(document)
    pages = len(document)
    for index in range(pages):
        yield Page(index + 1, pages)
        yield from headings.get(index, ())
        yield from _read_page(document, index)


def _open(source: Source) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(source.path)
    except pdfium.PdfiumError as error:
        # The library tells the reason in words only; code 4 is FPDF_ERR_PASSWORD.
        if pdfium_raw.FPDF_GetLastError() == pdfium_raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise DocumentEncrypted from None
        raise DocumentDamaged from None
    if len(document) == 0:
        raise DocumentDamaged
    return document


def _headings(document: pdfium.PdfDocument) -> dict[int, list[Heading]]:
    """The outline's entries by the index of their page."""
    found: defaultdict[int, list[Heading]] = defaultdict(list)
    for count, bookmark in enumerate(document.get_toc(max_depth=6)):
        if count >= _MOST_HEADINGS:
            break
        target = bookmark.get_dest()
        index = target.get_index() if target else None
        if index is not None and (title := bookmark.get_title()):
            found[index].append(Heading(title, bookmark.level + 1))
    return found


def _read_page(document: pdfium.PdfDocument, index: int) -> Iterator[Block]:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        # One damaged page does not take the others with it.
        return
    try:
        paragraphs = list(_paragraphs(page.get_textpage().get_text_range()))
        pictures = _pictures(page) if paragraphs else []
        # A picture goes with the paragraph beside or above it.
        for number, paragraph in enumerate(paragraphs, start=1):
            yield Paragraph(paragraph)
            while pictures and (pictures[0][0] <= number / len(paragraphs) or number == len(paragraphs)):
                if data := _picture_bytes(pictures.pop(0)[1]):
                    yield Picture(data)
                yield Step(index, len(document))
    finally:
        page.close()


def _paragraphs(text: str) -> Iterator[str]:
    """Join the lines of the page again: a paragraph ends with a sentence in a line that is shorter than the others."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    full = max(map(len, lines), default=0)
    paragraph = ""
    for line in lines:
        if not line:
            yield from _whole(paragraph)
            paragraph = ""
            continue
        paragraph = _joined(paragraph, line)
        if len(line) < _SHORT_LINE * full and _ENDS_SENTENCE.search(line):
            yield paragraph
            paragraph = ""
    yield from _whole(paragraph)


def _whole(paragraph: str) -> Iterator[str]:
    if paragraph:
        yield paragraph


def _joined(paragraph: str, line: str) -> str:
    if paragraph.endswith(_SOFT_HYPHENS):
        return paragraph[:-1] + line
    return f"{paragraph}\n{line}" if paragraph else line


def _pictures(page: pdfium.PdfPage) -> list[tuple[float, Any]]:
    """The page's pictures from top to bottom, each with its place: 0 is the page's top, 1 its bottom."""
    height = page.get_height() or 1
    found: list[tuple[float, Any]] = []
    parts = page.get_objects(filter=[pdfium_raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    for part in islice(parts, _OBJECTS_PER_PAGE):
        if len(found) < _PICTURES_PER_PAGE and _is_shown(part):
            found.append((min(1.0, max(0.0, 1 - part.get_bounds()[1] / height)), part))
    return sorted(found, key=lambda each: each[0])


def _is_shown(part: Any) -> bool:
    try:
        width, height = part.get_px_size()
    except pdfium.PdfiumError:
        return False
    return bool(min(width, height) >= LEAST_SIDE and width * height <= _MOST_PIXELS)


def _picture_bytes(part: Any) -> bytes | None:
    try:
        if part.get_filters() == ["DCTDecode"]:
            return bytes(part.get_data())
        image = part.get_bitmap().to_pil()
        image.thumbnail((KEPT_SIDE, KEPT_SIDE))
        written = io.BytesIO()
        image.save(written, format="PNG", compress_level=1)
        return written.getvalue()
    except (pdfium.PdfiumError, ValueError, OSError):
        return None
