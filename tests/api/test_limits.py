"""Limits: each is a 429 with Retry-After, a code and a sentence, and holds against many at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.conf import LazySettings

from chat.errors import TooManyUploads
from chat.limits.uploading import allow_upload
from models.models import Chat, User
from tests.accounts import PASSWORD, new_account, row_of, signed_in, try_sign_in
from tests.cast import Person, new_guest
from tests.own_redis import OwnApi, own_api
from tests.readers import Tab
from tests.system import LiveSystem, wait_until
from tests.visitors import signed, somewhere


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """Accounts are made through the ORM."""


@pytest.fixture(scope="module")
def limited(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnApi]:
    limits = {
        "SIGN_IN_ATTEMPTS": "10",
        "SIGN_IN_ATTEMPTS_PER_ADDRESS": "15",
        "QUESTIONS_PER_MINUTE": "6",
        "ANSWERS_AT_ONCE": "3",
        "TOKENS_PER_DAY": "1000",
        "REGISTRATIONS_PER_HOUR": "2",
    }
    with own_api(tmp_path_factory.mktemp("limited-api"), **limits) as api:
        yield api


@pytest.fixture(scope="module")
def guarded(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnApi]:
    with own_api(tmp_path_factory.mktemp("guarded-api"), GUESTS_PER_HOUR="3") as api:
        yield api


def assert_refused(reply: requests.Response, code: str, *, seconds: int) -> None:
    assert reply.status_code == 429, reply.text
    error = reply.json()["error"]
    assert error["code"] == code and error["message"].endswith(".")
    assert 1 <= int(reply.headers["Retry-After"]) == error["details"]["retry_after"] <= seconds


# --- Passwords ------------------------------------------------------------------------------------


def guess_often(api: OwnApi, user: User, times: int) -> Counter[int]:
    """From one address, which pretends to be another one each time."""

    def guess(number: int) -> int:
        headers = {"X-Forwarded-For": somewhere(), "Forwarded": f"for={somewhere()}", **signed(address)}
        return try_sign_in(api, user, f"wrong {number}", **headers).status_code

    address = somewhere()
    with ThreadPoolExecutor(40) as threads:
        return Counter(threads.map(guess, range(times)))


def test_of_200_wrong_passwords_at_once_10_are_compared(limited: OwnApi) -> None:
    user = new_account()
    statuses = guess_often(limited, user, 200)
    assert statuses[401] == 10
    assert statuses.keys() == {401, 429}
    # Not the right one either, in whatever case and width the name is typed.
    name = user.user_id
    for user.user_id in (name, name.upper(), name.replace("k", "\N{FULLWIDTH LATIN SMALL LETTER K}")):
        assert_refused(try_sign_in(limited, user), "too_many_sign_ins", seconds=900)
    limited.redis.command("FLUSHALL")
    assert_refused(try_sign_in(limited, user), "too_many_sign_ins", seconds=900)


def test_without_redis_10_are_compared_as_well(limited: OwnApi) -> None:
    with limited.redis.stopped():
        statuses = guess_often(limited, new_account(), 60)
        assert statuses[401] == 10 and statuses.keys() == {401, 429}
    wait_until(lambda: "X-Degraded" not in new_guest(limited.url).get("users/me/").headers, "Redis is back")


def test_one_address_cannot_try_many_accounts(limited: OwnApi) -> None:
    address = signed(somewhere())
    others = [new_account() for _ in range(16)]
    replies = [try_sign_in(limited, user, "wrong", **address) for user in others]
    assert [reply.status_code for reply in replies] == [401] * 15 + [429]
    assert try_sign_in(limited, others[0], **signed(somewhere())).status_code == 201


@pytest.mark.parametrize("header", ["forged", "stale", "plain"])
def test_address_counts_only_when_our_client_signed_it(limited: OwnApi, header: str) -> None:
    """Otherwise it is the connection's: this machine, whatever the header says."""

    def visitor() -> dict[str, str]:
        if header == "plain":
            return {"X-Visitor": f"{int(time.time())};{somewhere()};"}
        old = int(time.time()) - 600 if header == "stale" else 0
        return signed(somewhere(), when=old, secret="not the secret" if header == "forged" else "")

    person = new_guest(limited.url, **visitor())
    assert person.get("sessions/current/").json()["place"] == "local"


def test_right_passwords_are_not_counted(limited: OwnApi) -> None:
    user, address = new_account(), signed(somewhere())
    for _ in range(12):
        signed_in(limited, user, **address)


def test_wrong_codes_are_counted(limited: OwnApi) -> None:
    address = signed(somewhere())
    body = {"code": "AAAA-BBBB-CCCC", "user_id": "somebody", "password": PASSWORD}
    person = Person(limited.url, "")
    replies = [person.post("sessions/redeem/", body, headers=address) for _ in range(11)]
    assert [reply.status_code for reply in replies] == [400] * 10 + [429]
    assert_refused(replies[-1], "too_many_codes", seconds=900)


