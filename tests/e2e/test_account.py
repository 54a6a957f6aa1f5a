"""Accounts, devices and news in real browsers: two contexts are two devices of one person."""

from __future__ import annotations

import re
import uuid

import pytest
import requests
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NewVisitor
from tests.e2e.visitor import SLOW, Visitor
from tests.system import LiveSystem, wait_until

PASSWORD = "a long password"
# The page looks every four seconds; a busy machine takes longer.
SOON = 15_000


def fill(page: Page, form: str, **fields: str) -> None:
    for field, value in fields.items():
        page.locator(f".st-key-{form}-{field} input").fill(value)
    page.locator(f".st-key-{form}-send button").click()


def become_account(visitor: Visitor, name: str) -> None:
    visitor.page.locator(".st-key-account").get_by_role("link").click()
    fill(visitor.page, "join", name=name, password=PASSWORD)
    expect(visitor.page.get_by_role("heading", name=name)).to_be_visible(timeout=SLOW)


def sign_in(visitor: Visitor, name: str) -> Visitor:
    visitor.page.goto(visitor.url + "/account")
    fill(visitor.page, "page", name=name, password=PASSWORD)
    expect(visitor.page.get_by_role("heading", name=name)).to_be_visible(timeout=SLOW)
    visitor.until_signed_in()
    return visitor


def end_the_other_device(visitor: Visitor) -> None:
    visitor.page.locator(".st-key-account").get_by_role("link").click()
    expect(visitor.page.get_by_text("This device")).to_be_visible()
    visitor.page.locator(".st-key-end-others button").click()
    expect(visitor.page.get_by_text("All other devices are signed out.")).to_be_visible()


@pytest.fixture
def name() -> str:
    return f"minji-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def laptop(visitor: Visitor, name: str) -> Visitor:
    """Signed in to an account that was a guest with one chat, which is on screen."""
    visitor.ask("Remember me")
    address, guest = visitor.page.url, str(visitor.session_cookie()["value"])
    become_account(visitor, name)
    visitor.until_signed_in(earlier=guest)
    visitor.page.goto(address)
    expect(visitor.questions).to_have_text(["Remember me"], timeout=SLOW)
    return visitor


@pytest.fixture
def phone(laptop: Visitor, new_visitor: NewVisitor, name: str) -> Visitor:
    """The same person on another device, at the account page."""
    return sign_in(new_visitor(width=900), name)


def test_a_guest_keeps_the_chats_and_finds_them_on_another_device(laptop: Visitor, phone: Visitor) -> None:
    phone.conversations.filter(has_text="Remember me").click()
    expect(phone.questions).to_have_text(["Remember me"])
    laptop.reload()
    expect(laptop.questions).to_have_text(["Remember me"])


def test_the_token_of_an_account_is_out_of_reach_for_scripts(laptop: Visitor) -> None:
    token = str(laptop.session_cookie()["value"])
    assert token not in laptop.page.evaluate("() => document.cookie")
    assert token not in laptop.page.content()


def test_signing_out_removes_the_cookie(phone: Visitor) -> None:
    phone.page.get_by_role("button", name="Sign out", exact=True).first.click()
    expect(phone.page.get_by_text("You are signed out on this device.")).to_be_visible()
    expect(phone.page.locator(".st-key-conversations")).to_have_count(0)
    wait_until(lambda: not phone.has_session_cookie(), "the cookie is removed")
    phone.page.reload()
    expect(phone.page.locator(".st-key-card-joining")).to_be_visible(timeout=SLOW)
    assert not phone.has_session_cookie()


def test_a_session_ended_elsewhere_is_noticed_and_gone_on_with(laptop: Visitor, phone: Visitor, name: str) -> None:
    address, ended = laptop.page.url, str(laptop.session_cookie()["value"])
    laptop.input.fill("half a thought")
    end_the_other_device(phone)
    expect(laptop.page.get_by_text("Your session has ended")).to_be_visible(timeout=SOON)
    expect(laptop.questions).to_have_count(0)
    expect(laptop.input).to_have_value("half a thought")
    assert laptop.page.url == address
    laptop.page.locator(".st-key-open-sign-in button").click()
    fill(laptop.page, "dialog", name=name, password=PASSWORD)
    expect(laptop.questions).to_have_text(["Remember me"], timeout=SLOW)
    expect(laptop.input).to_have_value("half a thought")
    laptop.until_signed_in(earlier=ended)
    laptop.reload()
    expect(laptop.questions).to_have_text(["Remember me"])
    expect(laptop.input).to_have_value("half a thought")


