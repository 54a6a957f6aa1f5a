"""Asking through the API: answers, waiting, asking once, and who may see what."""

from __future__ import annotations

import os
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.cast import Person, new_guest, nobody
from tests.system import LiveSystem, wait_until

GUIDE_QUESTION = "How do I connect a language model?"


def test_built_in_model_quotes_the_guide_with_a_citation(owner: Person) -> None:
    reply = owner.ask(GUIDE_QUESTION, model="builtin")
    assert reply.status_code == 200
    chat = reply.json()
    assert chat["status"] == "done"
    assert chat["error"] is None
    citation = chat["citations"][0]
    assert citation["rank"] == 1
    assert citation["quote"]
    assert chat["data"] == citation["data"]
    assert "[1]" in chat["response_text"]


def test_korean_question_gets_a_korean_quote(owner: Person) -> None:
    chat = owner.ask("언어 모델은 어떻게 연결하나요?", model="builtin").json()
    assert chat["status"] == "done"
    assert any("가" <= letter <= "힣" for letter in chat["citations"][0]["quote"])


def test_endpoint_answers_when_no_model_is_named(owner: Person, live_system: LiveSystem) -> None:
    wait_until(lambda: owner.post("models/check/").json()["default"].startswith("fake/"), "the endpoint is there")
    chat = owner.ask("ping pong").json()
    assert chat["model"].startswith("fake/")
    assert chat["status"] == "done"
    assert chat["response_text"]
    assert chat["usage"]["output_tokens"] > 0


def test_without_wait_the_question_is_accepted_and_answered_later(owner: Person) -> None:
    reply = owner.ask(GUIDE_QUESTION, model="builtin", wait=False)
    assert reply.status_code == 202
    asked = reply.json()
    assert asked["status"] == "queued"
    assert owner.get(f"conversations/{asked['conversation']}/").status_code == 200


def test_a_question_rings_for_a_worker(owner: Person) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as listening:
        listening.execute("LISTEN tc_answers")
        owner.ask(GUIDE_QUESTION, model="builtin", wait=False).raise_for_status()
        heard = next(listening.notifies(timeout=30), None)
        assert heard and heard.payload == ""


def test_same_key_asks_once(owner: Person) -> None:
    key = uuid.uuid4().hex
    first = owner.ask(GUIDE_QUESTION, model="builtin", key=key).json()
    second = owner.ask(GUIDE_QUESTION, model="builtin", key=key).json()
    assert first["question_id"] == second["question_id"]
    assert len(owner.get("chats/").json()["results"]) == 1


def test_same_key_sent_by_many_at_once_asks_once(owner: Person) -> None:
    key = uuid.uuid4().hex
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: owner.ask(GUIDE_QUESTION, model="builtin", key=key), range(8)))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.json()["question_id"] for reply in replies}) == 1


def test_same_key_with_another_question_is_a_conflict(owner: Person) -> None:
    key = uuid.uuid4().hex
    owner.ask(GUIDE_QUESTION, model="builtin", key=key)
    reply = owner.ask("Something else?", model="builtin", key=key)
    assert reply.status_code == 409
    assert reply.json()["error"]["code"] == "idempotency_conflict"


def test_conversation_goes_on_with_its_next_question(owner: Person) -> None:
    first = owner.ask(GUIDE_QUESTION, model="builtin").json()
    second = owner.ask("Where does my data lie?", model="builtin", conversation=first["conversation"]).json()
    assert second["parent"] == first["question_id"]
    turns = owner.get(f"conversations/{first['conversation']}/chats/").json()["results"]
    assert [turn["question_id"] for turn in turns] == [second["question_id"], first["question_id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"question_text": ""}, "question_text"),
        ({"question_text": "   "}, "question_text"),
        ({}, "question_text"),
        ({"question_text": "a", "qestion": "b"}, "qestion"),
        ({"question_text": "a", "mode": "telepathy"}, "mode"),
        ({"question_text": "a" * 32_001}, "question_text"),
        ({"question_text": "a\x00b"}, "question_text"),
        ({"question_text": "a", "conversation": "1"}, "conversation"),
    ],
)
def test_bad_questions_are_refused_by_field(owner: Person, body: dict[str, str], field: str) -> None:
    reply = owner.post("chats/", body)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["code"] == "invalid"
    assert field in error["details"]
    assert owner.get("chats/").json()["results"] == []


def test_unknown_model_is_refused(owner: Person) -> None:
    reply = owner.ask("hello", model="nowhere/nothing")
    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "model_unknown"


def test_others_cannot_see_or_touch_a_question(owner: Person, live_system: LiveSystem) -> None:
    chat = owner.ask(GUIDE_QUESTION, model="builtin").json()
    paths = [
        ("GET", f"chats/{chat['question_id']}/"),
        ("POST", f"chats/{chat['question_id']}/cancel/"),
        ("POST", f"chats/{chat['question_id']}/regenerate/"),
        ("GET", f"conversations/{chat['conversation']}/"),
        ("PATCH", f"conversations/{chat['conversation']}/"),
        ("DELETE", f"conversations/{chat['conversation']}/"),
        ("GET", f"conversations/{chat['conversation']}/chats/"),
    ]
    stranger = new_guest(live_system.api_url)
    for method, path in paths:
        assert stranger.call(method, path, json={}).status_code == 404, path
        reply = nobody(live_system.api_url).call(method, path, json={})
        assert reply.status_code == 401, path
        assert reply.json()["error"]["code"] == "not_signed_in"
    in_anothers_conversation = stranger.ask("hello", model="builtin", conversation=chat["conversation"])
    assert in_anothers_conversation.status_code == 404
    assert owner.get(f"chats/{chat['question_id']}/").json()["status"] == "done"