def test_wrong_present_passwords_are_counted(limited: OwnApi) -> None:
    person = signed_in(limited, new_account(), **signed(somewhere()))
    body = {"current_password": "wrong", "password": "a new good password"}
    tried = [person.call("PATCH", "users/me/", json=body).status_code for _ in range(11)]
    assert tried == [403] * 10 + [429]
    assert_refused(person.call("DELETE", "users/me/", json={"password": PASSWORD}), "too_many_sign_ins", seconds=900)


def test_new_guests_from_one_address_are_counted(guarded: OwnApi) -> None:
    """Otherwise a day's tokens could be had again and again."""
    address, forged = signed(somewhere()), {"X-Forwarded-For": somewhere()}
    person = Person(guarded.url, "")
    with ThreadPoolExecutor(6) as threads:
        replies = list(threads.map(lambda _: person.post("sessions/", headers={**address, **forged}), range(6)))
    assert sorted(reply.status_code for reply in replies) == [201] * 3 + [429] * 3
    refused = next(reply for reply in replies if reply.status_code == 429)
    assert_refused(refused, "too_many_guests", seconds=3600)
    # Neither an account that signs in from there, nor a guest from elsewhere.
    assert try_sign_in(guarded, new_account(), **address).status_code == 201
    new_guest(guarded.url, **signed(somewhere()))


def test_new_accounts_from_one_address_are_counted(limited: OwnApi) -> None:
    person, address = Person(limited.url, ""), signed(somewhere())
    replies = [
        person.post("users/", {"user_id": new_account().user_id + "x", "password": PASSWORD}, headers=address)
        for _ in range(3)
    ]
    assert [reply.status_code for reply in replies] == [201, 201, 429]
    assert_refused(replies[-1], "too_many_registrations", seconds=3600)


# --- Questions --------------------------------------------------------------------------------------


def test_questions_a_minute(limited: OwnApi, system: LiveSystem) -> None:
    person = new_guest(limited.url)
    first = person.ask("Who are you?", key="first", model="builtin")
    with ThreadPoolExecutor(5) as threads:
        replies = list(threads.map(lambda _: person.ask("Who are you?", model="builtin"), range(7)))
    refused = [reply for reply in replies if reply.status_code == 429]
    codes = Counter(reply.json()["error"]["code"] for reply in refused)
    assert len(replies) - len(refused) <= 5 and set(codes) <= {"too_many_questions", "too_many_answers"}
    wait_until(lambda: person.ask("Who are you?", model="builtin").status_code == 429, "the minute is full")
    assert_refused(person.ask("Who are you?", model="builtin"), "too_many_questions", seconds=60)
    # What was accepted is accepted, however often it is sent.
    again = person.ask("Who are you?", key="first", model="builtin")
    assert (again.status_code, again.json()["question_id"]) == (200, first.json()["question_id"])
    with Tab(person) as tab:
        tab.send("ask", question_text="Who are you?", client_key="")
        error = tab.wait_for("error")
    assert error["code"] == "too_many_questions" and 1 <= error["details"]["retry_after"] <= 60
    assert new_guest(limited.url).ask("Who are you?", model="builtin").status_code == 200


def test_answers_at_once(limited: OwnApi, system: LiveSystem) -> None:
    person = new_guest(limited.url)
    with ThreadPoolExecutor(6) as threads:
        held = "tell me{fake:held:3}"
        replies = list(threads.map(lambda number: person.ask(held, key=f"k{number}", wait=False), range(6)))
    assert sorted(reply.status_code for reply in replies) == [202] * 3 + [429] * 3
    assert_refused(next(each for each in replies if each.status_code == 429), "too_many_answers", seconds=60)
    accepted = next(number for number, reply in enumerate(replies) if reply.status_code == 202)
    assert person.ask(held, key=f"k{accepted}", wait=False).status_code == 202
    system.upstream.release()


def test_tokens_a_day(limited: OwnApi, system: LiveSystem) -> None:
    person = new_guest(limited.url)
    asked = person.ask("Who are you?", model="builtin").json()
    chat = Chat.objects.filter(pk=asked["question_id"])
    chat.update(input_tokens=600, output_tokens=399)
    assert person.ask("Who are you?", model="builtin").status_code == 200
    chat.update(output_tokens=400)
    assert_refused(person.ask("Who are you?", model="builtin"), "daily_tokens_used", seconds=86_401)
    regenerated = person.post(f"chats/{asked['question_id']}/regenerate/")
    assert_refused(regenerated, "daily_tokens_used", seconds=86_401)
    User.objects.filter(uuid=row_of(person).user_id).update(is_staff=True)
    assert person.ask("Who are you?", model="builtin").status_code == 200
    User.objects.filter(uuid=row_of(person).user_id).update(is_staff=False)


def test_files_an_hour(settings: LazySettings) -> None:
    settings.UPLOADS_PER_HOUR = 2
    user = new_account()
    allow_upload(user)
    allow_upload(user)
    with pytest.raises(TooManyUploads) as refused:
        allow_upload(user)
    assert refused.value.retry_after and refused.value.retry_after <= 3600
    allow_upload(new_account())
