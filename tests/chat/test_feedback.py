"""Thumbs on answers: the last one counts, and only one's own can be given."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.cast import Person, new_guest, nobody
from tests.system import LiveSystem


@pytest.fixture
def owner(live_system: LiveSystem) -> Person:
    return new_guest(live_system.api_url)


@pytest.fixture
def chat(owner: Person) -> dict[str, Any]:
    asked: dict[str, Any] = owner.ask("Hello", model="builtin").json()
    return asked


def rate(person: Person, chat: dict[str, Any], **body: Any) -> requests.Response:
    return person.call("PUT", f"chats/{chat['question_id']}/feedback/", json=body)


def test_feedback_is_kept_changed_and_taken_back(owner: Person, chat: dict[str, Any]) -> None:
    assert chat["feedback"] is None
    for body in ({"rating": 1}, {"rating": -1, "comment": "틀렸어요"}):
        expected = {"comment": "", **body}
        assert rate(owner, chat, **body).json() == {**chat, "feedback": expected}
        assert owner.get(f"chats/{chat['question_id']}/").json()["feedback"] == expected
    assert rate(owner, chat, rating=0, comment="gone as well").json() == chat


def test_feedback_that_will_not_do_changes_nothing(owner: Person, chat: dict[str, Any]) -> None:
    for body in ({"rating": 2}, {"rating": 1, "comment": "x" * 2001}, {"comment": "?"}, {"rating": 1, "stars": 5}):
        assert rate(owner, chat, **body).status_code == 400
    assert owner.get(f"chats/{chat['question_id']}/").json()["feedback"] is None


def test_feedback_is_for_its_owner(chat: dict[str, Any], live_system: LiveSystem, owner: Person) -> None:
    assert rate(new_guest(live_system.api_url), chat, rating=1).status_code == 404
    assert rate(nobody(live_system.api_url), chat, rating=1).status_code == 401
    assert owner.get(f"chats/{chat['question_id']}/").json()["feedback"] is None
