"""Accounts: made of guests without losing a chat, changed, taken along, deleted."""

from __future__ import annotations

import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from models.models import Chat, Collection, Session, User
from tests.accounts import PASSWORD, assert_ended, row_of
from tests.cast import Person, new_guest, nobody
from tests.system import LiveSystem, wait_until


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """Some facts are looked up in the rows."""


def new_name() -> str:
    return f"lee-{uuid.uuid4().hex[:10]}"


def register(person: Person, user_id: str, password: str = PASSWORD) -> requests.Response:
    return person.post("users/", {"user_id": user_id, "password": password})


def registered(person: Person, user_id: str = "") -> Person:
    reply = register(person, user_id or new_name())
    assert reply.status_code == 201, reply.text
    return Person(person.api_url, reply.json()["token"])


def sign_in(api_url: str, user_id: str, password: str = PASSWORD, *, token: str = "", **fields: object) -> Person:
    body = {"user_id": user_id, "password": password, **fields}
    reply = Person(api_url, token).post("sessions/", body)
    assert reply.status_code == 201, reply.text
    return Person(api_url, reply.json()["token"])


def name_of(person: Person) -> str:
    return str(person.get("users/me/").json()["user_id"])


def code_of(reply: requests.Response) -> str:
    return str(reply.json()["error"]["code"])


def reasons(reply: requests.Response, field: str) -> set[str]:
    return {reason["code"] for reason in reply.json()["error"]["details"][field]}


# --- Becoming an account ----------------------------------------------------------------------


def test_guest_becomes_an_account_and_keeps_every_chat(owner: Person) -> None:
    before = owner.get("users/me/").json()
    asked = owner.ask("How do I connect a language model?", model="builtin").json()
    name = new_name()
    reply = register(owner, name)
    assert reply.status_code == 201, reply.text
    assert reply.headers["Cache-Control"] == "no-store"
    account = Person(owner.api_url, reply.json()["token"])
    me = account.get("users/me/").json()
    assert (me["user_id"], me["uuid"], me["is_guest"]) == (name, before["uuid"], False)
    assert account.get(f"chats/{asked['question_id']}/").json() == asked
    assert [each["match"] for each in account.get("conversations/?search=language").json()["results"]]
    assert_ended(owner)
    assert not User.objects.filter(user_id=before["user_id"]).exists()
    assert row_of(account).absolute_expiry is not None
    assert sign_in(owner.api_url, name).get("chats/").json()["results"] == [asked]
    assert code_of(register(account, new_name())) == "is_account"


def test_answer_goes_on_while_its_guest_becomes_an_account(system: LiveSystem, owner: Person) -> None:
    asked = owner.ask("tell me{fake:held:3}", wait=False).json()
    account = registered(owner)
    system.upstream.release()
    ended = account.get(f"chats/{asked['question_id']}/")
    assert ended.status_code == 200
    with account.get(f"chats/{asked['question_id']}/events/", stream=True) as events:
        assert "event: done" in events.text
    assert account.get(f"chats/{asked['question_id']}/").json()["status"] == "done"


def test_name_that_fails_leaves_the_guest_as_it_was(owner: Person, system: LiveSystem) -> None:
    taken = new_name()
    registered(nobody(system.api_url), taken)
    assert code_of(register(owner, taken)) == "user_id_taken"
    assert code_of(register(owner, new_name(), "12345678")) == "password_weak"
    assert owner.get("users/me/").json()["is_guest"] is True


def test_ended_token_is_not_silently_a_new_account(owner: Person) -> None:
    owner.call("DELETE", "sessions/current/")
    assert code_of(register(owner, new_name())) == "session_ended"


@pytest.mark.parametrize("name", ["김민지{}", "Zoë.{}", "さくら{}", "محمد{}", "a+b@example.com{}"])
def test_names_of_any_language(system: LiveSystem, name: str) -> None:
    unique = name.format(uuid.uuid4().hex[:6])
    assert name_of(registered(nobody(system.api_url), unique)) == unique


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a", "length"),
        ("a" * 41, "length"),
        ("kim minji", "characters"),
        ("kim\u00a0minji", "characters"),
        ("kim\u3164minji", "characters"),
        ("kim\u200bminji", "characters"),
        ("kim\u202eminji", "characters"),
        ("\ud55c\u115f\uae00", "characters"),
        ("kim\nminji", "characters"),
        ("kim/minji", "characters"),
        ("-kim", "edges"),
        ("\u0301kim", "edges"),
        ("аdmin", "mixed_alphabets"),
        ("guest-kim", "reserved"),
        ("GUEST-kim", "reserved"),
        ("ｇｕｅｓｔ-kim", "reserved"),
        ("Me", "reserved"),
        ("invitations", "reserved"),
    ],
)
def test_names_that_are_refused(system: LiveSystem, name: str, reason: str) -> None:
    reply = register(nobody(system.api_url), name)
    assert (reply.status_code, code_of(reply)) == (400, "user_id_invalid")
    assert f"user_id_{reason}" in reasons(reply, "user_id")


