"""Models that fail: what is asked again, how long is waited, and when a model is left in peace."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.accounts import moment
from tests.cast import Person, new_guest
from tests.system import LiveSystem, start_worker, wait_until

Answer = dict[str, Any]


@pytest.fixture
def system(live_system: LiveSystem) -> Iterator[LiveSystem]:
    live_system.upstream.reset()
    yield live_system
    live_system.upstream.release()


@pytest.fixture
def owner(system: LiveSystem) -> Person:
    return new_guest(system.api_url)


def ask(owner: Person, question: str, **fields: Any) -> Answer:
    reply = owner.ask(question, **fields)
    assert reply.status_code == 200, reply.text
    assert "SECRET" not in reply.text
    answer: Answer = reply.json()
    return answer


def outcome(answer: Answer) -> tuple[str, str | None, str]:
    return answer["status"], answer["error"] and answer["error"]["code"], answer["response_text"]


# --- What comes of a fault ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("half_json", ("failed", "model_bad_answer", "")),
        ("half_json:3", ("interrupted", "model_cut", "w0 w1 w2 ")),
        ("html", ("failed", "model_bad_answer", "")),
        ("redirect", ("failed", "model_bad_answer", "")),
        ("empty", ("failed", "model_bad_answer", "")),
        ("endless_line", ("failed", "model_bad_answer", "")),
        ("endless_line:3", ("interrupted", "model_cut", "w0 w1 w2 ")),
        ("no_finish:3", ("interrupted", "model_cut", "w0 w1 w2 ")),
        ("cut:3", ("interrupted", "model_cut", "w0 w1 w2 ")),
        ("error_in_stream:500:3", ("interrupted", "model_cut", "w0 w1 w2 ")),
        ("status:404", ("failed", "model_not_found", "")),
        ("status:401", ("failed", "model_refused_key", "")),
        ("split", ("done", None, "안녕하세요 😀")),
        ("empty_choices", ("done", None, "w0 w1 ")),
        ("finished_by:content_filter", ("done", None, "w0 w1 ")),
        ("silent_after_finish", ("done", None, "w0 w1 ")),
    ],
)
def test_fault_ends_in_its_state_with_what_had_come(
    owner: Person, scenario: str, expected: tuple[str, str | None, str]
) -> None:
    assert outcome(ask(owner, f"tell me{{fake:{scenario}}}")) == expected


def test_answer_has_a_limit(owner: Person) -> None:
    answer = ask(owner, "tell me{fake:endless_answer}")
    assert (answer["status"], len(answer["response_text"])) == ("interrupted", 1_000_000)


# --- What is asked again -----------------------------------------------------------------


@pytest.mark.parametrize("fault", ["500", "429", "0"])
def test_question_is_asked_once_more_when_no_token_has_come(owner: Person, system: LiveSystem, fault: str) -> None:
    assert outcome(ask(owner, f"hello there{{fake:flaky:{fault}:1}}")) == ("done", None, "hello there")
    assert len(system.upstream.chat_requests) == 2


def test_question_is_not_asked_a_third_time(owner: Person, system: LiveSystem) -> None:
    assert outcome(ask(owner, "hello{fake:flaky:503:2}")) == ("failed", "model_failed", "")
    assert len(system.upstream.chat_requests) == 2


@pytest.mark.parametrize("scenario", ["cut:1", "no_finish:1", "error_in_stream:500:1", "status:401", "html"])
def test_question_is_asked_once(owner: Person, system: LiveSystem, scenario: str) -> None:
    """A second answer does not belong behind the first one's beginning, and a refusal stays one."""
    assert ask(owner, f"hello{{fake:{scenario}}}")["status"] in {"interrupted", "failed"}
    assert len(system.upstream.chat_requests) == 1


def test_busy_model_is_asked_again_when_it_wishes(owner: Person, system: LiveSystem) -> None:
    answer = ask(owner, "hello{fake:flaky:429:1:2}")
    assert outcome(answer) == ("done", None, "hello")
    assert (moment(answer["first_token_datetime"]) - moment(answer["started_datetime"])).total_seconds() >= 2
    assert len(system.upstream.chat_requests) == 2


def test_busy_model_that_wishes_too_much_is_not_waited_for(owner: Person, system: LiveSystem) -> None:
    assert outcome(ask(owner, "hello{fake:flaky:429:1:61}")) == ("failed", "model_rate_limited", "")
    assert len(system.upstream.chat_requests) == 1


# --- How long is waited ------------------------------------------------------------------


