"""What every format is read into: a document's parts, in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """What a format reads; `name` is what its user calls the file."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 is the highest; 0 is the title of the whole document."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Also a list, a quotation or a block of code: what is kept together if it is not too long."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """`header` is empty when no row is one. A long table may come in several parts with the same header."""

    rows: tuple[tuple[str, ...], ...]
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes of a picture's file, as they stood in the document; not yet checked."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """A page (or slide) begins. `number` counts from 1; `of` is how many there are."""

    number: int
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A sign of life where there are no pages: `done` of `of` parts are read."""

    done: int
    of: int


Block = Heading | Paragraph | Table | Picture | Page | Step
