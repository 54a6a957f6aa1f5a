"""Turns are a tree: regenerating and editing make siblings, and one path is on screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from chat.conversations import create_conversation
from models.models import Chat
from tests.accounts import row_of
from tests.cast import Person, new_guest
from tests.system import LiveSystem


class Tree:
    """One AI conversation."""

    def __init__(self, owner: Person) -> None:
        self._owner = owner
        self.id: str = owner.post("conversations/", {"mode": "ai"}).json()["id"]

    def ask(self, text: str, **fields: Any) -> dict[str, Any]:
        reply = self._owner.ask(text, conversation=self.id, mode="ai", **fields)
        assert reply.status_code == 200, reply.text
        turn: dict[str, Any] = reply.json()
        return turn

    def regenerate(self, turn: dict[str, Any], **fields: Any) -> dict[str, Any]:
        reply = self._owner.post(f"chats/{turn['question_id']}/regenerate/", fields, params={"wait": "true"})
        assert reply.status_code == 200, reply.text
        again: dict[str, Any] = reply.json()
        return again

    def show(self, turn: dict[str, Any]) -> int:
        changed = self._owner.call("PATCH", f"conversations/{self.id}/", json={"current_leaf": turn["question_id"]})
        return changed.status_code

    @property
    def page(self) -> list[dict[str, Any]]:
        turns: list[dict[str, Any]] = self._owner.get(f"conversations/{self.id}/chats/").json()["results"]
        return turns

    @property
    def on_screen(self) -> list[str]:
        """The questions of the path on screen, the oldest first."""
        return [turn["question_text"] for turn in reversed(self.page)]

    def siblings(self, turn: dict[str, Any]) -> list[str]:
        return next(each["siblings"] for each in self.page if each["question_id"] == turn["question_id"])


@pytest.fixture
def tree(owner: Person) -> Tree:
    return Tree(owner)


def ids(*turns: dict[str, Any]) -> list[str]:
    return [turn["question_id"] for turn in turns]


def told(system: LiveSystem) -> list[str]:
    """What the model was sent last, without the system prompt."""
    return [message["content"] for message in system.upstream.chat_requests[-1].body["messages"][1:]]


def test_regenerated_answer_is_a_sibling_and_on_screen(tree: Tree, system: LiveSystem) -> None:
    first, second = tree.ask("one"), tree.ask("two")
    again = tree.regenerate(second)
    assert again["question_id"] != second["question_id"]
    assert (again["parent"], again["question_text"]) == (first["question_id"], "two")
    assert told(system) == ["one", "one", "two"], "the answer that it replaces is not told"
    assert [turn["question_id"] for turn in tree.page] == ids(again, first)
    assert tree.siblings(again) == ids(second, again)
    assert tree.siblings(first) == ids(first)


def test_regenerated_by_another_model(tree: Tree) -> None:
    first = tree.ask("hello")
    again = tree.regenerate(first, model="builtin")
    assert (again["model"], again["parent"]) == ("builtin", None)
    assert tree.siblings(again) == ids(first, again)


def test_edited_question_is_a_branch(tree: Tree, system: LiveSystem) -> None:
    first = tree.ask("one")
    second = tree.ask("two")
    third = tree.ask("three")
    edited = tree.ask("two, but better", parent=first["question_id"])
    assert told(system) == ["one", "one", "two, but better"]
    assert tree.on_screen == ["one", "two, but better"]
    assert tree.siblings(edited) == ids(second, edited)
    next_one = tree.ask("four")
    assert next_one["parent"] == edited["question_id"]
    assert tree.show(third) == 200
    assert tree.on_screen == ["one", "two", "three"]


def test_edited_first_question_is_a_branch_from_the_top(tree: Tree, system: LiveSystem) -> None:
    first = tree.ask("one")
    tree.ask("two")
    edited = tree.ask("one, but better", parent=None)
    assert (edited["parent"], told(system)) == (None, ["one, but better"])
    assert tree.on_screen == ["one, but better"]
    assert tree.siblings(edited) == ids(first, edited)


def test_switch_shows_the_branch_down_to_its_newest_leaf_and_goes_on_there(tree: Tree, system: LiveSystem) -> None:
    first = tree.ask("one")
    tree.ask("two")
    tree.ask("three")
    tree.ask("one, but better", parent=None)
    assert tree.show(first) == 200
    assert tree.on_screen == ["one", "two", "three"]
    tree.ask("four")
    assert told(system) == ["one", "one", "two", "two", "three", "three", "four"]
    assert tree.on_screen == ["one", "two", "three", "four"]


def test_turns_of_other_conversations_are_refused(tree: Tree, owner: Person, system: LiveSystem) -> None:
    tree.ask("one")
    own, strangers = Tree(owner), Tree(new_guest(system.api_url))
    for other in (own, strangers):
        turn = other.ask("elsewhere")
        refused = owner.ask("two", conversation=tree.id, mode="ai", parent=turn["question_id"])
        assert (refused.status_code, list(refused.json()["error"]["details"])) == (400, ["parent"])
        assert tree.show(turn) == 400
        reply = owner.get(f"conversations/{tree.id}/chats/", params={"until": turn["question_id"]})
        assert (reply.status_code, reply.json()["results"]) == (200, [])
    assert tree.on_screen == ["one"]


def test_seventy_turns_come_in_pages(owner: Person, database: None) -> None:
    user = row_of(owner).user
    conversation = create_conversation(user=user, mode="ai")
    turns: list[Chat] = []
    for number in range(70):
        turn = Chat(
            user=user,
            conversation=conversation,
            parent=turns[-1] if turns else None,
            mode="ai",
            model="builtin",
            question_text=f"{number}",
            question_created_datetime=timezone.now() + timedelta(seconds=number),
            status="done",
        )
        turns.append(turn)
    Chat.objects.bulk_create(turns)
    conversation.current_leaf = turns[-1]
    conversation.save()
    path, pages = f"conversations/{conversation.pk}/chats/", []
    while path:
        page = owner.get(path).json()
        pages.append([int(turn["question_text"]) for turn in page["results"]])
        following = urlsplit(page["next"] or "")
        path = f"{following.path.removeprefix('/api/')}?{following.query}" if page["next"] else ""
    assert [len(page) for page in pages] == [30, 30, 10]
    assert [number for page in pages for number in page] == list(range(69, -1, -1))
