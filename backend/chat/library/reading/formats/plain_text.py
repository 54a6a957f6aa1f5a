"""Text: paragraphs between blank lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chat.library.reading.blocks import Block, Paragraph, Source, Step
from chat.library.reading.decoding import read_text

_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_PARAGRAPHS_PER_STEP = 100


def read_blocks(source: Source) -> Iterator[Block]:
    paragraphs = _BLANK_LINES.split(read_text(source.path))
    for done, paragraph in enumerate(paragraphs):
        yield Paragraph(paragraph)
        if done % _PARAGRAPHS_PER_STEP == 0:
            yield Step(done, len(paragraphs))