def test_names_that_differ_in_case_or_width_are_one(system: LiveSystem) -> None:
    name = f"Park{uuid.uuid4().hex[:8]}"
    registered(nobody(system.api_url), name)
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in name)
    for other in (name.lower(), name.upper(), wide):
        assert code_of(register(nobody(system.api_url), other)) == "user_id_taken"
        assert name_of(sign_in(system.api_url, other)) == name


def test_of_two_who_want_a_name_at_once_one_gets_it(system: LiveSystem) -> None:
    name = new_name()
    with ThreadPoolExecutor(6) as threads:
        names = [name, name.upper()] * 3
        replies = list(threads.map(lambda each: register(nobody(system.api_url), each), names))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409, 409]


@pytest.mark.parametrize(
    ("password", "reason"),
    [("short1", "password_too_short"), ("password123", "password_too_common"), ("{name}", "password_too_similar")],
)
def test_passwords_that_are_refused(system: LiveSystem, password: str, reason: str) -> None:
    name = new_name()
    reply = register(nobody(system.api_url), name, password.format(name=name))
    assert (reply.status_code, code_of(reply)) == (400, "password_weak")
    assert reason in reasons(reply, "password")
    assert not User.objects.filter(user_id=name).exists()


# --- Signing in as a guest -----------------------------------------------------------------------


def test_signing_in_moves_the_chats_of_the_guest_when_asked_to(system: LiveSystem) -> None:
    name = new_name()
    account = registered(nobody(system.api_url), name)
    mine = account.ask("Who are you?", model="builtin", key="the same key").json()
    guest = new_guest(system.api_url)
    theirs = guest.ask("Is the zebra striped?", model="builtin", key="the same key").json()
    for person in (account, guest):
        Collection.objects.create(owner=row_of(person).user, is_default=True)
    here = sign_in(system.api_url, name, token=guest.token, keep_chats=True)
    ids = {chat["question_id"] for chat in here.get("chats/").json()["results"]}
    assert ids == {mine["question_id"], theirs["question_id"]}
    assert len(here.get("conversations/?search=zebra").json()["results"]) == 1
    assert Collection.objects.filter(owner=row_of(here).user).count() == 2
    assert_ended(guest)
    assert account.get("users/me/").status_code == 200


def test_answer_that_is_written_meanwhile_is_found_by_its_words(system: LiveSystem) -> None:
    name = new_name()
    registered(nobody(system.api_url), name)
    guest = new_guest(system.api_url)
    asked = guest.ask("Where do quaggas graze?{fake:held:3}", wait=False).json()
    wait_until(
        lambda: guest.get(f"chats/{asked['question_id']}/").json()["status"] == "streaming", "it is being written"
    )
    here = sign_in(system.api_url, name, token=guest.token, keep_chats=True)
    assert len(here.get("conversations/?search=quaggas").json()["results"]) == 1
    system.upstream.release()
    wait_until(lambda: here.get(f"chats/{asked['question_id']}/").json()["status"] == "done", "it is written")
    answer = here.get(f"chats/{asked['question_id']}/").json()["response_text"]
    word = max(re.findall(r"[a-z]+", answer), key=len)
    for words in ("quaggas", f"quaggas {word}"):
        assert len(here.get("conversations/", params={"search": words}).json()["results"]) == 1, words


def test_signing_in_leaves_the_guest_alone_unless_asked(system: LiveSystem, owner: Person) -> None:
    name = new_name()
    registered(nobody(system.api_url), name)
    asked = owner.ask("Who are you?", model="builtin").json()
    account = sign_in(system.api_url, name, token=owner.token)
    assert account.get("chats/").json()["results"] == []
    assert owner.get("chats/").json()["results"] == [asked]


def test_token_of_another_account_moves_nothing(system: LiveSystem) -> None:
    victim = registered(nobody(system.api_url))
    asked = victim.ask("Who are you?", model="builtin").json()
    name = new_name()
    registered(nobody(system.api_url), name)
    thief = sign_in(system.api_url, name, token=victim.token, keep_chats=True)
    assert thief.get(f"chats/{asked['question_id']}/").status_code == 404
    assert victim.get("chats/").json()["results"] == [asked]


# --- Changing and leaving --------------------------------------------------------------------------


