"""HTML: what a reader sees of it, without scripts, styles and menus. Nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from chat.library.reading.blocks import Block, Heading, Paragraph, Source, Step, Table
from chat.library.reading.decoding import read_text
from chat.library.refusals import DocumentHasNoText

_HIDDEN = {"script", "style", "noscript", "template", "nav", "head", "svg", "iframe", "object", "form", "button"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset"),
    *("figcaption", "figure", "footer", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary"),
    *("table", "ul", *_HEADINGS),
}
_STEP_ELEMENTS = 200


def read_blocks(source: Source) -> Iterator[Block]:
    text = read_text(source.path)
    parser = lxml_html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        # An encoding that the file declares was not necessarily its real one.
        root = lxml_html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise DocumentHasNoText from None
    for count, block in enumerate(_blocks(root)):
        yield block
        if count % _STEP_ELEMENTS == 0:
            yield Step(0, 1)


def _blocks(element: Any) -> Iterator[Block]:
    """The parser nests at most 256 deep, so this may call itself."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _HIDDEN:
        return
    if tag in _HEADINGS:
        yield Heading(_inline(element), _HEADINGS[tag])
    elif tag == "table" and not element.xpath(".//table"):
        yield from _table(element)
    elif tag == "pre":
        yield Paragraph(element.text_content())
    else:
        yield from _children(element)


def _children(element: Any) -> Iterator[Block]:
    """Text and inline elements run together until a block begins."""
    run = element.text or ""
    mark = "- " if element.tag == "li" else ""
    for child in element:
        if child.tag in _BLOCKS or _holds_blocks(child):
            yield from _run(mark + run)
            run = ""
            yield from _blocks(child)
        elif child.tag == "br":
            run += "\n"
        elif isinstance(child.tag, str) and child.tag not in _HIDDEN:
            run += child.text_content()
        run += child.tail or ""
    yield from _run(mark + run if run.strip() else "")


def _holds_blocks(element: Any) -> bool:
    return any(inner.tag in _BLOCKS for inner in element.iterdescendants())


def _run(text: str) -> Iterator[Block]:
    lines = [" ".join(line.split()) for line in text.split("\n\n")]
    if joined := "\n".join(line for line in lines if line not in {"", "-"}):
        yield Paragraph(joined)


def _inline(element: Any) -> str:
    return " ".join(element.text_content().split())


def _table(element: Any) -> Iterator[Block]:
    rows = [tuple(_inline(cell) for cell in row.xpath("./td|./th")) for row in element.xpath(".//tr")]
    rows = [row for row in rows if any(row)]
    if rows:
        headed = len(rows) > 1 and bool(element.xpath("(.//tr)[1]/th"))
        yield Table(tuple(rows[1:]), rows[0]) if headed else Table(tuple(rows))
