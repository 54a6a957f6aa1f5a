"""The bell: what is told, what is counted, what it costs while nothing happens."""

from __future__ import annotations

import threading

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend import fake_accounts
from tests.frontend.conftest import FRONTEND, reloaded
from tests.frontend.fake_api import FakeApi, wait_until
from tests.frontend.tab import ask, html


def toasts(tab: AppTest) -> list[str]:
    return [each.value for each in tab.toast]


def count(tab: AppTest) -> str:
    found = [body for body in html(tab) if "tc-count" in body]
    return found[0].split(">")[1].split("<")[0] if found else ""


def history(tab: AppTest) -> list[str]:
    return [body.split('tc-note">')[1].split("<small>")[0] for body in html(tab) if "tc-note" in body]


@pytest.fixture
def guest_page(page: AppTest, api: FakeApi) -> AppTest:
    """A guest with one chat."""
    return ask(page.run(), "one")


def test_nobody_is_asked_for_news_before_there_is_a_session(page: AppTest, api: FakeApi) -> None:
    page.run()
    assert api.count("GET", "notifications/") == 0


def test_what_is_new_is_told_once_and_counted_until_it_is_read(guest_page: AppTest, api: FakeApi) -> None:
    fake_accounts.notify(api, "document_ready", title="Manual *2*")
    guest_page.run()
    assert toasts(guest_page) == [r"“Manual \*2\*” has been read and can be searched now\."]
    assert count(guest_page) == "1"
    guest_page.run()
    assert toasts(guest_page) == []
    assert count(guest_page) == "1"


def test_opening_the_bell_shows_the_history_and_reads_it(guest_page: AppTest, api: FakeApi) -> None:
    for number in range(3):
        fake_accounts.notify(api, "model_down", name=f"m{number}")
    guest_page.run()
    assert history(guest_page) == [], "not fetched before it is opened"
    guest_page.session_state["bell"] = True
    guest_page.run()
    assert [text.split(" ")[2] for text in history(guest_page)] == ["m2", "m1", "m0"]
    assert all(note["read"] for note in api.notes)
    assert count(guest_page) == ""
    guest_page.run()
    assert api.count("POST", "notifications/read/") == 1, "once"


def test_answers_that_were_watched_are_not_in_the_history(guest_page: AppTest, api: FakeApi) -> None:
    for title in ("watched", "told"):
        fake_accounts.notify(api, "answer_finished", conversation="x", title=title, mode="basic", status="done")
    api.notes[0]["read"] = True
    guest_page.session_state["bell"] = True
    assert history(guest_page.run()) == ["The answer in “told” is ready."]
    guest_page.session_state["bell"] = False
    guest_page.run().session_state["bell"] = True
    assert history(guest_page.run()) == ["The answer in “told” is ready."], "also when it was read"


def test_unread_ones_survive_a_reload_and_are_not_told_again(guest_page: AppTest, api: FakeApi) -> None:
    fake_accounts.notify(api, "new_sign_in", device="Firefox on Linux")
    guest_page.run()
    fresh = reloaded(guest_page)
    fresh.run()
    assert toasts(fresh) == []
    assert count(fresh) == "1"


def test_the_answer_of_the_chat_on_screen_is_not_told(guest_page: AppTest, api: FakeApi) -> None:
    here = guest_page.query_params["c"]
    fake_accounts.notify(api, "answer_finished", conversation=here, title="one", mode="basic", status="done")
    fake_accounts.notify(api, "answer_finished", conversation="x", title="two", mode="basic", status="failed")
    guest_page.run()
    assert toasts(guest_page) == ["The answer in “two” could not be finished\\."]


def test_a_kind_that_is_newer_than_the_page_is_told_in_general(guest_page: AppTest, api: FakeApi) -> None:
    fake_accounts.notify(api, "from_mars")
    guest_page.run()
    assert toasts(guest_page) == [r"There is something new\."]


def test_a_look_costs_one_request(guest_page: AppTest, api: FakeApi) -> None:
    from visitor import news

    def script() -> None:
        import streamlit as st

        from visitor import news

        st.session_state["found"] = news.look()

    tab = AppTest.from_function(script, default_timeout=20)
    tab.session_state["identity"] = guest_page.session_state["identity"]
    tab.session_state["language"] = "en"
    tab.run()
    before = len(api.requests)
    assert tab.run().session_state["found"] is False
    assert api.requests[before:] == [("GET", "notifications/")]
    fake_accounts.notify(api, "model_up", name="m")
    assert tab.run().session_state["found"] is True
    assert tab.run().session_state["found"] is False
    assert news.LOOK_SECONDS >= 4


def test_looks_become_rare_while_the_api_is_away(
    guest_page: AppTest, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("visitor.news.time.monotonic", lambda: clock[0])
    looks = 0
    api.refuse("GET notifications/", 503, "unavailable", times=100)
    for _ in range(60):
        before = api.count("GET", "notifications/")
        guest_page.run()
        looks += api.count("GET", "notifications/") - before
        clock[0] += 4
    assert 4 <= looks <= 9, "240 seconds, at most a minute between two"
    api.refusals.clear()
    clock[0] += 60
    fake_accounts.notify(api, "model_up", name="m")
    guest_page.run()
    assert toasts(guest_page) == ["The model m answers again\\."]


def test_what_happens_while_an_answer_streams_is_not_kept_waiting(
    page: AppTest, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visitor.news.LOOK_SECONDS", 0.1)
    page.run()
    ai_chat = page.switch_page(str(FRONTEND / "pages" / "ai_chat.py")).run()
    api.pieces = ["Half", " and half"]
    looked: list[bool] = []

    def look_on() -> None:
        looked.append(wait_until(lambda: bool(api.chats), 10))
        before = api.count("GET", "notifications/")
        looked.append(wait_until(lambda: api.count("GET", "notifications/") > before + 2, 10))
        api.grow()
        api.grow()

    thread = threading.Thread(target=look_on, daemon=True)
    thread.start()
    ask(ai_chat, "hello")
    thread.join(20)
    assert looked == [True, True]
