"""AI chat from the visitor's side, against the API's shapes: streaming, re-attaching, branches, settings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend.conftest import FRONTEND, reloaded
from tests.frontend.fake_api import FakeApi, wait_until
from tests.frontend.tab import answers, ask, buttons, click, is_waiting, notices, questions

WORDS = ["Streaming ", "works ", "well."]


@pytest.fixture
def ai_page(page: AppTest, api: FakeApi) -> AppTest:
    """A visitor's tab with AI chat open."""
    page.run()
    return page.switch_page(str(FRONTEND / "pages" / "ai_chat.py")).run()


def meanwhile(work: Callable[[], None]) -> threading.Thread:
    """Run `work` in another thread: a run that streams an answer lasts as long as the answer."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


@contextmanager
def growing(api: FakeApi, *, sockets: int = 1) -> Iterator[None]:
    """The answer asked for inside grows word by word, once it is watched by so many sockets."""
    api.pieces = list(WORDS)

    def grow() -> None:
        assert wait_until(lambda: api.sockets >= sockets and bool(api.chats), 10)
        while api.pieces:
            api.grow()

    thread = meanwhile(grow)
    yield
    thread.join(10)


def test_the_empty_page_offers_questions(ai_page: AppTest) -> None:
    assert {"suggestion-0", "suggestion-1", "suggestion-2"} <= buttons(ai_page)


def test_an_answer_streams_to_its_end(ai_page: AppTest, api: FakeApi) -> None:
    with growing(api):
        ask(ai_page, "hello")
    assert not ai_page.exception
    assert questions(ai_page) == ["hello"]
    assert answers(ai_page) == ["Streaming works well."]
    assert not is_waiting(ai_page)
    assert api.sockets == 1, "asked and watched over one socket"


def test_the_second_question_follows_the_first(ai_page: AppTest, api: FakeApi) -> None:
    ask(ask(ai_page, "one"), "two")
    first, second = api.chats.values()
    assert second["parent"] == first["question_id"]
    assert questions(ai_page) == ["one", "two"]


def test_a_socket_that_breaks_is_opened_again_and_goes_on(ai_page: AppTest, api: FakeApi) -> None:
    api.cut_sockets_after = 1
    with growing(api):
        ask(ai_page, "hello")
    assert answers(ai_page) == ["Streaming works well."]
    assert len(api.chats) == 1


def test_a_lost_reply_does_not_ask_twice(ai_page: AppTest, api: FakeApi) -> None:
    api.lose_next_reply = True
    ask(ai_page, "once")
    assert len(api.chats) == 1
    if "retry-pending" in buttons(ai_page):
        click(ai_page, "retry-pending")
    assert len(api.chats) == 1
    assert len(answers(ai_page)) == 1


def test_another_worker_that_begins_anew_replaces_what_was_shown(ai_page: AppTest, api: FakeApi) -> None:
    api.pieces = ["Old words", "unused"]

    def replace() -> None:
        assert wait_until(lambda: bool(api.chats), 10)
        api.grow()
        api.pieces = [" and the end."]
        api.begin_anew("New words")
        api.grow()

    thread = meanwhile(replace)
    ask(ai_page, "hello")
    thread.join(10)
    assert answers(ai_page) == ["New words and the end."]


def test_a_reload_in_mid_answer_goes_on_with_it(ai_page: AppTest, api: FakeApi) -> None:
    ask(ai_page, "one")
    chat = next(iter(api.chats.values()))
    # As the API shows an answer that has come half way when the page is opened.
    api.pieces = [" end."]
    chat.update(status="streaming", response_text="Half an answer", finished_datetime=None)
    fresh = reloaded(ai_page)
    watched = api.sockets

    def finish() -> None:
        assert wait_until(lambda: api.sockets > watched, 10)
        api.grow()

    thread = meanwhile(finish)
    fresh.run()
    thread.join(10)
    assert answers(fresh) == ["Half an answer end."]


def test_a_failed_answer_says_why_and_can_be_tried_again(ai_page: AppTest, api: FakeApi) -> None:
    api.answer = lambda question: {"status": "failed", "error": {"code": "model_refused_key", "message": "raw"}}
    ask(ai_page, "hello")
    assert notices(ai_page) == ["The language model refused the key. Check the key in .env."]
    api.answer = lambda question: {"response_text": "now it works"}
    click(ai_page, f"retry-{next(iter(api.chats))}")
    assert answers(ai_page) == ["now it works"]
    assert len(api.chats) == 1, "in its own place"


def test_an_interrupted_answer_keeps_its_text(ai_page: AppTest, api: FakeApi) -> None:
    api.answer = lambda question: {
        "status": "interrupted", "response_text": "Half", "error": {"code": "model_cut", "message": "raw"},
    }  # fmt: skip
    ask(ai_page, "hello")
    assert answers(ai_page) == ["Half"]
    assert f"retry-{next(iter(api.chats))}" in buttons(ai_page)


def test_edit_makes_a_branch_and_the_branches_can_be_switched(ai_page: AppTest, api: FakeApi) -> None:
    ask(ask(ai_page, "one"), "two")
    second = list(api.chats)[1]
    click(ai_page, f"edit-{second}")
    ai_page.text_area(key=f"edited-{second}").set_value("two, but better")
    click(ai_page, f"send-edit-{second}")
    assert questions(ai_page) == ["one", "two, but better"]
    third = list(api.chats)[2]
    assert api.chats[third]["parent"] == next(iter(api.chats))
    click(ai_page, f"before-{third}")
    assert questions(ai_page) == ["one", "two"]
    click(ai_page, f"after-{second}")
    assert questions(ai_page) == ["one", "two, but better"]


def test_an_edit_can_be_called_off(ai_page: AppTest, api: FakeApi) -> None:
    ask(ai_page, "one")
    only = next(iter(api.chats))
    click(ai_page, f"edit-{only}")
    assert questions(ai_page) == []
    click(ai_page, f"cancel-edit-{only}")
    assert questions(ai_page) == ["one"]
    assert len(api.chats) == 1


def test_a_finished_answer_can_be_made_again_beside_the_first(ai_page: AppTest, api: FakeApi) -> None:
    ask(ai_page, "one")
    first = next(iter(api.chats))
    menu = next(each for each in ai_page.menu_button if each.key == f"again-{first}")
    menu.click_index(0).run()
    assert len(api.chats) == 2
    assert questions(ai_page) == ["one"]
    assert f"before-{list(api.chats)[1]}" in buttons(ai_page)


def test_settings_given_before_the_first_question_open_the_conversation(ai_page: AppTest, api: FakeApi) -> None:
    ai_page.text_area[0].set_value("Answer like a pirate.")
    save = next(key for key in buttons(ai_page) if key.startswith("settings-save-"))
    click(ai_page, save)
    ask(ai_page, "hello")
    conversation = next(iter(api.conversations.values()))
    assert conversation["system_prompt"] == "Answer like a pirate."
    assert len(answers(ai_page)) == 1


def test_settings_of_a_conversation_can_be_changed(ai_page: AppTest, api: FakeApi) -> None:
    ask(ai_page, "hello")
    next(each for each in ai_page.number_input if str(each.key).startswith("temperature-")).set_value(0.3)
    click(ai_page, next(key for key in buttons(ai_page) if key.startswith("settings-save-")))
    assert next(iter(api.conversations.values()))["parameters"] == {"temperature": 0.3}


def test_a_conversation_opens_on_its_own_page(ai_page: AppTest, api: FakeApi) -> None:
    ask(ai_page, "hello")
    fresh = reloaded(ai_page)
    fresh.run()
    assert any(str(key).startswith("edit-") for key in buttons(fresh)), "AI chat, though Basic chat is the first page"


def test_a_refused_question_goes_back_into_the_input(ai_page: AppTest, api: FakeApi) -> None:
    api.refuse("ask", 429, "too_many_questions")
    ask(ai_page, "mine")
    assert "too many questions" in notices(ai_page)[0]
    assert notices(ai_page)[0].endswith("Try again in 17 seconds.")
    assert ai_page.chat_input[0].proto.value == "mine"


def test_a_question_is_kept_while_the_server_is_away(ai_page: AppTest, api: FakeApi) -> None:
    ask(ai_page, "one")
    api.down = True
    ask(ai_page, "do not lose me")
    assert questions(ai_page)[-1] == "do not lose me"
    api.down = False
    click(ai_page, "retry-pending")
    assert len(answers(ai_page)) == 2
    assert len(api.chats) == 2
