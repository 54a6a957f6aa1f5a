"""Sessions through the API: who may see and end them, and what never happens."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection, transaction

from chat.sessions.tokens import hash_token
from models.models import Session, User
from tests.accounts import (
    PASSWORD,
    assert_ended,
    assert_holds,
    moment,
    new_account,
    row_of,
    sessions_of,
    signed_in,
    try_sign_in,
)
from tests.cast import Person, new_guest, nobody
from tests.own_redis import OwnApi
from tests.system import wait_until


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """Accounts are made through the ORM: registering comes with the accounts' own page."""


@pytest.fixture
def account() -> User:
    return new_account()


@pytest.fixture
def guest(separate_api: OwnApi) -> Person:
    return new_guest(separate_api.url)


# --- Guests and accounts ---------------------------------------------------------------


def test_guest_is_somebody_at_once(guest: Person) -> None:
    me = assert_holds(guest)
    assert me["is_guest"] is True
    assert me["is_staff"] is False
    row = User.objects.get(user_id=me["user_id"])
    assert str(row.uuid) == me["uuid"]
    assert not row.has_usable_password()
    assert row_of(guest).absolute_expiry is None
    assert timedelta(days=29) < moment(me["expires_at"]) - datetime.now(UTC) < timedelta(days=30, seconds=5)


def test_account_signs_in_with_its_password_only(separate_api: OwnApi, account: User) -> None:
    assert check_password(PASSWORD, account.password)
    reply = try_sign_in(separate_api, account)
    assert reply.status_code == 201
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.json()["user"]["user_id"] == account.user_id
    assert reply.json()["user"]["is_guest"] is False

    refused = try_sign_in(separate_api, account, "wrong")
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "invalid_credentials"


def test_unknown_name_guest_and_inactive_account_are_refused_like_a_wrong_password(
    separate_api: OwnApi, account: User, guest: Person
) -> None:
    User.objects.filter(uuid=account.uuid).update(is_active=False)
    guest_row = User.objects.get(uuid=row_of(guest).user_id)
    refusals = [
        try_sign_in(separate_api, account),
        try_sign_in(separate_api, guest_row, "" + PASSWORD),
        try_sign_in(separate_api, User(user_id="nobody-of-this-name")),
    ]
    for refusal in refusals:
        body = refusal.json()["error"]
        assert (refusal.status_code, body["code"], body["details"]) == (401, "invalid_credentials", {})


def test_refusing_an_unknown_name_takes_as_long_as_a_wrong_password(separate_api: OwnApi, account: User) -> None:
    def seconds(user: User) -> float:
        return seconds_of(lambda: try_sign_in(separate_api, user, "wrong"))

    # In turn, so that a machine that is busy meanwhile is so for both.
    unknown, wrong = zip(
        *((seconds(User(user_id="nobody-of-this-name")), seconds(account)) for _ in range(4)), strict=True
    )
    assert min(unknown) > 0.5 * min(wrong)


def seconds_of(call: Any) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"user_id": "kim"}, "password"),
        ({"password": "x"}, "user_id"),
        ({"user_id": "kim", "password": "x", "remember": True}, "remember"),
        ({"user_id": "k" * 65, "password": "x"}, "user_id"),
    ],
)
def test_wrong_sign_in_names_the_field(separate_api: OwnApi, body: dict[str, object], field: str) -> None:
    reply = nobody(separate_api.url).post("sessions/", body)
    assert reply.status_code == 400
    assert list(reply.json()["error"]["details"]) == [field]


def test_signing_in_clears_the_expiry_and_writes_the_activity_down(separate_api: OwnApi, account: User) -> None:
    old = datetime.now(UTC) - timedelta(days=100)
    User.objects.filter(uuid=account.uuid).update(expired_datetime=old, last_activity=old)
    signed_in(separate_api, account)
    account.refresh_from_db()
    assert account.expired_datetime is None
    assert datetime.now(UTC) - account.last_activity < timedelta(minutes=1)


def test_request_of_an_expired_user_clears_the_expiry(guest: Person) -> None:
    users = User.objects.filter(uuid=row_of(guest).user_id)
    users.update(expired_datetime=datetime.now(UTC))
    assert_holds(guest)
    assert users.get().expired_datetime is None


def test_new_token_of_the_same_account_replaces_the_one_sent_along(
    separate_api: OwnApi, account: User, guest: Person
) -> None:
    first = signed_in(separate_api, account)
    other = signed_in(separate_api, account)
    second = signed_in(separate_api, account, Authorization=f"Bearer {first.token}")
    assert_ended(first)
    assert_holds(second)
    assert_holds(other)
    signed_in(separate_api, account, Authorization=f"Bearer {guest.token}")
    assert_holds(guest)


# --- Tokens ------------------------------------------------------------------------------


