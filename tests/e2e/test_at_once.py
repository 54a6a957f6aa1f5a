"""Two clicks at once, and two tabs of a browser that nobody has used before."""

from __future__ import annotations

import uuid

import psycopg
import requests
from playwright.sync_api import expect

from chat.database import connection_parameters
from tests.e2e.visitor import SLOW, Visitor
from tests.system import wait_until

_WAITING = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def test_a_second_click_does_not_lose_the_account_that_the_first_one_makes(visitor: Visitor) -> None:
    name = f"minji-{uuid.uuid4().hex[:8]}"
    visitor.ask("Remember me")
    visitor.page.locator(".st-key-account").get_by_role("link").click()
    visitor.page.locator(".st-key-join-name input").fill(name)
    visitor.page.locator(".st-key-join-password input").fill("a long password")
    button = visitor.page.locator(".st-key-join-send button")
    with psycopg.connect(**connection_parameters()) as holding, psycopg.connect(**connection_parameters()) as looking:
        holding.execute("SELECT FROM users WHERE is_guest FOR UPDATE")
        button.click()
        wait_until(lambda: looking.execute(_WAITING).fetchone() is not None, "the account is being made")
        button.click()
        # Answered behind the click.
        requests.get(f"{visitor.url}/_stcore/health", timeout=30)
    expect(visitor.page.get_by_role("heading", name=name)).to_be_visible(timeout=SLOW)
    expect(visitor.page.get_by_text("Your session has ended")).to_have_count(0)
    expect(visitor.conversations).to_contain_text(["Remember me"])


def test_two_tabs_that_were_nobody_do_not_become_two_guests(visitor: Visitor) -> None:
    other = visitor.open().open_second_tab()
    other.input.fill("half a thought")
    visitor.ask("in the first tab")
    expect(other.conversations).to_contain_text(["in the first tab"], timeout=SLOW)
    expect(other.input).to_have_value("half a thought")
    other.ask("in the second tab")
    visitor.reload()
    expect(visitor.conversations).to_contain_text(["in the second tab", "in the first tab"])
