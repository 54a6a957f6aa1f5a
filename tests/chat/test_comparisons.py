"""Several models side by side: answered apart, chosen once, and nobody sees a hidden name."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.cast import Person, new_guest, nobody
from tests.readers import Tab
from tests.system import LiveSystem, wait_until

MODELS = ["fake/says:one", "fake/status:500", "fake/says:three"]


def compare(person: Person, text: str = "Hello", models: list[str] | None = None, **fields: Any) -> dict[str, Any]:
    reply = person.ask(text, mode=fields.pop("mode", "ai"), models=models or MODELS, **fields)
    assert reply.status_code in (200, 202), reply.text
    chat: dict[str, Any] = reply.json()
    return chat


def choose(person: Person, group: dict[str, Any], choice: str) -> tuple[int, dict[str, Any]]:
    reply = person.call("PUT", f"comparisons/{group['id']}/choice/", json={"choice": choice})
    return reply.status_code, reply.json()


def ids(group: dict[str, Any]) -> list[str]:
    return [chat["question_id"] for chat in group["chats"]]


def shown(group: dict[str, Any], field: str) -> list[Any]:
    return [chat[field] for chat in group["chats"]]


def test_one_failing_model_disturbs_no_other_and_the_choice_is_followed(owner: Person) -> None:
    first = compare(owner)
    group = first["group"]
    assert shown(group, "status") == ["done", "failed", "done"]
    assert shown(group, "response_text") == ["one", "", "three"]
    assert shown(group, "model") == MODELS
    assert (ids(group)[0], group["choice"], shown(group, "slot")) == (first["question_id"], None, [0, 1, 2])
    follows = owner.ask("Before", conversation=first["conversation"], mode="ai", model="fake/echo").json()
    assert follows["parent"] == first["question_id"], "until the choice the first one is followed"
    assert choose(owner, group, ids(group)[1])[0] == 400, "there is nothing to choose"
    status, chosen = choose(owner, group, ids(group)[2])
    assert (status, chosen["choice"]) == (200, ids(group)[2])
    follows = owner.ask("After", conversation=first["conversation"], mode="ai", model="fake/echo").json()
    assert follows["parent"] == ids(group)[2]
    page = owner.get(f"conversations/{first['conversation']}/chats/").json()["results"]
    assert [turn["question_text"] for turn in page] == ["After", "Hello"]
    assert page[1]["group"] == chosen
    assert page[1]["siblings"] == ids(group)
    assert follows["group"] is None
    listed = owner.get("chats/").json()["results"]
    # One by one: each stands in the list itself.
    assert [turn["group"] for turn in listed if turn["group"]] == [{**chosen, "chats": []}] * 3


def test_key_covers_the_models(owner: Person) -> None:
    key = uuid.uuid4().hex
    first, again = compare(owner, key=key), compare(owner, key=key)
    assert ids(first["group"]) == ids(again["group"])
    other = owner.ask("Hello", mode="ai", models=MODELS[:2], key=key)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_conflict")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"models": ["fake/echo"]}, "models"),
        ({"models": ["fake/a", "fake/b", "fake/c", "fake/d"]}, "models"),
        ({"models": ["fake/echo", "fake/echo"]}, "models"),
        ({"models": ["fake/echo", "fake/b"], "mode": "basic"}, "models"),
        ({"models": ["fake/echo", "fake/b"], "model": "fake/echo"}, "models"),
        ({"model": "fake/echo", "blind": True}, "blind"),
    ],
)
def test_what_cannot_be_compared_is_refused_and_stored_nowhere(
    owner: Person, fields: dict[str, Any], wrong: str
) -> None:
    refused = owner.ask("Hello", **{"mode": "ai", **fields})
    assert (refused.status_code, list(refused.json()["error"]["details"])) == (400, [wrong])
    assert owner.get("conversations/").json()["results"] == []


def test_names_are_hidden_everywhere_until_the_choice(owner: Person) -> None:
    names = ["fake/says:red", "fake/says:blue"]
    first = compare(owner, models=names, blind=True)
    group, conversation = first["group"], first["conversation"]
    # Nobody has watched this one: it is told of.
    unwatched = owner.ask("Unwatched", mode="ai", models=names, blind=True, wait=False)
    wait_until(lambda: owner.get("notifications/").json()["unread"] == 2, "both answers are told of")
    refused = owner.post(f"chats/{first['question_id']}/regenerate/", {"model": names[0]})
    assert refused.status_code == 400
    everywhere = [
        owner.get(path).text
        for path in (
            "chats/",
            f"chats/{first['question_id']}/",
            f"comparisons/{group['id']}/",
            f"conversations/{conversation}/chats/",
            "notifications/",
            "users/me/export/",
        )
    ]
    assert "fake/says" not in "".join([*everywhere, str(first), unwatched.text, refused.text])
    assert (shown(group, "label"), shown(group, "model")) == (["A", "B"], ["", ""])
    status, chosen = choose(owner, group, "tie")
    assert (status, chosen["choice"], sorted(shown(chosen, "model"))) == (200, "tie", sorted(names))
    assert shown(chosen, "model") == [f"fake/says:{text}" for text in shown(chosen, "response_text")]
    status, refusal = choose(owner, group, ids(group)[0])
    assert (status, refusal["error"]["code"]) == (409, "comparison_decided")
    assert choose(owner, group, "tie")[0] == 200, "the same again changes nothing"


def test_slots_are_drawn_by_lot(owner: Person) -> None:
    names = ["fake/says:red", "fake/says:blue"]
    firsts = {compare(owner, models=names, blind=True)["response_text"] for _ in range(20)}
    assert firsts == {"red", "blue"}


def test_regenerated_answer_takes_the_place_of_its_own(owner: Person) -> None:
    first = compare(owner)
    group, failed = first["group"], first["group"]["chats"][1]
    rerun = owner.post(f"chats/{failed['question_id']}/regenerate/", params={"wait": "true"}).json()
    assert (rerun["question_id"], ids(rerun["group"])) == (failed["question_id"], ids(group))
    again = owner.post(f"chats/{ids(group)[2]}/regenerate/", params={"wait": "true"}).json()
    assert ids(again["group"]) == [*ids(group)[:2], again["question_id"]]
    assert owner.get(f"conversations/{first['conversation']}/").json()["current_leaf"] == first["question_id"]
    assert choose(owner, group, ids(group)[2])[0] == 400, "another one stands in its place"
    assert choose(owner, group, again["question_id"])[0] == 200
    ordinary = owner.post(f"chats/{ids(group)[0]}/regenerate/", params={"wait": "true"}).json()
    assert (ordinary["group"], ordinary["slot"]) == (None, 0)


def test_socket_shows_all_answers_and_they_are_stopped_together(owner: Person, system: LiveSystem) -> None:
    with Tab(owner) as tab:
        tab.send("ask", client_key="", mode="ai", question_text="Hi", models=["fake/held", "fake/says:quick"])
        group = tab.wait_for("accepted")["chat"]["group"]
        held, quick = (tab.answers[question_id] for question_id in ids(group))
        assert tab.follow(quick).text == "quick"
        assert held.end is None
        assert choose(owner, group, ids(group)[1])[1]["error"]["code"] == "answer_running"
        busy = owner.ask("Next", conversation=group["conversation"], mode="ai")
        assert busy.status_code == 409
        assert owner.post(f"comparisons/{group['id']}/cancel/").status_code == 200
        end = tab.follow(held).end
        assert end and end["status"] == "cancelled"
    assert choose(owner, group, ids(group)[1])[0] == 200


def test_stopping_one_waits_for_no_other(owner: Person, system: LiveSystem) -> None:
    group = compare(owner, models=["fake/held", "fake/held:3"], wait=False)["group"]
    stopped = owner.post(f"chats/{ids(group)[0]}/cancel/")
    assert (stopped.status_code, stopped.json()["status"]) == (200, "cancelled")
    assert shown(owner.get(f"comparisons/{group['id']}/").json(), "status")[1] in ("queued", "streaming")
    system.upstream.release()


def test_advanced_chat_compares_models_that_answer_from_passages(owner: Person) -> None:
    group = compare(owner, "What do they say?", ["fake/echo", "builtin"], mode="advanced")["group"]
    assert shown(group, "status") == ["done", "done"]
    assert shown(group, "confidence") == ["not_found", "not_found"]


def test_comparisons_are_their_owners_alone(owner: Person, system: LiveSystem) -> None:
    group = compare(owner)["group"]
    for person, status in ((new_guest(system.api_url), 404), (nobody(system.api_url), 401)):
        assert person.get(f"comparisons/{group['id']}/").status_code == status
        assert person.post(f"comparisons/{group['id']}/cancel/").status_code == status
        assert choose(person, group, "tie")[0] == status
    assert owner.get(f"comparisons/{group['id']}/").json()["choice"] is None
