"""Once a question is accepted its whole answer is stored once, whatever dies in between."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from django.db import connection

from models.models import Chat
from tests.cast import Person, new_guest, question_fields
from tests.system import LiveSystem, start_worker, wait_until

WHOLE = "w0 w1 w2 tell me"
HELD = "tell me{fake:held:3}"


@pytest.fixture
def worker(system: LiveSystem) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that the test may harm; the one that all tests share rests meanwhile."""
    system.stop_worker()
    with start_worker(system.folder) as process:
        yield process
        process.send_signal(signal.SIGCONT)
    system.start_worker()


def read(owner: Person, question_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = owner.get(f"chats/{question_id}/").json()
    return answer


def ask_and_wait_for_checkpoint(owner: Person) -> str:
    question_id: str = owner.ask(HELD, wait=False).json()["question_id"]
    wait_until(lambda: read(owner, question_id)["response_text"] == "w0 w1 w2 ", "the text so far is checkpointed")
    return question_id


def finished(owner: Person, question_id: str) -> dict[str, Any]:
    wait_until(lambda: read(owner, question_id)["status"] not in {"queued", "streaming"}, "the answer has ended")
    return read(owner, question_id)


def end_database_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND usename = current_user"
        )
        assert cursor.fetchone()[0] > 0


def registered_workers() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_workers")
        return {identity for (identity,) in cursor.fetchall()}


def hide_table_until_told(system: LiveSystem, name: str, words: bytes) -> None:
    """Statements that name the table fail until the worker's log has these words."""
    log = system.folder / "worker.log"
    told_before = log.stat().st_size
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {name} RENAME TO hidden")
    try:
        wait_until(lambda: words in log.read_bytes()[told_before:], words.decode())
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE hidden RENAME TO {name}")


def test_killed_workers_answer_is_rerun(system: LiveSystem, owner: Person, worker: subprocess.Popen[bytes]) -> None:
    question_id = ask_and_wait_for_checkpoint(owner)
    worker.kill()
    worker.wait()
    with start_worker(system.folder):
        wait_until(lambda: len(system.upstream.chat_requests) >= 2, "another worker asks the model again")
        system.upstream.release()
        answer = finished(owner, question_id)
    assert (answer["status"], answer["response_text"], answer["attempts"]) == ("done", WHOLE, 2)


def test_worker_that_was_frozen_beyond_its_lease_writes_nothing(
    system: LiveSystem, owner: Person, worker: subprocess.Popen[bytes]
) -> None:
    question_id = ask_and_wait_for_checkpoint(owner)
    worker.send_signal(signal.SIGSTOP)
    with start_worker(system.folder):
        wait_until(lambda: len(system.upstream.chat_requests) >= 2, "another worker takes the answer over")
        worker.send_signal(signal.SIGCONT)
        # The one that woke up is told that the row is not its own, and hangs up.
        wait_until(lambda: read(owner, question_id)["attempts"] == 2, "the second attempt is on its way")
        system.upstream.release()
        answer = finished(owner, question_id)
    assert (answer["status"], answer["response_text"]) == ("done", WHOLE)
    assert read(owner, question_id) == answer


def test_stopped_worker_gives_its_answer_back(
    system: LiveSystem, owner: Person, worker: subprocess.Popen[bytes]
) -> None:
    question_id = ask_and_wait_for_checkpoint(owner)
    worker.terminate()
    worker.wait(20)
    assert read(owner, question_id)["status"] == "queued"
    with start_worker(system.folder):
        wait_until(lambda: len(system.upstream.chat_requests) >= 2, "another worker asks the model again")
        system.upstream.release()
        answer = finished(owner, question_id)
    assert (answer["status"], answer["response_text"], answer["attempts"]) == ("done", WHOLE, 1)


def test_worker_finds_what_was_asked_while_none_was_there(system: LiveSystem, owner: Person) -> None:
    system.stop_worker()
    try:
        asked = owner.ask("hello", model="builtin", wait=False).json()
    finally:
        system.start_worker()
    assert finished(owner, asked["question_id"])["status"] == "done"


def test_answer_that_kills_its_workers_is_given_up(owner: Person, system: LiveSystem, database: None) -> None:
    system.stop_worker()
    try:
        asked = owner.ask("hello", model="builtin", wait=False).json()
        Chat.objects.filter(pk=asked["question_id"]).update(
            attempts=5, status="streaming", lease_until="2020-01-01T00Z"
        )
    finally:
        system.start_worker()
    answer = finished(owner, asked["question_id"])
    assert (answer["status"], answer["error"]["code"]) == ("failed", "gave_up")


def test_answer_outlives_its_database_connections(system: LiveSystem, owner: Person, database: None) -> None:
    question_id = ask_and_wait_for_checkpoint(owner)
    end_database_connections()
    system.upstream.release()
    answer = finished(owner, question_id)
    assert (answer["status"], answer["response_text"]) == ("done", WHOLE)


def test_answers_that_search_outlive_their_database_connections(owner: Person, database: None) -> None:
    assert owner.ask("hello", model="builtin").json()["status"] == "done"
    end_database_connections()
    question_id = owner.ask("hello", model="builtin", wait=False).json()["question_id"]
    wait_until(lambda: read(owner, question_id)["status"] == "done", "the worker has new connections", seconds=30)