def test_a_session_that_ends_in_mid_answer_loses_neither_answer_nor_draft(
    laptop: Visitor, phone: Visitor, name: str, live_system: LiveSystem
) -> None:
    laptop.page.goto(laptop.url + "/ai")
    expect(laptop.input).to_be_visible(timeout=SLOW)
    laptop.send("Take your time {fake:held}")
    expect(laptop.waiting).to_be_visible()
    expect(laptop.page).to_have_url(re.compile(r"\?c="))
    laptop.input.fill("and another thing")
    end_the_other_device(phone)
    expect(laptop.page.get_by_text("Your session has ended")).to_be_visible(timeout=SOON)
    live_system.upstream.release()
    laptop.page.locator(".st-key-open-sign-in button").click()
    fill(laptop.page, "dialog", name=name, password=PASSWORD)
    expect(laptop.answers).to_have_count(1, timeout=SLOW)
    expect(laptop.questions).to_have_text(["Take your time {fake:held}"])
    expect(laptop.input).to_have_value("and another thing")
    live_system.upstream.reset()


def test_a_chat_asked_on_one_device_appears_on_the_other(laptop: Visitor, phone: Visitor) -> None:
    phone.conversations.filter(has_text="Remember me").click()
    expect(phone.answers).to_have_count(1)
    phone.ask("Asked on the phone")
    expect(laptop.questions).to_have_text(["Remember me", "Asked on the phone"], timeout=SOON)
    expect(laptop.answers).to_have_count(2, timeout=SLOW)
    phone.page.get_by_role("button", name="New chat").click()
    expect(phone.questions).to_have_count(0)
    phone.ask("Another one")
    expect(laptop.conversations.filter(has_text="Another one")).to_have_count(1, timeout=SOON)
    expect(laptop.questions).to_have_text(["Remember me", "Asked on the phone"])


def test_an_answer_that_ends_elsewhere_is_told_and_stays_in_the_bell(
    laptop: Visitor, phone: Visitor, live_system: LiveSystem
) -> None:
    """Another client asks and goes away."""
    body = {"mode": "basic", "question_text": "Holidays", "model": "fake/echo"}
    headers = {"Authorization": f"Bearer {phone.session_cookie()['value']}", "Idempotency-Key": uuid.uuid4().hex}
    requests.post(f"{live_system.api_url}/api/chats/", json=body, headers=headers, timeout=20).raise_for_status()
    expect(laptop.page.get_by_test_id("stToast").filter(has_text="Holidays")).to_be_visible(timeout=SLOW)
    laptop.reload()
    expect(laptop.page.locator(".tc-count")).to_be_visible()
    laptop.page.get_by_role("button", name="Notifications").click()
    note = laptop.page.locator(".st-key-bell-history").locator("[class*=st-key-note-]", has_text="Holidays")
    expect(note).to_be_visible()
    expect(laptop.page.locator(".tc-count")).to_have_count(0)
    note.get_by_role("link").click()
    expect(laptop.questions).to_have_text(["Holidays"])
    expect(note).not_to_be_visible()


def test_another_tab_follows_when_the_guest_becomes_an_account(visitor: Visitor, name: str) -> None:
    """The guest's session ends; the browser holds the account's cookie already."""
    visitor.ask("Remember me")
    other = visitor.open_second_tab()
    other.input.fill("half a thought")
    become_account(visitor, name)
    expect(other.page.locator(".st-key-account")).to_contain_text(name, timeout=SOON)
    expect(other.questions).to_have_text(["Remember me"])
    expect(other.input).to_have_value("half a thought")


def test_another_tab_waits_for_the_cookie_of_the_account(visitor: Visitor, name: str) -> None:
    """The guest's session has ended, and the account's cookie is on its way."""
    visitor.ask("Remember me")
    other = visitor.open_second_tab()
    held: list[Route] = []
    visitor.page.route("**/session/cookie", lambda route: held.append(route))
    with other.page.expect_request("**/session/cookie", timeout=SLOW):
        become_account(visitor, name)
    for route in held:
        route.continue_()
    expect(other.page.locator(".st-key-account")).to_contain_text(name, timeout=SOON)
    visitor.page.reload()
    expect(visitor.page.get_by_role("heading", name=name)).to_be_visible(timeout=SLOW)


def test_an_open_edit_form_is_not_taken_away(laptop: Visitor, phone: Visitor) -> None:
    laptop.page.goto(laptop.url + "/ai")
    expect(laptop.input).to_be_visible(timeout=SLOW)
    laptop.ask("First version")
    laptop.questions.last.hover()
    laptop.page.get_by_role("button", name="Edit question").click()
    form = laptop.page.get_by_role("textbox", name="Edit question")
    form.fill("Second version, with care")
    phone.open().ask("Meanwhile on the phone")
    expect(laptop.page.locator(".tc-count")).to_have_count(1, timeout=SOON)
    expect(form).to_have_value("Second version, with care")
