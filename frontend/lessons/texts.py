"""The lessons as they stand in `docs/learn/<language>/`, cut into sections."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from settings import LESSONS_FOLDER

NUMBERS: Final = ("1", "2", "3")
_COMMENT: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_LINK: Final = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+\.md)\)")
_SECTION: Final = re.compile(r"^## ", re.MULTILINE)
# "Next: [lesson 2](2-ai.md)." is a button here.
_NEXT: Final = re.compile(r"^\S+: \[[^\]\n]+\]\(\d-[\w-]+\.md\)\.?\s*\Z", re.MULTILINE)


@dataclass(frozen=True)
class Lesson:
    """`title` without its number; `sections` are markdown, the first has no heading."""

    title: str
    sections: tuple[str, ...]


@cache
def read(number: str, language: str) -> Lesson | None:
    """None where the lessons are not installed."""
    path = next(Path(LESSONS_FOLDER).glob(f"{language}/{number}-*.md"), None)
    if path is None:
        return None
    heading, _, text = path.read_text(encoding="utf-8").partition("\n")
    title = heading.removeprefix("# ").partition(": ")[2]
    text = _LINK.sub(_as_path, _NEXT.sub("", _COMMENT.sub("", text)))
    first, *others = _SECTION.split(text)
    return Lesson(title, (first.strip(), *(f"## {each.strip()}" for each in others)))


def _as_path(link: re.Match[str]) -> str:
    """The page has no other documents to go to: say where the file lies."""
    return f"{link[1]} (`docs/{link[2].replace('../', '')}`)"
