"""Narrow and wide, light and dark, by keyboard: the page can be used."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewVisitor
from tests.e2e.visitor import Visitor

WIDE_ANSWER = "| a | b | c |\n|---|---|---|\n| " + " | ".join(["unbreakable" * 6] * 3) + " |"


def scrolls_sideways(visitor: Visitor) -> bool:
    return bool(visitor.page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_a_narrow_screen_needs_no_scrolling_sideways(new_visitor: NewVisitor, locale: str) -> None:
    visitor = new_visitor(locale=locale, width=390).open()
    assert not scrolls_sideways(visitor)
    visitor.ask("unbreakable" * 20)
    visitor.ask(f"`{'code' * 40}`")
    assert not scrolls_sideways(visitor)
    for element in (visitor.input, visitor.questions.last, visitor.answers.last):
        box = element.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_the_sidebar_is_folded_on_a_narrow_screen_and_folds_again(new_visitor: NewVisitor) -> None:
    visitor = new_visitor(width=390).open()
    visitor.ask("first")
    expect(visitor.conversations).not_to_be_in_viewport()
    visitor.page.get_by_test_id("stExpandSidebarButton").click()
    expect(visitor.conversations).to_be_in_viewport()
    visitor.conversations.click()
    expect(visitor.conversations).not_to_be_in_viewport()


def test_dark_mode_follows_the_system(new_visitor: NewVisitor) -> None:
    visitor = new_visitor(dark=True).open()
    expect(visitor.page.locator(".stApp")).to_have_css("background-color", "rgb(23, 23, 28)")
    expect(visitor.page.get_by_test_id("stSidebar")).to_have_css("background-color", "rgb(17, 17, 21)")


def test_our_own_font_is_used_and_only_the_parts_that_are_needed(visitor: Visitor) -> None:
    expect(visitor.page.locator(".tc-greeting")).to_have_css("font-family", re.compile('^"?Pretendard Variable'))
    loaded = "() => [...document.fonts].filter(f => f.family.includes('Pretendard') && f.status === 'loaded').length"
    visitor.page.wait_for_function(f"{loaded.replace('.length', '.length > 0')}")
    assert visitor.page.evaluate(loaded) < 20


def test_controls_have_names(visitor: Visitor) -> None:
    visitor.ask("hello")
    nameless = visitor.page.evaluate(
        """() => [...document.querySelectorAll('button, a[href], input, textarea')]
            .filter((element) => element.checkVisibility())
            .filter((element) => !(element.getAttribute('aria-label') || element.innerText.trim() || element.title
                || element.labels?.length || element.placeholder))
            .map((element) => element.outerHTML.slice(0, 200))"""
    )
    assert nameless == []


def test_a_conversation_is_renamed_deleted_and_brought_back(visitor: Visitor) -> None:
    visitor.ask("first name")
    menu = visitor.page.get_by_role("button", name="Options for first name")
    menu.focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_text("Rename", exact=True).click()
    visitor.page.get_by_label("Name", exact=True).fill("second name")
    visitor.page.get_by_role("button", name="Save").click()
    expect(visitor.page.get_by_role("link", name="second name", exact=True)).to_be_visible()
    expect(visitor.page).to_have_title("second name – Triple Chat")
    visitor.page.get_by_role("button", name="Options for second name").click()
    visitor.page.get_by_text("Delete", exact=True).click()
    expect(visitor.conversations).to_have_count(0)
    expect(visitor.questions).to_have_count(0)
    visitor.page.get_by_role("button", name="Undo").click()
    expect(visitor.conversations).to_have_count(1)
