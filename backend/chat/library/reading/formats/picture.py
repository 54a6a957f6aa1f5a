"""PNG and JPEG: one passage with the picture's name and size."""

from __future__ import annotations

from collections.abc import Iterator

from chat.library.reading.blocks import Block, Paragraph, Picture, Source
from chat.library.reading.pictures import open_picture
from chat.library.refusals import DocumentDamaged


def read_blocks(source: Source) -> Iterator[Block]:
    image = open_picture(source.path)
    try:
        image.load()
    except (OSError, ValueError, SyntaxError, EOFError):
        raise DocumentDamaged from None
    width, height = image.size
    image.close()
    yield Paragraph(f"{source.name}\n{width} × {height}")
    yield Picture(source.path.read_bytes())
