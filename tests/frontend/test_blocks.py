"""Cutting a growing answer into pieces: joined they are the text, and a finished piece never changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.blocks import mended, pieces_of, split

LONG = "word " * 180
PARAGRAPHS = f"{LONG}\n\n{LONG}\n\n{LONG}"
UNCUT = {
    "a fence": f"{LONG}\n```python\nx = 1\n\n\ny = 2\n```\n",
    "a fence of tildes": f"~~~\n{LONG}\n\n{LONG}\n~~~\n",
    "a longer fence around a shorter one": f"````\n{LONG}\n```\n\n{LONG}\n````\n",
    "a formula": f"$$\n{LONG}\n\n{LONG}\n$$\n",
    "a list with paragraphs": f"- {LONG}\n\n  {LONG}\n\n- {LONG}\n",
    "a numbered list": f"1. {LONG}\n\n2. {LONG}\n",
}
_PARTS = (
    "word ", "가나다 ", "\n", "\n\n", "```", "```py\n", "~~~\n", "$$", "- item\n", "12. item\n", "| a | b |\n", "> q\n",
    "**", "`", "[link](", "    ", LONG,
)  # fmt: skip
MARKDOWN = st.lists(st.sampled_from(_PARTS), max_size=40).map("".join)


def test_paragraphs_become_pieces() -> None:
    assert len(split(PARAGRAPHS)) == 3


@pytest.mark.parametrize("name", UNCUT)
def test_what_belongs_together_is_not_cut(name: str) -> None:
    assert len(split(UNCUT[name])) == 1, name


def test_a_list_ends_where_other_text_begins() -> None:
    assert split(f"- {LONG}\n\n{LONG}") == [f"- {LONG}\n\n", LONG]


def test_a_very_long_list_is_cut_between_its_items() -> None:
    pieces = split("".join(f"- {LONG}\n" for _ in range(20)))
    assert len(pieces) > 2
    assert all(piece.startswith("- ") for piece in pieces if piece)


def test_a_text_whose_parts_refer_to_each_other_stays_whole() -> None:
    assert len(pieces_of(f"{PARAGRAPHS}\n\nSee [this][1].\n\n[1]: https://example.com\n")) == 1


@given(MARKDOWN)
def test_the_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(split(text)) == text


@given(MARKDOWN, MARKDOWN)
def test_a_finished_piece_stays_as_it_is_while_the_text_grows(text: str, more: str) -> None:
    finished = split(text)[:-1]
    assert split(text + more)[: len(finished)] == finished


@pytest.mark.parametrize(
    ("piece", "drawn"),
    [
        ("This is **bo", "This is **bo**"),
        ("This is **", "This is "),
        ("Call `sor", "Call `sor`"),
        ("See [the docs](https://exam", "See the docs"),
        ("See [the do", "See the do"),
        ("Before\n\n$$\nx = ", "Before\n\n"),
        ("Before\n\n```py", "Before\n\n"),
        ("Before\n\n```py\nx = 1", "Before\n\n```py\nx = 1"),
        ("Before\n\n| a | b |\n|--", "Before\n\n"),
        ("Whole **words** stay.", "Whole **words** stay."),
    ],
)
def test_the_growing_piece_is_drawn_without_half_marks(piece: str, drawn: str) -> None:
    assert mended(piece).rstrip("\n") == drawn.rstrip("\n")
