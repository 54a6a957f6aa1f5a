"""Reload, second tab, bookmark, back button: the visitor is known again, and nothing is lost."""

from __future__ import annotations

import re

import requests
from playwright.sync_api import expect

from tests.e2e.conftest import NewVisitor
from tests.e2e.visitor import SLOW, Visitor
from tests.system import LiveSystem


def test_a_reload_shows_the_same_conversation(visitor: Visitor) -> None:
    visitor.ask("Remember me")
    visitor.reload()
    expect(visitor.questions).to_have_text(["Remember me"])
    expect(visitor.answers).to_have_count(1)
    expect(visitor.conversations).to_have_count(1)


def test_a_new_tab_is_signed_in(visitor: Visitor) -> None:
    visitor.ask("Remember me")
    other = visitor.open_second_tab()
    expect(other.questions).to_have_text(["Remember me"])


def test_the_cookie_is_out_of_reach_for_scripts_and_not_in_the_address(visitor: Visitor) -> None:
    visitor.ask("hello")
    cookie = visitor.session_cookie()
    assert cookie["sameSite"] == "Lax"
    token = str(cookie["value"])
    assert token not in visitor.page.evaluate("() => document.cookie")
    assert token not in visitor.page.url
    assert token not in visitor.page.content()
    stored = visitor.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert token not in stored


def test_nobody_is_made_a_guest_by_looking(visitor: Visitor) -> None:
    assert not visitor.has_session_cookie()


def test_a_reload_in_mid_answer_finds_it_again(visitor: Visitor, live_system: LiveSystem) -> None:
    visitor.send("Take your time {fake:held}")
    expect(visitor.page).to_have_url(re.compile(r"\?c="))
    visitor.reload()
    expect(visitor.waiting).to_be_visible()
    other = visitor.open_second_tab()
    expect(other.waiting).to_be_visible()
    live_system.upstream.release()
    expect(visitor.answers).to_have_count(1, timeout=SLOW)
    expect(other.answers).to_have_count(1, timeout=SLOW)
    for tab in (visitor, other):
        expect(tab.answers.locator(".tc-answer-foot")).to_be_visible()
        expect(tab.page.locator(".tc-waiting")).to_have_count(0)
    expect(other.answers).to_have_text(visitor.answers.inner_text(), use_inner_text=True)
    live_system.upstream.reset()


def test_somebody_elses_conversation_gives_a_friendly_note(visitor: Visitor, new_visitor: NewVisitor) -> None:
    visitor.ask("private")
    stranger = new_visitor().open()
    stranger.ask("mine")
    stranger.page.goto(visitor.page.url)
    expect(stranger.page.get_by_text("This chat does not exist or has been deleted")).to_be_visible(timeout=SLOW)
    expect(stranger.questions).to_have_count(0)


def test_the_back_button_goes_to_the_conversation_before(visitor: Visitor) -> None:
    visitor.ask("first")
    visitor.page.get_by_role("button", name="New chat").click()
    expect(visitor.questions).to_have_count(0)
    visitor.ask("second")
    visitor.conversations.filter(has_text="first").click()
    expect(visitor.questions).to_have_text(["first"])
    visitor.page.go_back()
    expect(visitor.questions).to_have_text(["second"])


def test_a_session_that_ended_elsewhere_starts_anew_and_keeps_the_question(
    visitor: Visitor, live_system: LiveSystem
) -> None:
    visitor.ask("one")
    headers = {"Authorization": f"Bearer {visitor.session_cookie()['value']}"}
    requests.delete(f"{live_system.api_url}/api/sessions/current/", headers=headers, timeout=20).raise_for_status()
    visitor.send("two")
    expect(visitor.page.get_by_text("Your session has ended")).to_be_visible(timeout=SLOW)
    expect(visitor.input).to_have_value("two")
    visitor.input.press("Enter")
    expect(visitor.answers).to_have_count(1, timeout=SLOW)
    expect(visitor.questions).to_have_text(["two"])


def test_the_language_is_kept(visitor: Visitor) -> None:
    visitor.page.locator(".st-key-account button").first.click()
    visitor.page.get_by_role("radio", name="한국어").click()
    expect(visitor.page.get_by_role("button", name="새 대화")).to_be_visible()
    visitor.reload()
    expect(visitor.page.get_by_role("button", name="새 대화")).to_be_visible()
    assert visitor.page.locator("html").get_attribute("lang") == "ko"


def test_the_theme_is_kept(visitor: Visitor) -> None:
    visitor.page.locator(".st-key-account button").first.click()
    visitor.page.get_by_role("radio", name="Dark").click()
    background = visitor.page.locator(".stApp")
    expect(background).to_have_css("background-color", "rgb(23, 23, 28)", timeout=SLOW)
    visitor.reload()
    expect(background).to_have_css("background-color", "rgb(23, 23, 28)")