def test_new_password_ends_all_other_sessions(system: LiveSystem) -> None:
    name = new_name()
    here = registered(nobody(system.api_url), name)
    there = sign_in(system.api_url, name)
    wrong = here.call("PATCH", "users/me/", json={"current_password": "no", "password": "another good one"})
    assert (wrong.status_code, code_of(wrong)) == (403, "wrong_password")
    assert there.get("users/me/").status_code == 200
    body = {"current_password": PASSWORD, "password": "another good one"}
    assert here.call("PATCH", "users/me/", json=body).status_code == 200
    assert_ended(there)
    assert here.get("users/me/").status_code == 200
    old = nobody(system.api_url).post("sessions/", {"user_id": name, "password": PASSWORD})
    assert code_of(old) == "invalid_credentials"
    sign_in(system.api_url, name, "another good one")


def test_new_name_keeps_chats_and_sessions(system: LiveSystem) -> None:
    here = registered(nobody(system.api_url))
    there = sign_in(system.api_url, name_of(here))
    asked = here.ask("Who are you?", model="builtin").json()
    name = new_name()
    reply = here.call("PATCH", "users/me/", json={"current_password": PASSWORD, "user_id": name})
    assert (reply.status_code, reply.json()["user_id"]) == (200, name)
    for person in (here, there, here):
        assert name_of(person) == name
        assert person.get("chats/").json()["results"] == [asked]
    assert sign_in(system.api_url, name).get("users/me/").status_code == 200
    other = name_of(registered(nobody(system.api_url)))
    taken = here.call("PATCH", "users/me/", json={"current_password": PASSWORD, "user_id": other})
    assert (taken.status_code, code_of(taken)) == (409, "user_id_taken")


def test_requests_under_way_survive_a_new_name(system: LiveSystem) -> None:
    here = registered(nobody(system.api_url))
    with ThreadPoolExecutor(8) as threads:
        going = [threads.submit(here.get, "users/me/") for _ in range(60)]
        names = [new_name() for _ in range(5)]
        for name in names:
            body = {"current_password": PASSWORD, "user_id": name}
            assert here.call("PATCH", "users/me/", json=body).status_code == 200
        assert {each.result().status_code for each in going} == {200}
    assert name_of(here) == names[-1]
    assert Session.objects.filter(user=row_of(here).user, revoked_at=None).count() == 1


def test_guest_has_nothing_to_change(owner: Person) -> None:
    reply = owner.call("PATCH", "users/me/", json={"current_password": "x", "password": "another good one"})
    assert (reply.status_code, code_of(reply)) == (409, "is_guest")


def test_account_is_deleted_with_its_password_and_a_guest_without(system: LiveSystem, owner: Person) -> None:
    account = registered(nobody(system.api_url))
    for body in ({}, {"password": "wrong"}):
        assert code_of(account.call("DELETE", "users/me/", json=body)) == "wrong_password"
    assert account.call("DELETE", "users/me/", json={"password": PASSWORD}).status_code == 204
    assert_ended(account)
    assert owner.call("DELETE", "users/me/").status_code == 204
    assert_ended(owner)


# --- Taking everything along --------------------------------------------------------------------


def test_export_holds_everything_of_mine_and_nothing_else(system: LiveSystem, owner: Person) -> None:
    asked = owner.ask("How do I connect a language model?", model="builtin").json()
    stranger = new_guest(system.api_url)
    stranger.ask("What is my secret word: xylophone?", model="builtin")
    reply = owner.get("users/me/export/")
    assert reply.status_code == 200
    assert reply.headers["Content-Disposition"].startswith("attachment")
    everything = reply.json()
    assert everything["user"]["uuid"] == owner.get("users/me/").json()["uuid"]
    (conversation,) = everything["conversations"]
    (chat,) = conversation["chats"]
    assert (chat["question_text"], chat["response_text"]) == (asked["question_text"], asked["response_text"])
    assert [each["quote"] for each in chat["citations"]] == [each["quote"] for each in asked["citations"]]
    assert everything["search_logs"] and everything["sessions"]
    assert "xylophone" not in reply.text
    assert not {"token_hash", "password", "search_terms"} & set(_keys(everything))
    assert nobody(system.api_url).get("users/me/export/").status_code == 401


def _keys(value: object) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for each in value.values() for key in _keys(each))]
    return [key for each in value for key in _keys(each)] if isinstance(value, list) else []


def test_export_of_many_chats_has_each_once(owner: Person) -> None:
    asked = owner.ask("Who are you?", model="builtin").json()
    first = Chat.objects.get(pk=asked["question_id"])
    # Many of one moment: pages must not break where only the key tells rows apart.
    copies = [
        Chat(
            user_id=first.user_id,
            conversation_id=first.conversation_id,
            mode="basic",
            model="builtin",
            status="done",
            question_text=f"copy {number}",
            question_created_datetime=first.question_created_datetime,
        )
        for number in range(230)
    ]
    Chat.objects.bulk_create(copies)
    (chats,) = (each["chats"] for each in owner.get("users/me/export/").json()["conversations"])
    assert len(chats) == len({chat["question_id"] for chat in chats}) == 231
