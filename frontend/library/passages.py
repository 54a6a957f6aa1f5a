"""The passages of one document, a screenful at a time.

The API hands them out in blocks that follow one another by cursor. The cursors that were seen are kept, so that going
back costs one request, and so does going on.
"""

from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from api_client import ApiError
from api_library import BLOCK
from api_library_types import Document, Passage
from library import documents
from visitor import identity

SCREENFUL: Final = 20
_STATE: Final = "passages_read"
_OPENED: Final = "passage_opened"


@dataclass
class _Blocks:
    """What this tab has read of one document; `cursors[n]` is where block n begins."""

    document: str
    passage_count: int
    cursors: list[str | None] = field(default_factory=lambda: [None])
    number: int = -1
    passages: tuple[Passage, ...] = ()


def page_count(document: Document) -> int:
    return max(1, -(-document.passage_count // SCREENFUL))


def read(document: Document, page: int) -> tuple[Passage, ...]:
    """The passages of a screenful, counted from 1. Raises ApiError."""
    start = (page - 1) * SCREENFUL
    blocks = _blocks(document)
    _read_block(blocks, start // BLOCK)
    return blocks.passages[start % BLOCK : start % BLOCK + SCREENFUL]


def page_of(document: Document, data_id: int) -> int:
    """The screenful that shows a passage; the first one when the passage is not there any more. Raises ApiError."""
    try:
        passage = identity.client().library.passage(data_id)
    except ApiError as error:
        if error.status != 404:
            raise
        return 1
    if passage.document != document.id:
        return 1
    # Positions may have gaps, never more passages before one than its position says.
    for page in range(min(passage.position // SCREENFUL + 1, page_count(document)), 0, -1):
        if any(each.data_id == data_id for each in read(document, page)):
            return page
    return 1


def opened_page(document: Document) -> int:
    """Where the address leads to; looked for once."""
    wanted = documents.opened_passage()
    if wanted is None:
        return 1
    known: tuple[str, int, int] | None = st.session_state.get(_OPENED)
    if known is None or known[:2] != (document.id, wanted):
        known = st.session_state[_OPENED] = (document.id, wanted, page_of(document, wanted))
    return known[2]


def _blocks(document: Document) -> _Blocks:
    blocks: _Blocks | None = st.session_state.get(_STATE)
    if blocks is None or (blocks.document, blocks.passage_count) != (document.id, document.passage_count):
        blocks = st.session_state[_STATE] = _Blocks(document.id, document.passage_count)
    return blocks


def _read_block(blocks: _Blocks, number: int) -> None:
    while blocks.number != number:
        known = min(number, len(blocks.cursors) - 1)
        page = identity.client().library.passages(blocks.document, cursor=blocks.cursors[known])
        blocks.number, blocks.passages = known, page.items
        if known == len(blocks.cursors) - 1 and page.next_cursor:
            blocks.cursors.append(page.next_cursor)
        elif known < number and known == len(blocks.cursors) - 1:
            blocks.number, blocks.passages = number, ()
