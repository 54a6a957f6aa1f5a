"""Basic chat from the visitor's side, against the API's shapes: asking, waiting, failing, coming back."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend.conftest import reloaded
from tests.frontend.fake_api import FakeApi, wait_until
from tests.frontend.tab import answers, ask, buttons, click, is_waiting, notices, questions, ticket


def test_the_empty_page_makes_no_guest_and_offers_questions(page: AppTest, api: FakeApi) -> None:
    page.run()
    assert not page.exception
    assert {"suggestion-0", "suggestion-1", "suggestion-2"} <= buttons(page)
    assert api.count("POST", "sessions/") == 0


def test_the_first_question_makes_the_guest_and_is_answered(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "hello")
    assert questions(page) == ["hello"]
    assert answers(page) == ["About “hello”: the guide says so. [1]"]
    assert api.count("POST", "sessions/") == 1
    assert page.query_params["c"] == next(iter(api.conversations))


def test_a_suggestion_is_asked_with_a_click(page: AppTest, api: FakeApi) -> None:
    click(page.run(), "suggestion-0")
    assert questions(page) == ["How do I connect a language model?"]
    assert len(answers(page)) == 1


def test_the_second_question_goes_into_the_same_conversation(page: AppTest, api: FakeApi) -> None:
    ask(ask(page.run(), "one"), "two")
    assert questions(page) == ["one", "two"]
    assert len(api.conversations) == 1
    assert len(api.tokens) == 1


def test_the_citation_mark_in_an_answer_leads_to_its_source(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "hello")
    question_id = next(iter(api.chats))
    texts = [each.value for each in page.markdown]
    assert any(f"[1](#source-{question_id}-1)" in text for text in texts)
    assert "**User guide**" in texts


def test_html_in_a_question_is_shown_as_text(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "<img src=x onerror=alert(1)>")
    assert questions(page) == ["<img src=x onerror=alert(1)>"]
    assert not any("<img" in each.proto.body for each in page.get("html"))


@pytest.mark.usefixtures("held_answers")
def test_a_slow_answer_is_waited_for_and_appears(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "slow one")
    assert questions(page) == ["slow one"]
    assert is_waiting(page)
    assert any(key.startswith("stop-") for key in buttons(page))
    api.free.set()
    assert wait_until(lambda: len(answers(page.run())) == 1, 5)
    assert not is_waiting(page)


def test_an_answer_is_waited_for_only_while_a_page_looks(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """What such a wait brings counts as seen: an answer that nobody looks for has to become a notification."""
    from api_client import ApiClient
    from conversation import waiting

    monkeypatch.setattr("conversation.waiting._ASK_SECONDS", 1.0)
    api.hold_answers()
    client = ApiClient(token=ApiClient(token=None, language="en").create_guest().token, language="en")
    body = {"mode": "basic", "question_text": "slow one"}
    chat = client.ask(body, key="k1")
    waiting.start(client, body, key="k1", question_id=chat.question_id)
    looks = [waiting.is_waited_for(chat.question_id) for _ in range(20) if not time.sleep(0.1)]
    assert all(looks[1:]), "for longer than one request"
    assert wait_until(lambda: chat.question_id not in waiting._waits, 10)
    api.free.set()


@pytest.mark.usefixtures("held_answers")
def test_another_tab_finds_the_running_answer(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "slow one")
    other = reloaded(page).run()
    assert questions(other) == ["slow one"]
    assert is_waiting(other)
    api.free.set()
    assert wait_until(lambda: len(answers(other.run())) == 1, 5)


@pytest.mark.usefixtures("held_answers")
def test_stop_ends_the_answer_and_offers_to_try_again(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "slow one")
    click(page, f"stop-{next(iter(api.chats))}")
    assert not is_waiting(page)
    assert f"retry-{next(iter(api.chats))}" in buttons(page)


def test_a_failed_answer_says_why_and_can_be_tried_again(page: AppTest, api: FakeApi) -> None:
    api.answer = lambda question: {"status": "failed", "error": {"code": "model_refused_key", "message": "raw"}}
    ask(page.run(), "hello")
    assert notices(page) == ["The language model refused the key. Check the key in .env."]
    api.answer = lambda question: {"response_text": "now it works"}
    click(page, f"retry-{next(iter(api.chats))}")
    assert wait_until(lambda: answers(page.run()) == ["now it works"], 5)


def test_an_error_code_that_is_newer_than_the_page_is_shown_with_the_apis_sentence(page: AppTest, api: FakeApi) -> None:
    api.answer = lambda question: {"status": "failed", "error": {"code": "model_from_mars", "message": "Mars is away."}}
    ask(page.run(), "hello")
    assert notices(page) == ["Mars is away."]


def test_a_question_is_kept_while_the_server_is_away_and_sent_when_it_is_back(page: AppTest, api: FakeApi) -> None:
    page.run()
    api.down = True
    ask(page, "do not lose me")
    assert questions(page) == ["do not lose me"]
    assert "Your question is kept here" in notices(page)[0]
    assert "retry-pending" in buttons(page)
    api.down = False
    click(page, "retry-pending")
    assert len(answers(page)) == 1
    assert len(api.chats) == 1


def test_it_is_sent_by_itself_when_the_server_is_back(
    page: AppTest, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.run()
    monkeypatch.setattr("components.away.LOOK_SECONDS", 0.0)
    api.down = True
    ask(page, "do not lose me")
    api.down = False
    page.run()  # the watch looks for the server with every run of its fragment
    assert len(answers(page)) == 1


def test_a_question_that_could_not_be_sent_can_be_edited(page: AppTest, api: FakeApi) -> None:
    page.run()
    api.down = True
    ask(page, "needs a change")
    click(page, "edit-pending")
    assert questions(page) == []
    assert page.chat_input[0].proto.value == "needs a change"


def test_a_lost_reply_does_not_ask_twice(page: AppTest, api: FakeApi) -> None:
    page.run()
    api.lose_next_reply = True
    ask(page, "once")
    assert questions(page) == ["once"]
    assert len(answers(page)) == 1
    assert len(api.chats) == 1


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (409, "answer_running", "still being made"),
        (413, "too_large", "too long"),
        (429, "too_many_questions", "too many questions"),
        (400, "invalid", "did not accept"),
    ],
)
def test_a_refused_question_goes_back_into_the_input(
    page: AppTest, api: FakeApi, status: int, code: str, words: str
) -> None:
    page.run()
    api.refuse("POST chats/", status, code)
    ask(page, "mine")
    assert words in notices(page)[0]
    assert page.chat_input[0].proto.value == "mine"
    assert questions(page) == []


def test_a_question_that_is_too_long_goes_back_into_the_input(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "x" * 32_001)
    assert "too long" in notices(page)[0]
    assert len(page.chat_input[0].proto.value) == 32_001
    assert api.count("POST", "chats/") == 0


def test_a_server_that_is_busy_keeps_the_question_on_the_page(page: AppTest, api: FakeApi) -> None:
    page.run()
    api.refuse("POST chats/", 503, "unavailable")
    ask(page, "mine")
    assert questions(page) == ["mine"]
    click(page, "retry-pending")
    assert len(answers(page)) == 1


def test_a_server_error_is_not_asked_again_by_itself(
    page: AppTest, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.away.LOOK_SECONDS", 0.0)
    page.run()
    api.refuse("POST chats/", 500, "server_error")
    ask(page, "mine")
    page.run()
    assert "Your question is kept here." in notices(page)[0]
    assert api.count("POST", "chats/") == 1
    click(page, "retry-pending")
    assert len(answers(page)) == 1


def test_when_the_session_has_ended_the_page_starts_anew_with_the_question_kept(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "one")
    api.end_all_sessions()
    ask(page, "two")
    assert "Your session has ended" in notices(page)[0]
    assert page.chat_input[0].proto.value == "two"
    assert questions(page) == []
    before = page.query_params["c"]
    ask(page, "two")
    assert page.query_params["c"] != before
    assert questions(page) == ["two"]
    assert len(answers(page)) == 1


def test_a_reload_after_the_session_has_ended_starts_anew(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "one")
    api.end_all_sessions()
    page.run()
    assert not page.exception
    assert "Your session has ended" in notices(page)[0]
    assert questions(page) == []


def test_a_conversation_that_is_not_mine_gives_a_friendly_note(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "one")
    page.query_params["c"] = "00000000-0000-0000-0000-000000000000"
    page.run()
    assert "does not exist" in notices(page)[0]
    assert "suggestion-0" in buttons(page)


def test_older_turns_are_read_on_demand(page: AppTest, api: FakeApi) -> None:
    api.page_size = 2
    page.run()
    for number in range(5):
        ask(page, f"q{number}")
    other = reloaded(page).run()
    assert questions(other) == ["q3", "q4"]
    click(other, "older-turns")
    assert questions(other) == ["q1", "q2", "q3", "q4"]
    click(other, "older-turns")
    assert questions(other) == ["q0", "q1", "q2", "q3", "q4"]
    assert "older-turns" not in buttons(other)


def test_the_ticket_for_the_cookie_is_redeemed_once_and_is_not_the_token(page: AppTest, api: FakeApi) -> None:
    from server.tickets import office

    assert ticket(page.run()) == ""
    ask(page, "hello")
    value = ticket(page)
    assert value and value not in api.tokens
    assert office.redeem(value).token in api.tokens
    assert office.redeem(value) is None
    assert ticket(page.run()) == ""


def test_the_api_is_told_the_language(page: AppTest, api: FakeApi) -> None:
    page.session_state["language"] = "ko"
    page.run()
    assert {each["Accept-Language"] for each in api.headers} == {"ko"}


def test_every_request_has_an_id_of_its_own(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "hello")
    ids = [each["X-Request-Id"] for each in api.headers]
    assert len(ids) > 3
    assert len(set(ids)) == len(ids) and all(len(each) == 32 for each in ids)


def test_a_page_that_fails_shows_a_reference_and_no_exception(
    page: AppTest, api: FakeApi, caplog: pytest.LogCaptureFixture
) -> None:
    def script() -> None:
        import streamlit as st

        from server.errors import on_script_error

        on_script_error(ValueError("token=secret"))
        st.stop()

    shown = AppTest.from_function(script, default_timeout=20).run()
    assert "reference" in shown.error[0].value
    assert "secret" not in shown.error[0].value + caplog.text
    assert "ValueError" in caplog.text