@contextmanager
def another_worker(live_system: LiveSystem, **settings: str) -> Iterator[LiveSystem]:
    """With settings of its own; the one that all tests share rests meanwhile."""
    live_system.stop_worker()
    try:
        with start_worker(live_system.folder, **settings):
            yield live_system
    finally:
        live_system.start_worker()


@pytest.fixture
def hasty_system(live_system: LiveSystem) -> Iterator[LiveSystem]:
    """The worker has little patience."""
    with another_worker(
        live_system,
        MODEL_FIRST_TOKEN_SECONDS="3",
        MODEL_GAP_SECONDS="3",
        MODEL_TOTAL_SECONDS="10",
        MODEL_RETRY_AFTER_SECONDS="1",
    ) as system:
        yield system


def test_deadlines_are_settings(hasty_system: LiveSystem, owner: Person) -> None:
    people = {
        "stall_head": ("failed", ""),
        "stall": ("failed", ""),
        "pings": ("failed", ""),
        "stall:2": ("interrupted", "w0 w1 "),
        "pings:2": ("interrupted", "w0 w1 "),
    }
    # What a worker has to load for its first answer does not count.
    ask(owner, "hello", model="fake/echo")
    with ThreadPoolExecutor(len(people)) as pool:
        # Each a model of its own: what keeps silent too often is left in peace.
        asked = {name: pool.submit(ask, owner, f"{{fake:{name}}}", model=f"fake/{name}") for name in people}
    for name, (status, text) in people.items():
        answer = asked[name].result()
        assert outcome(answer) == (status, "model_timeout", text), name
        assert seconds_of(answer) < 9, f"{name} is given up well before an answer's whole time is over"
    endless = ask(owner, "{fake:slow:10/s:1000}")
    assert outcome(endless)[:2] == ("interrupted", "model_timeout")
    assert endless["response_text"].startswith("w0 w1 ") and 10 < len(endless["response_text"].split()) <= 100


def seconds_of(answer: Answer) -> float:
    return (moment(answer["finished_datetime"]) - moment(answer["started_datetime"])).total_seconds()


def test_wish_to_wait_has_a_limit_that_is_a_setting(hasty_system: LiveSystem, owner: Person) -> None:
    assert outcome(ask(owner, "hello{fake:flaky:429:1:2}")) == ("failed", "model_rate_limited", "")


# --- When a model is left in peace ----------------------------------------------------------


def fail_in_a_row(owner: Person, model: str, times: int) -> None:
    with ThreadPoolExecutor(times) as pool:
        answers = list(pool.map(lambda _: ask(owner, "{fake:status:503}", model=model), range(times)))
    assert {outcome(answer) for answer in answers} == {("failed", "model_failed", "")}


@pytest.fixture
def patient_system(live_system: LiveSystem) -> Iterator[LiveSystem]:
    """What is asked at once after a failure is asked before the rest is over, on a busy machine too."""
    with another_worker(live_system, MODEL_REST_SECONDS="5") as system:
        yield system


def test_model_that_keeps_failing_is_left_in_peace_for_a_while(
    patient_system: LiveSystem, owner: Person, system: LiveSystem
) -> None:
    fail_in_a_row(owner, "fake/tired", 5)
    system.upstream.reset()
    assert outcome(ask(owner, "hello", model="fake/tired")) == ("failed", "model_failed", "")
    assert system.upstream.chat_requests == []
    assert ask(owner, "hello", model="fake/fresh")["status"] == "done", "other models are asked as ever"
    wait_until(
        lambda: ask(owner, "hello", model="fake/tired")["status"] == "done", "it is asked again and answers", seconds=30
    )
    assert ask(owner, "hello", model="fake/tired")["status"] == "done"


def test_answers_in_between_count(owner: Person, system: LiveSystem) -> None:
    fail_in_a_row(owner, "fake/moody", 4)
    assert ask(owner, "hello", model="fake/moody")["status"] == "done"
    fail_in_a_row(owner, "fake/moody", 4)
    assert ask(owner, "hello", model="fake/moody")["status"] == "done"


@pytest.mark.parametrize("refusal", ["status:401", "status:404", "context_too_long", "html"])
def test_refusals_are_not_failures(owner: Person, system: LiveSystem, refusal: str) -> None:
    for _ in range(6):
        ask(owner, f"{{fake:{refusal}}}", model="fake/strict")
    assert len(system.upstream.chat_requests) == 6
    assert ask(owner, "hello", model="fake/strict")["status"] == "done"
