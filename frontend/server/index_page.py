"""Streamlit's own `index.html` with our title, icon, style sheet, fonts and script put into its head.

Linked here they are there before the first script run, so nothing jumps or flashes; injected from a script run they
would come after it, and again with every run.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import streamlit

_OUR_HEAD: Final = """
    <link rel="icon" type="image/svg+xml" href="./app/static/mark.svg" />
    <link rel="stylesheet" href="./app/static/fonts/pretendard.css" />
    <link rel="stylesheet" href="./app/static/styles.css" />
    <meta name="color-scheme" content="light dark" />
    <script type="module" src="./app/static/page.js"></script>
"""
_INLINE_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@dataclass(frozen=True)
class IndexPage:
    """The page and, for the Content-Security-Policy, the hashes of the scripts written into it."""

    html: str
    script_hashes: tuple[str, ...]


@cache
def index_page() -> IndexPage:
    """Read once: the installed package does not change while the server runs."""
    html = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    html = re.sub(r'<link rel="shortcut icon"[^>]*/>', "", html)
    html = re.sub(r'<link\s+rel="preload"[^>]*SourceSans[^>]*/>', "", html)
    html = html.replace("<title>Streamlit</title>", "<title>Triple Chat</title>")
    html = html.replace("</head>", _OUR_HEAD + "  </head>")
    return IndexPage(html, tuple(_hash(script) for script in _INLINE_SCRIPT.findall(html)))


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