def test_no_token_wrong_scheme_and_unknown_token(separate_api: OwnApi) -> None:
    for headers, code in [
        ({}, "not_signed_in"),
        ({"Authorization": "Basic a2ltOng="}, "not_signed_in"),
        ({"Authorization": "Bearer "}, "not_signed_in"),
        ({"Authorization": "Bearer unknown"}, "session_ended"),
        ({"Authorization": "Bearer 한".encode()}, "session_ended"),
    ]:
        reply = nobody(separate_api.url).get("users/me/", headers=headers)
        assert reply.status_code == 401
        assert reply.json()["error"]["code"] == code
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_token_is_stored_nowhere_in_clear(separate_api: OwnApi, account: User) -> None:
    people = [new_guest(separate_api.url), signed_in(separate_api, account)]
    for person in people:
        assert_holds(person)
        sessions_of(person)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(sessions::text, '') || string_agg(DISTINCT users::text, '') "
            "FROM sessions JOIN users ON users.uuid = sessions.user_id"
        )
        in_postgres: str = cursor.fetchone()[0]
    in_redis = separate_api.redis.dump()
    for person in people:
        assert hash_token(person.token) in in_postgres
        assert str(row_of(person).id) in in_redis
        assert person.token not in in_postgres
        assert person.token not in in_redis


def test_ended_token_does_not_keep_one_from_a_new_session(separate_api: OwnApi, guest: Person) -> None:
    guest.call("DELETE", "sessions/current/")
    assert guest.post("sessions/").status_code == 201


# --- Listing and ending -------------------------------------------------------------------


def test_sessions_are_listed_with_their_device(separate_api: OwnApi, account: User) -> None:
    chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/149.0.0.0 Safari/537.36"
    first = signed_in(separate_api, account, **{"User-Agent": chrome})
    second = signed_in(separate_api, account, **{"X-Device": "%EB%82%B4%20%ED%8F%B0%00%0A%E2%80%AE" + "x" * 300})
    listed = sessions_of(second)
    assert [entry["current"] for entry in listed] == [True, False]
    assert listed[0]["device"].startswith("내 폰 x")
    assert len(listed[0]["device"]) <= 120
    assert listed[1]["device"] == "Chrome on Windows"
    assert listed[1]["id"] == str(row_of(first).id)
    assert second.get("sessions/current/").json()["id"] == listed[0]["id"]


def test_list_shows_activity_that_is_not_written_down_yet(guest: Person) -> None:
    before = assert_holds(guest)["last_activity"]
    entry = sessions_of(guest)[0]
    assert moment(entry["last_activity"]) > moment(before)
    assert row_of(guest).last_seen < moment(before)


def test_question_is_written_down_as_activity_with_it(guest: Person) -> None:
    old = datetime.now(UTC) - timedelta(minutes=10)
    row = row_of(guest)
    Session.objects.filter(id=row.id).update(last_seen=old)
    User.objects.filter(uuid=row.user_id).update(last_activity=old)
    assert_holds(guest)
    assert row_of(guest).last_seen == old
    assert guest.ask("Still there?", wait=False).status_code == 202
    assert row_of(guest).last_seen > old
    assert User.objects.get(uuid=row.user_id).last_activity > old


def test_revoked_session_ends_at_once_and_only_that_one(separate_api: OwnApi, account: User) -> None:
    first, second = signed_in(separate_api, account), signed_in(separate_api, account)
    assert second.call("DELETE", f"sessions/{row_of(first).id}/").status_code == 204
    assert_ended(first)
    assert_holds(second)
    assert len(sessions_of(second)) == 1
    assert second.call("DELETE", f"sessions/{row_of(first).id}/").status_code == 404


def test_sign_out_ends_the_session(guest: Person, separate_api: OwnApi) -> None:
    session_id = row_of(guest).id
    assert guest.call("DELETE", "sessions/current/").status_code == 204
    assert_ended(guest)
    assert separate_api.redis.command("EXISTS", f"tc:session:{session_id}") == 0
    assert separate_api.redis.command("ZSCORE", "tc:active", str(session_id)) is None


def test_others_end_and_mine_stays(separate_api: OwnApi, account: User, guest: Person) -> None:
    others = [signed_in(separate_api, account) for _ in range(2)]
    mine = signed_in(separate_api, account)
    assert mine.call("DELETE", "sessions/others/").status_code == 204
    for other in others:
        assert_ended(other)
    assert_holds(mine)
    assert_holds(guest)


def test_strangers_session_is_not_found(separate_api: OwnApi, account: User, guest: Person) -> None:
    owner = signed_in(separate_api, account)
    session_id = row_of(owner).id
    assert guest.call("DELETE", f"sessions/{session_id}/").status_code == 404
    assert nobody(separate_api.url).call("DELETE", f"sessions/{session_id}/").status_code == 401
    assert_holds(owner)
    assert owner.call("DELETE", f"sessions/{session_id}/").status_code == 204


def test_oldest_session_ends_when_there_are_too_many(separate_api: OwnApi, account: User) -> None:
    people = [signed_in(separate_api, account) for _ in range(5)]
    for person in people[:2]:
        assert_ended(person)
    for person in people[2:]:
        assert_holds(person)
    assert len(sessions_of(people[-1])) == 3


def test_sign_ins_at_the_same_time_do_not_pass_the_limit(separate_api: OwnApi, account: User) -> None:
    with ThreadPoolExecutor(6) as pool:
        with transaction.atomic():
            User.objects.select_for_update().get(uuid=account.uuid)
            signing_in = [pool.submit(signed_in, separate_api, account) for _ in range(6)]
            wait_until(lambda: count_waiting_for_locks() >= 6, "all six wait for the account", seconds=20)
        people = [task.result(20) for task in signing_in]
    assert sum(person.get("users/me/").status_code == 200 for person in people) == 3


def count_waiting_for_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
        row: tuple[int] = cursor.fetchone()
    return row[0]
