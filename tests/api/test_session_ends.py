"""How sessions end: by time, by their user, and never by inheriting somebody else's."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from django.db import connection
from redis import Redis

from models.models import Session, User
from tests.accounts import PASSWORD, assert_ended, assert_holds, moment, new_account, row_of, sessions_of, signed_in
from tests.cast import Person, new_guest
from tests.own_redis import OwnApi


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """Accounts are made through the ORM: registering comes with the accounts' own page."""


@pytest.fixture
def account() -> User:
    return new_account()


@pytest.fixture
def guest(separate_api: OwnApi) -> Person:
    return new_guest(separate_api.url)


# --- Ends -----------------------------------------------------------------------------------


def test_activity_never_moves_the_end_past_the_absolute_one(separate_api: OwnApi, account: User) -> None:
    person = signed_in(separate_api, account)
    absolute = row_of(person).absolute_expiry
    assert absolute is not None
    assert timedelta(days=29) < absolute - datetime.now(UTC) < timedelta(days=30)
    near = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    Session.objects.filter(id=row_of(person).id).update(absolute_expiry=near)
    separate_api.redis.command("FLUSHALL")  # what Redis holds is then made from the row
    for _ in range(2):
        assert moment(assert_holds(person)["expires_at"]) == near
    assert separate_api.redis.command("PTTL", f"tc:session:{row_of(person).id}") <= 3_600_000


def test_absolute_end_holds_whatever_redis_says(separate_api: OwnApi, account: User) -> None:
    person = signed_in(separate_api, account)
    assert_holds(person)
    Session.objects.filter(id=row_of(person).id).update(absolute_expiry=datetime.now(UTC))
    assert_ended(person)


@pytest.mark.parametrize(("silent", "ended"), [(timedelta(days=6), False), (timedelta(days=8), True)])
def test_account_without_activity_ends_after_a_week(
    separate_api: OwnApi, account: User, silent: timedelta, ended: bool
) -> None:
    person = signed_in(separate_api, account)
    Session.objects.filter(id=row_of(person).id).update(last_seen=datetime.now(UTC) - silent)
    separate_api.redis.command("FLUSHALL")
    assert_ended(person) if ended else assert_holds(person)


def test_guest_without_activity_stays_a_month(separate_api: OwnApi) -> None:
    for days, ended in [(29, False), (31, True)]:
        person = new_guest(separate_api.url)
        Session.objects.filter(id=row_of(person).id).update(last_seen=datetime.now(UTC) - timedelta(days=days))
        separate_api.redis.command("FLUSHALL")
        assert_ended(person) if ended else assert_holds(person)


def test_inactive_user_is_refused_at_the_next_request(guest: Person) -> None:
    assert_holds(guest)
    User.objects.filter(uuid=row_of(guest).user_id).update(is_active=False)
    assert_ended(guest)


# --- The link to the user ----------------------------------------------------------------------


def test_name_that_is_deleted_and_registered_anew_inherits_nothing(separate_api: OwnApi, account: User) -> None:
    before = signed_in(separate_api, account)
    assert_holds(before)
    # As bluntly as possible: Redis does not hear of it.
    User.objects.filter(uuid=account.uuid).delete()
    successor = new_account(account.user_id)
    assert_ended(before)
    after = signed_in(separate_api, successor)
    assert assert_holds(after)["uuid"] == str(successor.uuid)
    assert len(sessions_of(after)) == 1


def test_session_row_that_was_moved_to_another_user_is_refused(separate_api: OwnApi, account: User) -> None:
    person = signed_in(separate_api, account)
    Session.objects.filter(id=row_of(person).id).update(user=new_account())
    assert_ended(person)


def test_session_that_redis_binds_to_another_user_is_ended(separate_api: OwnApi, account: User) -> None:
    person = signed_in(separate_api, account)
    separate_api.redis.command("HSET", f"tc:session:{row_of(person).id}", "uuid", str(uuid.uuid4()))
    assert_ended(person)
    assert row_of(person).revoked_at is not None
    assert_ended(person)


@pytest.mark.parametrize("disturbance", [("DEL",), ("HSET", "user_id", "a name from before")], ids=["lost", "renamed"])
def test_session_holds_while_redis_loses_it_or_its_name_again_and_again(
    separate_api: OwnApi, account: User, disturbance: tuple[str, ...]
) -> None:
    person, stop = signed_in(separate_api, account), Event()
    command, *values = disturbance

    def keep_disturbing() -> None:
        with Redis.from_url(separate_api.redis.url) as redis:
            while not stop.is_set():
                redis.execute_command(command, key, *values)

    key = f"tc:session:{row_of(person).id}"
    with ThreadPoolExecutor(1) as pool:
        disturbing = pool.submit(keep_disturbing)
        try:
            for _ in range(40):
                assert_holds(person)
        finally:
            stop.set()
        disturbing.result(10)
    assert_holds(person)
    assert separate_api.redis.command("HGET", key, "user_id") == account.user_id


# --- Leaving -------------------------------------------------------------------------------------


def test_deleted_user_is_gone_with_every_session(separate_api: OwnApi, account: User) -> None:
    here, there = signed_in(separate_api, account), signed_in(separate_api, account)
    ids = [str(row_of(person).id) for person in (here, there)]
    assert there.post("conversations/", {"title": "Mine"}).status_code == 201
    assert there.ask("Who am I?", model="builtin", wait=False).status_code == 202
    assert here.call("DELETE", "users/me/").json()["error"]["code"] == "wrong_password"
    assert here.call("DELETE", "users/me/", json={"password": PASSWORD}).status_code == 204
    assert_ended(here)
    assert_ended(there)
    assert not User.objects.filter(uuid=account.uuid).exists()
    keys = separate_api.redis.command("KEYS", "*")
    assert not [key for key in keys if any(session_id in key for session_id in ids) or str(account.uuid) in key]


def test_activity_needs_no_write_to_postgres(guest: Person) -> None:
    before = row_of(guest)
    version = row_version(before)
    for _ in range(5):
        assert_holds(guest)
    assert row_version(before) == version


def row_version(session: Session) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sessions.xmin::text, users.xmin::text FROM sessions JOIN users ON users.uuid = sessions.user_id "
            "WHERE sessions.id = %s",
            [session.id],
        )
        return tuple(cursor.fetchone())
