"""The conversation list: titles, order, filters, pages, deleting with undo."""

from __future__ import annotations

from tests.cast import Person


def create(owner: Person, title: str) -> str:
    return str(owner.post("conversations/", {"title": title}).json()["id"])


def titles(owner: Person, query: str = "") -> list[str]:
    return [found["title"] for found in owner.get(f"conversations/{query}").json()["results"]]


def test_title_comes_from_the_first_question(owner: Person) -> None:
    owner.ask("How do I connect\na language model, and what does it need to know about my machine?", model="builtin")
    assert titles(owner) == ["How do I connect a language model, and what does it need to…"]


def test_the_one_used_last_comes_first_and_pages_follow(owner: Person) -> None:
    for number in range(5):
        create(owner, f"talk {number}")
    first = owner.get("conversations/?page_size=3").json()
    assert [found["title"] for found in first["results"]] == ["talk 4", "talk 3", "talk 2"]
    cursor = first["next"].split("/api/", 1)[1]
    assert [found["title"] for found in owner.get(cursor).json()["results"]] == ["talk 1", "talk 0"]


def test_filters(owner: Person) -> None:
    pinned, archived = create(owner, "한국어 문서"), create(owner, "old")
    create(owner, "plain")
    owner.call("PATCH", f"conversations/{pinned}/", json={"pinned": True})
    owner.call("PATCH", f"conversations/{archived}/", json={"archived": True})
    assert titles(owner) == ["plain", "한국어 문서"]
    assert titles(owner, "?pinned=true") == ["한국어 문서"]
    assert titles(owner, "?pinned=false") == ["plain"]
    assert titles(owner, "?archived=true") == ["old"]
    assert titles(owner, "?search=문서") == ["한국어 문서"]
    assert owner.get("conversations/?colour=red").status_code == 400


def test_deleting_can_be_undone(owner: Person) -> None:
    identity = create(owner, "precious")
    assert owner.call("DELETE", f"conversations/{identity}/").status_code == 204
    assert titles(owner) == []
    assert owner.get(f"conversations/{identity}/").status_code == 404
    assert owner.post(f"conversations/{identity}/restore/").status_code == 200
    assert titles(owner) == ["precious"]


def test_renaming_refuses_what_it_does_not_know(owner: Person) -> None:
    identity = create(owner, "a")
    assert owner.call("PATCH", f"conversations/{identity}/", json={"title": "b"}).json()["title"] == "b"
    assert owner.call("PATCH", f"conversations/{identity}/", json={"tilte": "c"}).status_code == 400
    assert owner.call("PATCH", f"conversations/{identity}/", json={"title": ""}).status_code == 400
    assert titles(owner) == ["b"]


def test_questions_of_a_deleted_conversation_are_gone_from_sight(owner: Person) -> None:
    chat = owner.ask("hello", model="builtin").json()
    owner.call("DELETE", f"conversations/{chat['conversation']}/")
    assert owner.get(f"chats/{chat['question_id']}/").status_code == 404
    assert owner.get("chats/").json()["results"] == []
    assert owner.ask("more", conversation=chat["conversation"]).status_code == 404
