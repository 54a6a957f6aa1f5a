"""PPTX: a slide is a page, its title the heading; text, tables, notes and pictures in the order they were drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pptx
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.exc import PackageNotFoundError

from chat.library.reading.blocks import Block, Heading, Page, Paragraph, Picture, Source, Table
from chat.library.refusals import DocumentDamaged

_DEEPEST_GROUP = 8


def read_blocks(source: Source) -> Iterator[Block]:
    try:
        presentation = pptx.Presentation(str(source.path))
    except (PackageNotFoundError, KeyError, ValueError):
        raise DocumentDamaged from None
    slides = presentation.slides
    for number, slide in enumerate(slides, start=1):
        yield Page(number, len(slides))
        title = slide.shapes.title
        if title is not None:
            yield Heading(title.text_frame.text, 1)
        own = title.shape_id if title is not None else None
        for shape in slide.shapes:
            if shape.shape_id != own:
                yield from _shape(shape, 0)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            yield Paragraph(slide.notes_slide.notes_text_frame.text)


def _shape(shape: Any, depth: int) -> Iterator[Block]:
    if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
        if depth < _DEEPEST_GROUP:
            for inner in shape.shapes:
                yield from _shape(inner, depth + 1)
    elif shape.has_text_frame:
        yield Paragraph(shape.text_frame.text.replace("\v", "\n"))
    elif shape.has_table:
        rows = [tuple(cell.text for cell in row.cells) for row in shape.table.rows]
        yield Table(tuple(rows[1:]), rows[0]) if len(rows) > 1 else Table(tuple(rows))
    elif shape.shape_type == MSO_SHAPE_TYPE.PICTURE:
        yield from _picture(shape)


def _picture(shape: Any) -> Iterator[Block]:
    try:
        yield Picture(shape.image.blob)
    except (ValueError, KeyError):
        # Linked, not embedded: the picture lies on somebody's disk.
        return
