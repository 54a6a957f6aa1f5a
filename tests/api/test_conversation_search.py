"""Searching one's own conversations: by title and by the words of questions and answers."""

from __future__ import annotations

from typing import Any

import pytest

from models.models import Chat
from tests.cast import Person, new_guest, nobody
from tests.system import LiveSystem

Json = dict[str, Any]


def ask(person: Person, question: str, scenario: str = "says:ok", **fields: Any) -> Json:
    """Ask the fake model. `title`: of a new conversation, so that the question is not its title too."""
    if title := fields.pop("title", ""):
        fields["conversation"] = person.post("conversations/", {"title": title, "mode": "ai"}).json()["id"]
    reply = person.ask(f"{question} {{fake:{scenario}}}", mode="ai", **fields)
    assert reply.status_code == 200, reply.text
    turn: Json = reply.json()
    return turn


def search(person: Person, words: str, **query: Any) -> list[Json]:
    reply = person.get("conversations/", params={"search": words, **query})
    assert reply.status_code == 200, reply.text
    results: list[Json] = reply.json()["results"]
    return results


def found(person: Person, words: str, **query: Any) -> list[str]:
    return [each["id"] for each in search(person, words, **query)]


def shown(conversation: Json) -> list[str]:
    """The marked words of the match."""
    snippet = conversation["match"]["snippet"]
    return [snippet[start:end] for start, end in conversation["match"]["marks"]]


def test_words_of_the_question_find_their_conversation(owner: Person) -> None:
    here = ask(owner, "Which islands have red volcanoes? 하와이의 화산", title="A")
    ask(owner, "Something else?", title="B")
    for words in ("volcano", "VOLCANOES red", "island", "하와이", "와이", "화산 island"):
        results = search(owner, words)
        assert [each["id"] for each in results] == [here["conversation"]], words
        assert results[0]["match"]["question_id"] == here["question_id"]
    assert shown(search(owner, "red volcano")[0]) == ["red", "volcanoes"]
    assert shown(search(owner, "와이")[0]) == ["와이"]
    for words in ("lava", "red lava", "와산"):
        assert found(owner, words) == [], words


def test_words_of_the_answer_find_their_conversation(owner: Person) -> None:
    # What these scenarios answer does not stand in their names.
    korean = ask(owner, "Greet me", "split", title="A")
    english = ask(owner, "Count", "words:40", title="B")
    assert korean["response_text"] == "안녕하세요 😀"
    for words, turn, marked in (("하세", korean, ["하세"]), ("37 38", english, ["37", "38"])):
        (conversation,) = search(owner, words)
        assert conversation["match"]["question_id"] == turn["question_id"]
        assert shown(conversation) == marked
    assert found(owner, "greet 안녕") == [korean["conversation"]]
    assert found(owner, "count 안녕") == []


def test_all_words_must_stand_in_one_turn(owner: Person) -> None:
    first = ask(owner, "apples", title="A")
    ask(owner, "pears", conversation=first["conversation"])
    assert found(owner, "apples") == found(owner, "pears") == [first["conversation"]]
    assert found(owner, "apples pears") == []


def test_newest_turn_with_the_words_is_shown(owner: Person) -> None:
    first = ask(owner, "apples one", title="A")
    second = ask(owner, "apples two", conversation=first["conversation"])
    ask(owner, "pears", conversation=first["conversation"])
    (conversation,) = search(owner, "apple")
    assert conversation["match"]["question_id"] == second["question_id"]
    assert conversation["match"]["snippet"].startswith("apples two")


def test_part_of_the_title_finds_without_a_match(owner: Person) -> None:
    titled = ask(owner, "pears", title="Harvest of 2026")["conversation"]
    said = ask(owner, "the harvest", title="B")["conversation"]
    assert found(owner, "arves") == [titled]
    by_words = search(owner, "harvest")
    assert [each["id"] for each in by_words] == [said, titled]
    assert by_words[0]["match"] is not None
    assert by_words[1]["match"] is None
    # Nothing but stop-words: the title alone counts.
    assert found(owner, "of") == [titled]


