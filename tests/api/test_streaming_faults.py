"""What readers see while parts of the system are wiped, stalled, frozen and killed: in the end, the stored text.

`tests/readers.py` fails a test at any gap, repeat or step back on the way there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from websockets.exceptions import ConnectionClosed

from tests.apart import APPLICATION, Apart, system_apart
from tests.cast import FAKE_MODEL, Person, new_guest
from tests.readers import EventStream, Shown, Tab, open_socket
from tests.system import LiveSystem, wait_until

SLOW = "{fake:slow:40/s:100}"
HELD = "tell me{fake:held:3}"
WHOLE = "w0 w1 w2 tell me"


@pytest.fixture(scope="module")
def parts(live_system: LiveSystem) -> Iterator[Apart]:
    with system_apart(live_system) as apart:
        yield apart


@pytest.fixture
def apart(parts: Apart) -> Iterator[Apart]:
    parts.upstream.reset()
    parts.one_worker()
    yield parts
    parts.upstream.release()


@pytest.fixture
def owner(apart: Apart) -> Person:
    return new_guest(apart.api_url)


@pytest.fixture
def tab(owner: Person) -> Iterator[Tab]:
    with Tab(owner) as tab:
        yield tab


def stored(owner: Person, question_id: str) -> dict[str, Any]:
    chat: dict[str, Any] = owner.get(f"chats/{question_id}/").json()
    return chat


def words(count: int) -> str:
    return "".join(f"w{number} " for number in range(count))


def begin(tab: Tab, question: str = SLOW, *, characters: int = 40) -> Shown:
    """Ask, and read until the answer is well under way."""
    shown = tab.ask(question, mode="ai")
    return tab.read_until(shown, lambda: len(shown.text) >= characters)


def begin_held(tab: Tab) -> Shown:
    """Ask, and wait until all that came so far is stored as a checkpoint."""
    shown = begin(tab, HELD, characters=len("w0 w1 w2 "))
    question_id = tab.question_of(shown)
    wait_until(lambda: stored(tab.person, question_id)["response_text"] == shown.text, "the text is checkpointed")
    return shown


def assert_whole(tab: Tab, shown: Shown, text: str = words(100)) -> None:
    tab.follow(shown)
    answer = stored(tab.person, tab.question_of(shown))
    assert shown.end and shown.end["status"] == answer["status"] == "done"
    assert shown.text == answer["response_text"] == text


# --- Redis ----------------------------------------------------------------------------


def test_wiped_redis(tab: Tab, apart: Apart) -> None:
    shown = begin(tab, "{fake:slow:40/s:200}")
    for characters in (60, 120, 180):
        apart.redis.command("FLUSHALL")
        tab.read_until(shown, lambda characters=characters: len(shown.text) >= characters)  # type: ignore[misc]
    assert_whole(tab, shown, words(200))
    assert shown.kinds.count("delta") > 20, "the live log goes on, it is not only the row that is read"


def test_restarted_redis(tab: Tab, owner: Person, apart: Apart) -> None:
    shown = begin(tab, "{fake:slow:40/s:400}")
    question_id = tab.question_of(shown)
    with apart.redis.stopped():
        # What is written meanwhile never comes to the live log: a hole that only the row can heal.
        known = len(stored(owner, question_id)["response_text"])
        wait_until(lambda: len(stored(owner, question_id)["response_text"]) > known + 40, "the answer goes on")
    before = shown.kinds.count("delta")
    assert_whole(tab, shown, words(400))
    assert shown.kinds.count("delta") - before > 20, "the live log goes on, it is not only the row that is read"


def test_stalled_redis(tab: Tab, owner: Person, apart: Apart) -> None:
    shown = begin(tab)
    with apart.redis.stalled(), Tab(owner) as late:
        second = late.follow(late.watch(tab.question_of(shown)))
        assert_whole(tab, shown)
    assert second.text == shown.text


def test_without_redis(owner: Person, apart: Apart) -> None:
    with apart.redis.stopped(), Tab(owner) as tab:
        shown = begin(tab)
        with EventStream(owner, tab.question_of(shown)) as stream:
            second = Shown()
            for _ in stream.events(second):
                pass
        assert_whole(tab, shown)
    assert second.text == shown.text


def test_without_redis_a_ticket_is_put_off_and_nobody_is_signed_out(owner: Person, apart: Apart) -> None:
    wait_until(lambda: owner.post("sessions/ticket/").status_code == 201, "the API has noticed that Redis is back")
    ticket = owner.post("sessions/ticket/").json()["ticket"]
    with apart.redis.stopped():
        refused = owner.post("sessions/ticket/")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
        with (
            open_socket(apart.api_url, subprotocols=["triple-chat", f"ticket.{ticket}"]) as opened,  # type: ignore[list-item]
            pytest.raises(ConnectionClosed),
        ):
            opened.recv(timeout=30)
        assert opened.close_code == 1013
    assert owner.get("users/me/").status_code == 200


# --- The API and the database ------------------------------------------------------------


def test_killed_api(tab: Tab, apart: Apart) -> None:
    shown = begin(tab)
    apart.kill_api()
    apart.start_api()
    tab.connect_again()
    assert_whole(tab, shown)


def test_database_that_throws_everybody_out_for_a_while(tab: Tab, apart: Apart, database: None) -> None:
    shown = begin(tab)
    # Without Redis the readers, too, need the database all the time.
    with apart.redis.stopped(), apart.worker_kept_running():
        throw_out_all_for(1.5)
        assert_whole(tab, shown)


def throw_out_all_for(seconds: float) -> None:
    """End every connection of the system apart, and each new one as soon as it is there."""
    end, thrown_out = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = %s",
                [APPLICATION],
            )
            thrown_out += cursor.fetchone()[0]
    assert thrown_out > 0


# --- Workers ----------------------------------------------------------------------------


def test_watch_begins_before_any_worker_is_there(owner: Person, apart: Apart) -> None:
    apart.kill_workers()
    with Tab(owner) as tab:
        shown = tab.ask("one two three", model=FAKE_MODEL)
        tab.read_until(shown, lambda: shown.kinds == ["status"])
        apart.start_worker()
        assert_whole(tab, shown, "one two three")
        assert shown.epochs == [0, 1]


def test_killed_worker(tab: Tab, apart: Apart) -> None:
    shown = begin_held(tab)
    apart.kill_workers()
    apart.start_worker()
    tab.read_until(shown, lambda: shown.epoch == 2 and shown.text == "w0 w1 w2 ")
    apart.upstream.release()
    assert_whole(tab, shown, WHOLE)
    assert shown.epochs[-2:] == [1, 2]


def test_worker_that_wakes_up_with_the_whole_answer_writes_nothing(tab: Tab, apart: Apart, database: None) -> None:
    first = apart.one_worker()
    shown = begin_held(tab)
    question_id = tab.question_of(shown)
    first.freeze()
    apart.upstream.release()  # The first one's model finishes its answer,
    apart.upstream.reset()  # the model of the next one is held again.
    second = apart.start_worker()
    wait_until(lambda: len(apart.upstream.chat_requests) >= 1, "a second worker takes the answer over")
    first.wake()
    first.stop()  # It comes to the end of what it has begun, and leaves.
    answer = stored(tab.person, question_id)
    assert (answer["status"], answer["attempts"]) == ("streaming", 2)
    tab.read_until(shown, lambda: shown.epoch == 2 and shown.text == "w0 w1 w2 ")
    second.kill()
    apart.start_worker()
    wait_until(lambda: len(apart.upstream.chat_requests) >= 2, "a third worker takes the answer over")
    apart.upstream.release()
    assert_whole(tab, shown, WHOLE)
    assert (shown.epochs[-1], stored(tab.person, question_id)["attempts"]) == (3, 3)


# --- Stopping, deleting, coming late ------------------------------------------------------


def test_stopped_in_the_middle(tab: Tab, owner: Person) -> None:
    shown = begin(tab, "{fake:slow:40/s:4000}")
    with Tab(owner) as other:
        second = other.watch(tab.question_of(shown))
        seen = shown.text
        assert owner.post(f"chats/{tab.question_of(shown)}/cancel/").json()["status"] == "cancelled"
        other.follow(second)
    tab.follow(shown)
    answer = stored(owner, tab.question_of(shown))
    assert shown.end and shown.end["status"] == answer["status"] == "cancelled"
    assert shown.text == second.text == answer["response_text"]
    assert answer["response_text"].startswith(seen), "nothing that was shown is taken back"


def test_stopped_before_it_began(owner: Person, apart: Apart) -> None:
    apart.kill_workers()
    with Tab(owner) as tab:
        shown = tab.ask("hello", model=FAKE_MODEL)
        tab.send("cancel", question_id=tab.question_of(shown))
        tab.follow(shown)
        assert shown.end and shown.end["status"] == "cancelled"
        apart.start_worker()
        # The worker that looks later leaves the answer alone: it answers the next one.
        assert tab.follow(tab.ask("one two", model=FAKE_MODEL)).text == "one two"
    answer = stored(owner, tab.question_of(shown))
    assert (answer["status"], answer["response_text"], answer["attempts"]) == ("cancelled", "", 0)


def test_stopped_while_its_worker_is_dead(tab: Tab, owner: Person, apart: Apart) -> None:
    apart.kill_workers()
    # Its first checkpoint comes late: more has been shown than stored when it dies.
    apart.start_worker(ANSWER_RENEW_SECONDS="2.5")
    shown = begin(tab)
    apart.kill_workers()
    assert owner.post(f"chats/{tab.question_of(shown)}/cancel/").status_code == 202
    apart.start_worker()
    tab.follow(shown)
    answer = stored(owner, tab.question_of(shown))
    assert shown.end and shown.end["status"] == answer["status"] == "cancelled"
    assert shown.text == answer["response_text"]
    assert answer["attempts"] == 1


def test_conversation_deleted_in_the_middle(tab: Tab, owner: Person, apart: Apart) -> None:
    shown = begin_held(tab)
    question_id = tab.question_of(shown)
    conversation = stored(owner, question_id)["conversation"]
    assert owner.call("DELETE", f"conversations/{conversation}/").status_code == 204
    with Tab(owner) as late:
        late.watch(question_id)
        assert late.wait_for("error")["code"] == "not_found"
    apart.upstream.release()
    tab.follow(shown)
    assert owner.post(f"conversations/{conversation}/restore/").status_code == 200
    assert_whole(tab, shown, WHOLE)


def test_watch_after_the_end(tab: Tab, owner: Person, apart: Apart) -> None:
    question_id = owner.ask("one two three", model=FAKE_MODEL).json()["question_id"]
    apart.redis.command("FLUSHALL")  # The row alone is enough.
    assert_whole(tab, tab.watch(question_id), "one two three")


def test_reasoning_survives_a_wiped_redis(tab: Tab, owner: Person, apart: Apart) -> None:
    shown = tab.ask("{fake:thinks_held}", mode="ai")
    tab.read_until(shown, lambda: shown.reasoning == "Let me think.")
    wait_until(lambda: stored(owner, tab.question_of(shown))["reasoning_text"], "the reasoning is checkpointed")
    apart.redis.command("FLUSHALL")
    with Tab(owner) as late:
        second = late.watch(tab.question_of(shown))
        late.read_until(second, lambda: second.reasoning == "Let me think.")
        assert second.end is None
        apart.upstream.release()
        late.follow(second)
    tab.follow(shown)
    assert (shown.reasoning, shown.text) == (second.reasoning, second.text) == ("Let me think.", "42")