def test_answers_outlive_a_failure_of_the_jobs(
    system: LiveSystem, owner: Person, worker: subprocess.Popen[bytes], database: None
) -> None:
    question_id = ask_and_wait_for_checkpoint(owner)
    registered = registered_workers()
    hide_table_until_told(system, "procrastinate_workers", b"No jobs are run")
    wait_until(lambda: registered_workers() - registered, "the jobs have begun anew")
    system.upstream.release()
    answer = finished(owner, question_id)
    assert (answer["status"], answer["response_text"], answer["attempts"]) == ("done", WHOLE, 1)


@pytest.mark.usefixtures("worker", "database")
def test_lease_is_renewed_after_an_error_that_nobody_foresaw(system: LiveSystem, owner: Person) -> None:
    chat = Chat.objects.filter(pk=ask_and_wait_for_checkpoint(owner))
    hide_table_until_told(system, "chats", b"Leases could not be renewed")
    before = chat.values_list("lease_until", flat=True).get()
    wait_until(lambda: chat.get().lease_until > before, "the lease is renewed")
    system.upstream.release()
    answer = finished(owner, str(chat.get().pk))
    assert (answer["status"], answer["response_text"], answer["attempts"]) == ("done", WHOLE, 1)


@pytest.mark.usefixtures("worker", "database")
def test_answers_are_claimed_after_an_error_that_nobody_foresaw(system: LiveSystem, owner: Person) -> None:
    hide_table_until_told(system, "conversations", b"Answers cannot be claimed")
    assert owner.ask("hello", model="builtin").json()["status"] == "done"


def test_fifty_wait_and_others_are_answered_at_once(system: LiveSystem) -> None:
    people = [new_guest(system.api_url) for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        waiting = [pool.submit(person.ask, HELD) for person in people]
        wait_until(lambda: len(system.upstream.chat_requests) >= 50, "all fifty are with the model")
        reply = new_guest(system.api_url).ask("hello", model="builtin")
        assert reply.json().get("status") == "done", reply.text
        system.upstream.release()
        answers = [each.result(60).json() for each in waiting]
    assert {(answer["status"], answer["response_text"]) for answer in answers} == {("done", WHOLE)}


def test_stopped_answer_keeps_its_text_and_frees_the_conversation(system: LiveSystem, owner: Person) -> None:
    question_id = ask_and_wait_for_checkpoint(owner)
    stopped = owner.post(f"chats/{question_id}/cancel/").json()
    assert (stopped["status"], stopped["response_text"]) == ("cancelled", "w0 w1 w2 ")
    system.upstream.release()
    again = owner.ask("hello", model="builtin", conversation=stopped["conversation"])
    assert again.json()["status"] == "done"
    assert read(owner, question_id) == stopped


def test_one_answer_at_a_time_in_a_conversation(system: LiveSystem, owner: Person) -> None:
    asked = owner.ask(HELD, wait=False).json()
    second = owner.ask("and now?", model="builtin", conversation=asked["conversation"])
    assert second.status_code == 409
    assert second.json()["error"]["code"] == "answer_running"
    system.upstream.release()
    assert finished(owner, asked["question_id"])["status"] == "done"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("status:500", "model_failed"),
        ("status:401", "model_refused_key"),
        ("html", "model_bad_answer"),
        ("context_too_long", "model_context_too_long"),
    ],
)
def test_failing_endpoint_becomes_a_clear_message(owner: Person, fault: str, code: str) -> None:
    reply = owner.ask(f"tell me{{fake:{fault}}}")
    answer = reply.json()
    assert (answer["status"], answer["error"]["code"]) == ("failed", code)
    assert len(answer["error"]["message"]) > 20
    assert "SECRET" not in reply.text


def test_cut_answer_is_kept_and_can_be_asked_for_again(system: LiveSystem, owner: Person) -> None:
    cut = owner.ask("tell me{fake:cut:3}").json()
    assert (cut["status"], cut["error"]["code"], cut["response_text"]) == ("interrupted", "model_cut", "w0 w1 w2 ")
    again = owner.post(f"chats/{cut['question_id']}/regenerate/", params={"wait": "true"})
    assert again.status_code == 200
    assert again.json()["question_id"] == cut["question_id"]


def test_endpoint_that_is_not_there(system: LiveSystem, owner: Person) -> None:
    system.configure(AI_ENDPOINTS='[{"name": "gone", "base_url": "http://127.0.0.1:9/v1", "models": ["m"]}]')
    try:
        offer = owner.post("models/check/").json()
        assert [(each["name"], each["ok"], each["reason"]["code"]) for each in offer["endpoints"]] == [
            ("gone", False, "model_unreachable")
        ]
        assert offer["default"] == "builtin"
        answer = owner.ask("hello", model="gone/m").json()
    finally:
        system.use_fake_endpoint()
        owner.post("models/check/")
    assert (answer["status"], answer["error"]["code"]) == ("failed", "model_unreachable")


def test_waiting_client_that_hangs_up_loses_nothing(system: LiveSystem, owner: Person) -> None:
    with pytest.raises(requests.Timeout):
        owner.post("chats/", question_fields(HELD), params={"wait": "true"}, timeout=1)
    system.upstream.release()
    wait_until(lambda: owner.get("chats/").json()["results"], "the question is stored")
    (chat,) = owner.get("chats/").json()["results"]
    assert finished(owner, chat["question_id"])["response_text"] == WHOLE
