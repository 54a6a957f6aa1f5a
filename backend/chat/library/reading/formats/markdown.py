"""Markdown: its own blocks, as they were written; headings lead to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chat.library.reading.blocks import Block, Heading, Paragraph, Source, Step, Table
from chat.library.reading.decoding import read_text

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_BLOCKS_PER_STEP = 50


def read_blocks(source: Source) -> Iterator[Block]:
    text = _FRONT_MATTER.sub("", read_text(source.path))
    lines = text.split("\n")
    # Emphasis and links are left as they are: only blocks are wanted.
    tokens = MarkdownIt("commonmark").enable("table").disable("inline").parse(text)
    tops = [index for index, token in enumerate(tokens) if token.level == 0 and token.map and token.nesting >= 0]
    for done, index in enumerate(tops):
        yield _block(tokens, index, lines)
        if done % _BLOCKS_PER_STEP == 0:
            yield Step(done, len(tops))


def _block(tokens: Sequence[Token], index: int, lines: Sequence[str]) -> Block:
    token = tokens[index]
    if token.type == "heading_open":
        return Heading(tokens[index + 1].content, int(token.tag[1:]))
    if token.type == "table_open":
        return _table(tokens, index)
    start, end = token.map or (0, 0)
    return Paragraph("\n".join(lines[start:end]))


def _table(tokens: Sequence[Token], index: int) -> Table:
    rows: list[list[str]] = []
    for token in tokens[index + 1 :]:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(token.content)
    return Table(tuple(map(tuple, rows[1:])), tuple(rows[0]) if rows else ())
