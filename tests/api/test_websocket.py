"""The socket: asking, watching, resuming, stopping; what is refused, and that it then stays open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from chat.conversations import create_conversation
from models.models import Chat, Conversation
from tests.accounts import row_of
from tests.cast import FAKE_MODEL, Person, new_guest
from tests.readers import Shown, Tab
from tests.system import LiveSystem, wait_until

HELD = "tell me{fake:held:3}"
WHOLE = "w0 w1 w2 tell me"


@pytest.fixture
def tab(owner: Person) -> Iterator[Tab]:
    with Tab(owner) as tab:
        yield tab


def stored(owner: Person, question_id: str) -> dict[str, Any]:
    chat: dict[str, Any] = owner.get(f"chats/{question_id}/").json()
    return chat


def words(count: int) -> str:
    return "".join(f"w{number} " for number in range(count))


# --- Asking and watching ------------------------------------------------------------


def test_question_is_accepted_and_its_answer_shown_piece_by_piece(tab: Tab, system: LiveSystem) -> None:
    tab.send("ask", client_key="first", mode="ai", model=FAKE_MODEL, question_text=HELD)
    accepted = tab.receive()
    assert (accepted["type"], accepted["client_key"]) == ("accepted", "first")
    question_id = accepted["chat"]["question_id"]
    shown = tab.read_until(tab.answers[question_id], lambda: tab.answers[question_id].text == "w0 w1 w2 ")
    assert shown.end is None
    system.upstream.release()
    tab.follow(shown)
    assert shown.end and shown.end["status"] == "done"
    assert shown.text == WHOLE == stored(tab.person, question_id)["response_text"]
    assert (shown.kinds[0], shown.kinds[-2:]) == ("status", ["usage", "done"])


def test_finished_answer_is_shown_whole(tab: Tab, owner: Person) -> None:
    chat = owner.ask("How do I connect a language model?", model="builtin").json()
    shown = tab.follow(tab.watch(chat["question_id"]))
    assert (shown.text, shown.kinds) == (chat["response_text"], ["status", "delta", "citations", "done"])


def test_reasoning_is_shown_apart_from_the_answer(tab: Tab) -> None:
    shown = tab.follow(tab.ask("think{fake:reasoning}"))
    assert (shown.reasoning, shown.text) == ("Let me think.", "42")


def test_failed_answer_ends_with_its_code_and_a_sentence(tab: Tab) -> None:
    shown = tab.follow(tab.ask("tell me{fake:html}"))
    assert shown.end and (shown.kinds[-1], shown.end["status"], shown.end["code"]) == (
        "error",
        "failed",
        "model_bad_answer",
    )
    assert shown.end["message"] == stored(tab.person, tab.question_of(shown))["error"]["message"]


def test_two_tabs_see_the_same(tab: Tab, owner: Person, system: LiveSystem) -> None:
    first = tab.ask("{fake:slow:60/s:300}")
    with Tab(owner) as other:
        second = other.follow(other.watch(tab.question_of(first)))
        tab.follow(first)
    assert first.text == second.text == words(300) == stored(owner, tab.question_of(first))["response_text"]
    # In frames of 40 ms; whoever only read the row would see a handful.
    assert min(first.kinds.count("delta"), second.kinds.count("delta")) > 15


def test_unwatched_answer_is_not_shown_and_goes_on(tab: Tab, owner: Person, system: LiveSystem) -> None:
    shown = tab.ask(HELD)
    tab.read_until(shown, lambda: shown.text == "w0 w1 w2 ")
    question_id = tab.question_of(shown)
    tab.send("unwatch", question_id=question_id)
    tab.assert_open()
    with Tab(owner) as other:
        other.watch(question_id)
        system.upstream.release()
        other.follow(other.answers[question_id])
    tab.assert_open()
    assert (shown.text, shown.end) == ("w0 w1 w2 ", None)
    assert stored(owner, question_id)["response_text"] == WHOLE


def test_stop_from_one_tab_ends_it_in_all_with_the_stored_text(tab: Tab, owner: Person) -> None:
    first = tab.ask("{fake:slow:40/s:4000}")
    with Tab(owner) as other:
        second = other.watch(tab.question_of(first))
        other.read_until(second, lambda: len(second.text) > 60)
        other.send("cancel", question_id=tab.question_of(first))
        other.follow(second)
        tab.follow(first)
    assert first.end and second.end and first.end["status"] == second.end["status"] == "cancelled"
    assert first.text == second.text == stored(owner, tab.question_of(first))["response_text"] != ""


# --- Resuming -----------------------------------------------------------------------


def test_watch_goes_on_from_its_cursor(tab: Tab, owner: Person, system: LiveSystem) -> None:
    shown = tab.ask(HELD)
    tab.read_until(shown, lambda: shown.text == "w0 w1 w2 ")
    tab.drop()
    system.upstream.release()
    wait_until(lambda: stored(owner, tab.question_of(shown))["status"] == "done", "the answer has ended")
    shown.kinds.clear()
    tab.connect_again()
    tab.follow(shown)
    assert (shown.text, shown.kinds) == (WHOLE, ["delta", "usage", "done"])


def test_twenty_lost_links_leave_two_tabs_with_the_same_text(tab: Tab, owner: Person) -> None:
    first = tab.ask("{fake:slow:100/s:6000}", mode="ai")
    with Tab(owner) as other:
        second = other.watch(tab.question_of(first))
        for flap in range(20):
            flapping, shown = ((tab, first), (other, second))[flap % 2]
            before = len(shown.text)
            flapping.read_until(shown, lambda shown=shown, before=before: shown.end or len(shown.text) > before)  # type: ignore[misc]
            assert shown.end is None, "the answer was over before the links were lost"
            flapping.drop()
            flapping.connect_again()
        other.send("cancel", question_id=tab.question_of(first))
        tab.follow(first)
        other.follow(second)
    assert first.end and second.end and first.end["status"] == second.end["status"] == "cancelled"
    assert first.text == second.text == stored(owner, tab.question_of(first))["response_text"]
    assert words(6000).startswith(first.text)


@pytest.mark.parametrize("after", ["", "nonsense", "1-", "-1", "9" * 5000 + "-1", "²-1", "0-0"])
def test_unreadable_cursor_means_from_the_beginning(tab: Tab, owner: Person, after: str) -> None:
    chat = owner.ask("hello", model="builtin").json()
    tab.send("watch", question_id=chat["question_id"], after=after)
    assert tab.follow(tab.answers[chat["question_id"]]).text == chat["response_text"]


def test_watch_of_an_answer_that_is_deleted_for_good_says_so(tab: Tab, owner: Person, database: None) -> None:
    shown = tab.ask(HELD)
    tab.read_until(shown, lambda: shown.text)
    Conversation.objects.filter(chats=tab.question_of(shown)).delete()
    error = tab.wait_for("error")
    assert (error["code"], error["question_id"]) == ("not_found", tab.question_of(shown))


# --- Asking once, and for oneself ------------------------------------------------------


def test_same_key_asks_once_also_from_another_tab(tab: Tab, owner: Person) -> None:
    with Tab(owner) as other:
        first, second = (each.ask("hello", client_key="once", model="builtin") for each in (tab, other))
        assert tab.question_of(first) == other.question_of(second)
        assert tab.follow(first).text == other.follow(second).text
        other.send("ask", client_key="once", model="builtin", question_text="something else")
        error = other.wait_for("error")
    assert (error["code"], error["client_key"]) == ("idempotency_conflict", "once")
    assert len(owner.get("chats/").json()["results"]) == 1


def test_one_answer_at_a_time_in_a_conversation(tab: Tab) -> None:
    shown = tab.ask(HELD)
    conversation = stored(tab.person, tab.question_of(shown))["conversation"]
    tab.send("ask", client_key="second", question_text="and now?", conversation=conversation)
    error = tab.wait_for("error")
    assert (error["code"], error["client_key"]) == ("answer_running", "second")


@pytest.mark.parametrize("kind", ["watch", "cancel"])
def test_anothers_question_is_not_there(tab: Tab, system: LiveSystem, kind: str, database: None) -> None:
    shown = tab.ask(HELD)
    question_id = tab.question_of(shown)
    with Tab(new_guest(system.api_url)) as stranger:
        stranger.send(kind, question_id=question_id)
        error = stranger.receive()
        assert (error["type"], error["code"], error["question_id"]) == ("error", "not_found", question_id)
        assert not Chat.objects.get(pk=question_id).stop_requested
        system.upstream.release()
        tab.follow(shown)
        stranger.send("ping")
        assert stranger.receive() == {"type": "pong"}, "nothing was shown"
    assert shown.end and shown.end["status"] == "done"


# --- What is refused ------------------------------------------------------------------

QUESTION = "8f14e45f-ceea-467f-a6b9-1c2d3e4f5a6b"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "invalid"),
        ("", "invalid"),
        ("[]", "invalid"),
        ('"ping"', "invalid"),
        ("{}", "invalid"),
        ('{"type": "fly"}', "invalid"),
        ('{"type": ["ping"]}', "invalid"),
        ('{"type": null}', "invalid"),
        ('{"type": "ping", "loud": true}', "invalid"),
        ('{"type": "watch"}', "invalid"),
        ('{"type": "watch", "question_id": "1"}', "invalid"),
        ('{"type": "cancel", "question_id": ["1"]}', "invalid"),
        (f'{{"type": "watch", "question_id": "{QUESTION}", "from": 1}}', "invalid"),
        (f'{{"type": "watch", "question_id": "{QUESTION}", "\\ud800": 1}}', "invalid"),
        (f'{{"type": "watch", "question_id": "{QUESTION}"}}', "not_found"),
        ('{"type": "ask"}', "invalid"),
        ('{"type": "ask", "question_text": "a", "qestion": "b"}', "invalid"),
        ('{"type": "ask", "question_text": "a\\u0000b"}', "invalid"),
        ('{"type": "ask", "question_text": "a", "client_key": 1}', "invalid"),
        ('{"type": "ask", "question_text": "a", "model": "nowhere/nothing"}', "model_unknown"),
        ("[" * 100_000, "invalid"),
        ('{"type": "ping"}' + " " * 256_000, "invalid"),
        (b'{"type": "ping"}', "invalid"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_bad_frame_gets_an_error_and_the_socket_stays_open(tab: Tab, frame: str | bytes, code: str) -> None:
    tab.socket.send(frame)
    error = tab.receive()
    assert (error["type"], error["code"]) == ("error", code)
    assert error["message"] and isinstance(error["details"], dict)
    tab.assert_open()


def test_errors_name_the_field(tab: Tab) -> None:
    tab.send("ask", client_key="mine", question_text="", model="builtin")
    error = tab.receive()
    assert (error["client_key"], list(error["details"])) == ("mine", ["question_text"])


def test_socket_watches_so_many_at_once_and_no_more(tab: Tab, owner: Person, database: None) -> None:
    user = row_of(owner).user
    in_an_hour = timezone.now() + timedelta(hours=1)
    waiting = [
        Chat.objects.create(
            user=user,
            conversation=create_conversation(user=user, mode="ai"),
            mode="ai",
            question_text="?",
            model="builtin",
            # Somebody writes it, so no worker takes it.
            status="streaming",
            lease_until=in_an_hour,
        )
        for _ in range(65)
    ]
    try:
        for chat in waiting[:64]:
            tab.send("watch", question_id=str(chat.pk))
            tab.wait_for("status")
        tab.send("watch", question_id=str(waiting[64].pk))
        error = tab.wait_for("error")
        assert (error["code"], error["question_id"]) == ("throttled", str(waiting[64].pk))
        tab.send("unwatch", question_id=str(waiting[0].pk))
        tab.send("watch", question_id=str(waiting[64].pk))
        assert tab.wait_for("status")["question_id"] == str(waiting[64].pk)
    finally:
        Conversation.objects.filter(user=user).delete()


def test_frames_are_readable_text(tab: Tab) -> None:
    tab.send("ask", client_key="", model=FAKE_MODEL, question_text="안녕하세요 세계 {fake:split}")
    while True:
        frame = tab.socket.recv(timeout=30)
        assert isinstance(frame, str)
        body = json.loads(frame)
        if body["type"] == "delta":
            assert "안" in frame, "Korean is sent as it is, not as escapes of twice its size"
        if body["type"] == "done":
            break


def test_shown_notices_gaps_and_repeats() -> None:
    """The reader that all these tests trust must itself be able to fail."""
    delta = {"epoch": 1, "offset": 0, "text": "ab", "id": "1-2"}
    for bad in ({"offset": 3, "id": "1-5"}, {"offset": 1, "id": "1-3"}, {"offset": 2, "id": "1-9"}, {"epoch": 0}):
        shown = Shown()
        shown.take("delta", delta)
        with pytest.raises(AssertionError):
            shown.take("delta", {**delta, **bad})
