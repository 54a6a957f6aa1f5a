"""Text that comes from people and models, made safe and right for the two ways in which we draw it."""

import re
from collections.abc import Callable, Collection
from html import escape
from typing import Final

from api_types import Match

_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
CODE: Final = re.compile(r"(```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]+`)", re.DOTALL)
# Not a link, a picture, or a reference definition at the start of a line.
_MARK: Final = re.compile(r"(?<![\\!])(?!^\[\d+\]:)\[(\d{1,3})\](?!\()", re.MULTILINE)
_DISPLAY_MATH: Final = re.compile(r"\\\[(.+?)\\\]", re.DOTALL)
_INLINE_MATH: Final = re.compile(r"\\\((.+?)\\\)")
# As in pandoc: no space inside the dollars, no digit behind the closing one. So "$5 to $10" stays money.
_DOLLARS: Final = re.compile(r"\$\$.+?\$\$|(?<!\\)\$(?=\S)(?:[^$\n]*[^\s$\\])\$(?!\d)", re.DOTALL)
# The end of a full line, before one that begins no list, heading, quote or table.
_WRAP: Final = re.compile(r"(?<=[^\n|]{40})\n(?=[^\s|#>*+\-•\d])")
_DIRECTIVE: Final = re.compile(r":(?=[a-z-]+\[|material/|streamlit:)")


def plain_label(text: str) -> str:
    """One line of plain text for a Streamlit label, which would read it as markdown."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def html_text(text: str) -> str:
    """Plain text inside our own HTML, attributes included."""
    return escape(text, quote=True)


def marked_html(match: Match) -> str:
    """A stretch of text inside our own HTML, with the words marked that a search has found."""
    parts, end = [], 0
    for start, stop in match.marks:
        parts += [html_text(match.snippet[end:start]), f"<mark>{html_text(match.snippet[start:stop])}</mark>"]
        end = stop
    return "".join([*parts, html_text(match.snippet[end:])])


def unwrapped(text: str) -> str:
    """Lines of a paragraph that were broken where the page ended, joined; every letter keeps its place."""
    return _WRAP.sub(" ", text)


def quote_html(text: str) -> str:
    """A passage inside our own HTML; of its markdown only what a sentence may hold: code and bold."""
    shown = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html_text(text))
    return re.sub(r"\*\*([^*\n]+)\*\*", r"<strong>\1</strong>", shown)


def answer_markdown(text: str, *, anchor: str, ranks: Collection[int]) -> str:
    """A model's markdown as Streamlit should draw it; code stays as it is.

    Citation marks become links to `#<anchor>-<rank>`, the LaTeX brackets that models write become dollars, single
    dollars and Streamlit's own colour and icon directives become plain text.
    """

    def prepare(prose: str) -> str:
        return _link_marks(_DIRECTIVE.sub(r"\\:", _settle_math(prose)), anchor, ranks)

    return "".join(part if index % 2 else prepare(part) for index, part in enumerate(CODE.split(text)))


def _link_marks(prose: str, anchor: str, ranks: Collection[int]) -> str:
    def link(match: re.Match[str]) -> str:
        rank = int(match[1])
        return f"[{rank}](#{anchor}-{rank})" if rank in ranks else match[0]

    return _MARK.sub(link, prose)


def _settle_math(prose: str) -> str:
    prose = _DISPLAY_MATH.sub(lambda match: f"$${match[1]}$$", prose)
    prose = _INLINE_MATH.sub(lambda match: f"${match[1].strip()}$", prose)
    return _outside(prose, _DOLLARS, lambda rest: re.sub(r"(?<!\\)\$", r"\\$", rest))


def _outside(text: str, kept: re.Pattern[str], change: Callable[[str], str]) -> str:
    """`change` applied to what `kept` does not match."""
    parts, end = [], 0
    for match in kept.finditer(text):
        parts += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, change(text[end:])])
