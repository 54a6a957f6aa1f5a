"""Several models side by side in a real browser: one fails, one is stopped, one is chosen."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.cast import Person, new_guest
from tests.e2e.conftest import NewVisitor
from tests.e2e.test_ai_chat import counted, shown
from tests.e2e.visitor import SLOW, Visitor
from tests.system import LiveSystem

# Each behaves as its name says (tests/fakes/scenarios.py).
MODELS = ["echo", "held:20", "held:30", "status:500"]


@pytest.fixture
def visitor(new_visitor: NewVisitor, live_system: LiveSystem) -> Iterator[Visitor]:
    endpoint = {"name": "fake", "base_url": live_system.upstream.url, "models": MODELS}
    live_system.configure(AI_ENDPOINTS=json.dumps([endpoint]))
    somebody = new_guest(live_system.api_url)
    somebody.post("models/check/").raise_for_status()
    yield new_visitor().open("/ai")
    live_system.use_fake_endpoint()
    somebody.post("models/check/").raise_for_status()


def compare_with(visitor: Visitor, *models: str) -> None:
    picker = visitor.page.locator(".st-key-compare-picker button")
    picker.click()
    for model in models:
        choice = visitor.page.get_by_test_id("stPopoverBody").get_by_role("button", name=model)
        # While the page is drawn again there may be two for a moment.
        visitor.until_still()
        expect(choice).to_have_count(1)
        choice.click()
        expect(picker).to_contain_text(model)
    visitor.page.keyboard.press("Escape")


def column(visitor: Visitor, model: str) -> Locator:
    return visitor.page.locator('[class*="st-key-column-"]').filter(has=visitor.page.get_by_role("heading", name=model))


def test_three_models_one_fails_and_the_choice_is_stored_and_ranked(visitor: Visitor, live_system: LiveSystem) -> None:
    compare_with(visitor, "held:20", "status:500")
    visitor.send("Hello")
    for _ in range(2):
        expect(column(visitor, "echo").locator(".tc-copy")).to_be_visible()
        expect(column(visitor, "status:500")).to_contain_text("The language model failed")
        expect(column(visitor, "held:20")).to_contain_text("w19")
        assert shown(column(visitor, "held:20")) == counted(20)
        # All of them are found again.
        visitor.reload()
    visitor.page.set_viewport_size({"width": 390, "height": 860})
    tabs = visitor.page.get_by_role("radio")
    expect(tabs).to_have_count(3)
    expect(column(visitor, "held:20")).not_to_be_visible()
    tabs.first.focus()
    visitor.page.keyboard.press("ArrowRight")
    expect(column(visitor, "held:20")).to_be_visible()
    expect(column(visitor, "echo")).not_to_be_visible()
    live_system.upstream.release()
    column(visitor, "held:20").get_by_role("button", name="This one is better").click(timeout=SLOW)
    expect(visitor.page.get_by_text("held:20 was better than echo.")).to_be_visible()
    person = Person(live_system.api_url, str(visitor.session_cookie()["value"]))
    conversation = visitor.page.url.partition("?c=")[2]
    (turn,) = person.get(f"conversations/{conversation}/chats/").json()["results"]
    assert [chat["status"] for chat in turn["group"]["chats"]] == ["done", "done", "failed"]
    assert (turn["model"], turn["group"]["choice"]) == ("fake/held:20", turn["question_id"])
    ranked = person.get("comparisons/ranking/").json()["results"]
    assert [(each["model"], each["wins"], each["losses"]) for each in ranked] == [
        ("fake/held:20", 1, 0),
        ("fake/echo", 0, 1),
    ]


def test_one_is_stopped_by_itself_and_the_rest_together(visitor: Visitor) -> None:
    compare_with(visitor, "held:20", "held:30")
    visitor.send("Hello")
    expect(column(visitor, "held:20")).to_contain_text("w19")
    column(visitor, "held:20").get_by_role("button", name="Stop answer").click()
    expect(column(visitor, "held:20")).to_contain_text("You stopped this answer.")
    expect(column(visitor, "held:30").get_by_role("button", name="Stop answer")).to_be_visible()
    visitor.page.locator(".st-key-composer").get_by_role("button", name="Stop").click()
    expect(column(visitor, "held:30")).to_contain_text("You stopped this answer.")
    assert shown(column(visitor, "held:30")) == counted(30)
    expect(visitor.page.get_by_role("button", name="This one is better")).to_have_count(3)
