"""Titles that conversations get by themselves: from the question, then from the model that answered."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from tests.cast import Person
from tests.fakes.upstream import Request
from tests.system import LiveSystem, wait_until

Json = dict[str, Any]


def ask(owner: Person, question: str, **fields: Any) -> Json:
    reply = owner.ask(question, **{"mode": "ai", **fields})
    assert reply.status_code == 200, reply.text
    turn: Json = reply.json()
    return turn


def read(owner: Person, turn: Json) -> tuple[str, str]:
    conversation = owner.get(f"conversations/{turn['conversation']}/").json()
    return conversation["title"], conversation["title_by"]


def title_requests(system: LiveSystem, words: str) -> list[Request]:
    return [each for each in system.upstream.title_requests if words in each.body["messages"][-1]["content"]]


def wait_for_title(owner: Person, turn: Json, title: str) -> None:
    wait_until(lambda: read(owner, turn) == (title, "model"), f"the conversation is named {title}", seconds=20)


def wait_for_no_title(system: LiveSystem, turn: Json, words: str) -> None:
    """Wait until the model was asked for a title and the job has ended."""
    wait_until(lambda: title_requests(system, words), "the model is asked for a title", seconds=20)
    wait_until(lambda: not jobs(turn), "the job has ended", seconds=20)


def jobs(turn: Json) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'title_conversation' AND args->>'question_id' = %s",
            [turn["question_id"]],
        )
        (count,) = cursor.fetchone()
    return int(count)


def test_model_that_answered_names_the_conversation(owner: Person, system: LiveSystem) -> None:
    turn = ask(owner, "Where do leaves turn red?{title:says:Autumn in Kyoto}{fake:says:In the temples}")
    wait_for_title(owner, turn, "Autumn in Kyoto")
    (asked,) = title_requests(system, "Where do leaves turn red?")
    assert asked.body["model"] == turn["model"].split("/", 1)[1]
    assert asked.body["max_tokens"] <= 100
    assert "In the temples" in asked.body["messages"][-1]["content"]


def test_conversations_that_are_answered_together_are_all_named(owner: Person) -> None:
    trees = ("Maple", "Birch", "Larch")
    turns = [owner.ask(f"{tree}?{{title:says:{tree}}}", wait=False, mode="ai").json() for tree in trees]
    for tree, turn in zip(trees, turns, strict=True):
        wait_for_title(owner, turn, tree)


@pytest.mark.parametrize(
    ("says", "title"),
    [
        ('"교토의 가을"', "교토의 가을"),
        ("# **Autumn** in `Kyoto`.", "Autumn in Kyoto"),
        ("Title: Autumn in Kyoto", "Autumn in Kyoto"),
        ("제목: 「교토의 가을」", "교토의 가을"),
        ("Here is a title:\n\n- Autumn in Kyoto\n- Another one", "Autumn in Kyoto"),
        ("<think>They want a title.\nHm.</think>\nAutumn in Kyoto", "Autumn in Kyoto"),
        ("[Autumn](https://example.org) in <b>Kyoto</b>", "Autumn in Kyoto"),
        ("Autumn\u202e in\tKyoto\u2028more", "Autumn in Kyoto"),
    ],
)
def test_what_the_model_says_becomes_plain(owner: Person, says: str, title: str) -> None:
    turn = ask(owner, f"Where?{{title:says:{says}}}{{fake:says:There}}")
    wait_for_title(owner, turn, title)


@pytest.mark.parametrize(
    "scenario",
    [
        "says:" + "Sure, I can help you with naming this very nice conversation about leaves",
        "says:" + "x" * 61,
        "says:**",
        "words:2000",
        "finished_by:length",
        "status:500",
        "cut:2",
        "empty",
    ],
)
def test_failure_leaves_the_title_of_the_question(
    owner: Person, system: LiveSystem, database: None, scenario: str
) -> None:
    question = f"leaves{{fake:says:red}}{{title:{scenario}}}"
    turn = ask(owner, question)
    wait_for_no_title(system, turn, question)
    title, by = read(owner, turn)
    assert title.startswith("leaves")
    assert by == "question"
    assert owner.get(f"chats/{turn['question_id']}/").json()["status"] == "done"


def test_title_of_the_user_stays(owner: Person, system: LiveSystem, database: None) -> None:
    """Also when it is given while the model is at it; nor does the answer wait for the model's."""
    turn = ask(owner, "maples{title:held}{fake:says:red}")
    assert turn["status"] == "done"
    wait_until(lambda: title_requests(system, "maples"), "the model is asked for a title", seconds=20)
    owner.call("PATCH", f"conversations/{turn['conversation']}/", json={"title": "My own"})
    system.upstream.release()
    wait_until(lambda: not jobs(turn), "the job has ended", seconds=20)
    assert read(owner, turn) == ("My own", "user")


def test_pinning_is_not_naming(owner: Person) -> None:
    turn = ask(owner, "maples{title:says:Maples}", model="builtin")
    owner.call("PATCH", f"conversations/{turn['conversation']}/", json={"pinned": True})
    assert read(owner, turn)[1] == "question"


def test_model_is_not_asked_where_there_is_no_need(owner: Person, system: LiveSystem) -> None:
    basic = ask(owner, "oaks in basic{title:says:Wrong}", mode="basic")
    built_in = ask(owner, "oaks of the guide{title:says:Wrong}", model="builtin")
    named = owner.post("conversations/", {"title": "My own", "mode": "ai"}).json()["id"]
    titled = ask(owner, "oaks with a title{title:says:Wrong}", conversation=named)
    last = ask(owner, "birches{title:says:Birches}")
    wait_for_title(owner, last, "Birches")
    assert title_requests(system, "oaks") == []
    assert read(owner, titled) == ("My own", "user")
    assert read(owner, basic)[1] == read(owner, built_in)[1] == "question"


def test_model_is_asked_once_for_the_first_whole_answer(owner: Person, system: LiveSystem) -> None:
    failed = ask(owner, "elms one{fake:status:400}{title:says:Wrong}")
    assert failed["status"] == "failed"
    turn = ask(owner, "elms two{fake:says:ok}{title:says:Elms}", conversation=failed["conversation"])
    wait_for_title(owner, turn, "Elms")
    ask(owner, "elms three{fake:says:ok}{title:says:Wrong}", conversation=failed["conversation"])
    again = owner.post(f"chats/{turn['question_id']}/regenerate/", params={"wait": "true"})
    assert again.json()["status"] == "done"
    last = ask(owner, "birches{title:says:Birches}")
    wait_for_title(owner, last, "Birches")
    assert len(title_requests(system, "elms")) == 1
    assert read(owner, turn) == ("Elms", "model")


def test_model_that_found_no_title_is_not_asked_again(owner: Person, system: LiveSystem, database: None) -> None:
    turn = ask(owner, "yews one{fake:says:ok}{title:says:**}")
    wait_for_no_title(system, turn, "yews one")
    ask(owner, "yews two{fake:says:ok}{title:says:Wrong}", conversation=turn["conversation"])
    last = ask(owner, "birches{title:says:Birches}")
    wait_for_title(owner, last, "Birches")
    assert len(title_requests(system, "yews")) == 1
    assert read(owner, turn)[1] == "question"


def test_naming_moves_no_conversation_up_the_list(owner: Person) -> None:
    turn = ask(owner, "limes{title:says:Limes}{fake:says:green}")
    wait_for_title(owner, turn, "Limes")
    assert owner.get(f"conversations/{turn['conversation']}/").json()["updated_datetime"] < turn["finished_datetime"]
