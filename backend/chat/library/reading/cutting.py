"""Cuts a document's blocks into passages: by structure first, then by size.

A passage never crosses a heading or a page, and a sentence is cut only when it alone is
longer than a passage may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ai_models.text import sentence_spans
from chat.library.reading.blocks import Block, Heading, Page, Paragraph, Picture, Step, Table

# In tokens, counted as UTF-8 bytes / 3: a Korean syllable is one, an English word about two.
ENOUGH_TOKENS = 250
MOST_TOKENS = 400
_PICTURES_PER_PASSAGE = 8
_HEADING_CHARACTERS = 300


@dataclass(slots=True)
class Cut:
    """A passage: `pictures` are the bytes of those shown with it."""

    text: str
    heading: str
    page: int | None
    pictures: list[bytes] = field(default_factory=list)


def tokens_of(text: str) -> float:
    return len(text.encode(errors="replace")) / 3


def cut_passages(blocks: Iterable[Block]) -> Iterator[Cut | Page | Step]:
    """Yield passages in order, and between them the signs of life that the reader gave."""
    cutter = _Cutter()
    for block in blocks:
        match block:
            case Heading(text, level):
                yield from cutter.begin_section(text, level)
            case Page(number):
                yield from cutter.begin_page(number)
                yield block
            case Paragraph(text):
                for piece in _pieces_of_text(text):
                    yield from cutter.add(piece)
            case Table():
                for piece in _pieces_of_table(block):
                    yield from cutter.add(piece)
            case Picture(data):
                cutter.show(data)
            case Step():
                yield block
    yield from cutter.finish()


@dataclass(slots=True)
class _Cutter:
    """Holds the last passage back: a picture that follows it still belongs to it."""

    _path: list[tuple[int, str]] = field(default_factory=list)
    _page: int | None = None
    _pieces: list[str] = field(default_factory=list)
    _pictures: list[bytes] = field(default_factory=list)
    _held: Cut | None = None
    # A heading that nothing has followed yet.
    _bare: str = ""

    def begin_section(self, text: str, level: int) -> Iterator[Cut]:
        text = " ".join(text.split())
        if not text:
            return
        deeper = bool(self._path) and level > self._path[-1][0]
        yield from self._flush(with_bare=not deeper)
        self._path = [*(entry for entry in self._path if entry[0] < level), (level, text)]
        self._bare = text

    def begin_page(self, number: int) -> Iterator[Cut]:
        yield from self._flush(with_bare=False)
        if self._held and self._held.page == self._page:
            self._held.pictures += self._pictures
            self._pictures = []
        self._page = number

    def add(self, piece: str) -> Iterator[Cut]:
        size = sum(map(tokens_of, self._pieces))
        if self._pieces and (size >= ENOUGH_TOKENS or size + tokens_of(piece) > MOST_TOKENS):
            yield from self._flush()
        self._pieces.append(piece)
        self._bare = ""

    def show(self, data: bytes) -> None:
        self._pictures.append(data)

    def finish(self) -> Iterator[Cut]:
        yield from self._flush()
        if self._held:
            self._held.pictures += self._pictures
            yield _tidy(self._held)

    def _flush(self, *, with_bare: bool = True) -> Iterator[Cut]:
        if not self._pieces and with_bare and self._bare:
            self._pieces = [self._bare]
        if not self._pieces:
            return
        if self._held:
            yield _tidy(self._held)
        heading = " > ".join(text for _, text in self._path)
        self._held = Cut("\n\n".join(self._pieces), heading[:_HEADING_CHARACTERS], self._page, self._pictures)
        self._pieces, self._pictures, self._bare = [], [], ""


def _tidy(cut: Cut) -> Cut:
    cut.pictures = list(dict.fromkeys(cut.pictures))[:_PICTURES_PER_PASSAGE]
    return cut


def _pieces_of_text(text: str) -> Iterator[str]:
    """A paragraph as it is, or, too long, in runs of whole sentences."""
    text = text.strip()
    if not text:
        return
    if tokens_of(text) <= MOST_TOKENS:
        yield text
        return
    start: int | None = None
    end = 0
    for left, right in _short_spans(text):
        if start is not None and tokens_of(text[start:right]) > MOST_TOKENS:
            yield text[start:end]
            start = None
        start = left if start is None else start
        end = right
        if tokens_of(text[start:end]) >= ENOUGH_TOKENS:
            yield text[start:end]
            start = None
    if start is not None:
        yield text[start:end]


def _short_spans(text: str) -> Iterator[tuple[int, int]]:
    """The sentences; one that is longer than a passage may be is cut at white space, or anywhere."""
    for start, end in sentence_spans(text):
        while tokens_of(text[start:end]) > MOST_TOKENS:
            most = start + _characters_within(text[start:end], MOST_TOKENS)
            space = max(text.rfind(" ", start, most), text.rfind("\n", start, most))
            middle = space if space > start else most
            yield start, middle
            start = middle
        if text[start:end].strip():
            yield start, end


def _characters_within(text: str, tokens: int) -> int:
    return max(1, len(text.encode(errors="replace")[: tokens * 3].decode(errors="ignore")))


def _pieces_of_table(table: Table) -> Iterator[str]:
    """A small table whole; a larger one by rows, each part under the header."""
    header = [_line(table.header)] if any(table.header) else []
    rows = table.rows
    if sum(map(tokens_of, header)) > MOST_TOKENS / 2:
        # Too long to be repeated.
        header, rows = [], (table.header, *rows)
    lines: list[str] = []
    size = sum(map(tokens_of, header))
    for row in rows:
        if not any(row):
            continue
        for line in _pieces_of_text(_line(row)):
            if lines and size + tokens_of(line) > MOST_TOKENS:
                yield "\n".join([*header, *lines])
                lines, size = [], sum(map(tokens_of, header))
            lines.append(line)
            size += tokens_of(line)
    if lines or header:
        yield "\n".join([*header, *lines])


def _line(cells: Iterable[str]) -> str:
    return " | ".join(" ".join(cell.split()) for cell in cells)