def test_list_that_is_not_searched_and_single_conversations_show_no_match(owner: Person) -> None:
    conversation = ask(owner, "apples", title="A")["conversation"]
    assert owner.get("conversations/").json()["results"][0]["match"] is None
    assert search(owner, "")[0]["match"] is None
    assert owner.get(f"conversations/{conversation}/").json()["match"] is None


def test_found_ones_come_newest_first_and_pages_follow(owner: Person) -> None:
    made = [ask(owner, f"apples {number}", title=f"T{number}")["conversation"] for number in range(3)]
    first = owner.get("conversations/", params={"search": "apples", "page_size": "2"}).json()
    assert [each["id"] for each in first["results"]] == [made[2], made[1]]
    second = owner.get(first["next"].split("/api/", 1)[1]).json()
    assert [each["id"] for each in second["results"]] == [made[0]]
    assert second["results"][0]["match"]["snippet"].startswith("apples 0")
    assert second["next"] is None


def test_filters_apply_to_what_is_found(owner: Person) -> None:
    archived, pinned, plain = (ask(owner, "apples", title=title)["conversation"] for title in "ABC")
    owner.call("PATCH", f"conversations/{archived}/", json={"archived": True})
    owner.call("PATCH", f"conversations/{pinned}/", json={"pinned": True})
    assert found(owner, "apples") == [plain, pinned]
    assert found(owner, "apples", archived="true") == [archived]
    assert found(owner, "apples", pinned="true") == [pinned]
    assert found(owner, "apples", pinned="false") == [plain]
    assert found(owner, "apples", mode="basic") == []


def test_deleted_conversation_is_not_found_until_it_is_restored(owner: Person) -> None:
    conversation = ask(owner, "apples", title="A")["conversation"]
    owner.call("DELETE", f"conversations/{conversation}/")
    assert found(owner, "apples") == []
    owner.post(f"conversations/{conversation}/restore/")
    assert found(owner, "apples") == [conversation]


def test_question_is_found_while_its_answer_is_written_and_after_it_failed(owner: Person, system: LiveSystem) -> None:
    running = owner.post("conversations/", {"title": "A", "mode": "ai"}).json()["id"]
    owner.ask("apples {fake:held}", wait=False, mode="ai", conversation=running)
    failed = owner.post("conversations/", {"title": "B", "mode": "ai"}).json()["id"]
    assert owner.ask("apples {fake:status:400}", mode="ai", conversation=failed).json()["status"] == "failed"
    results = search(owner, "apples")
    assert [each["id"] for each in results] == [failed, running]
    assert results[1]["running"] is True
    assert shown(results[1]) == ["apples"]


def test_strangers_find_nothing_of_it(owner: Person, live_system: LiveSystem) -> None:
    mine = ask(owner, "a secret about apples", title="Secret harvest")["conversation"]
    stranger = new_guest(live_system.api_url)
    assert found(stranger, "apples") == found(stranger, "harvest") == []
    theirs = ask(stranger, "a secret about apples", title="Mine")
    assert found(stranger, "secret apples") == [theirs["conversation"]]
    assert search(stranger, "secret apples")[0]["match"]["question_id"] == theirs["question_id"]
    assert found(owner, "secret apples") == [mine]
    assert nobody(live_system.api_url).get("conversations/?search=apples").status_code == 401


def test_rows_that_were_never_indexed_break_nothing(owner: Person, database: None) -> None:
    old = ask(owner, "apples", title="Old harvest")
    new = ask(owner, "more apples", title="New harvest")
    Chat.objects.filter(pk=old["question_id"]).update(search_terms=None)
    assert found(owner, "apples") == [new["conversation"]]
    assert found(owner, "harvest") == [new["conversation"], old["conversation"]]


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", '"apples', "( | & !", "{}", "ㅋ", "😀", "a" * 200])
def test_strange_queries_are_answered(owner: Person, words: str) -> None:
    ask(owner, "oranges", title="B")
    assert found(owner, words) == []


def test_too_long_a_query_is_refused(owner: Person) -> None:
    assert owner.get("conversations/", params={"search": "a" * 201}).status_code == 400
