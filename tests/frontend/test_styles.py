"""The style sheet: what would make every page slow."""

from __future__ import annotations

import re
from pathlib import Path

STYLES = Path(__file__).parents[2] / "frontend" / "static" / "styles.css"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SELECTORS = re.compile(r"([^{}]+)\{")
_ASKED_ABOVE = re.compile(r":has\((?:[^()]|\([^()]*\))*\)[^\s>~+,]*\s*[\s>~+]\s*[^\s,]")


def test_only_the_element_that_is_styled_is_asked_what_it_has() -> None:
    lists = _SELECTORS.findall(_COMMENT.sub("", STYLES.read_text(encoding="utf-8")))
    assert [selector.strip() for selector in lists if _ASKED_ABOVE.search(selector.strip())] == []
