"""Redis wiped, restarted, stalled and stopped: nobody is logged out and nobody slips in."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import requests

from chat.sessions.tokens import hash_token
from models.models import Session, User
from tests.cast import Person, new_guest
from tests.own_redis import OwnApi
from tests.system import wait_until


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """The tests look at the rows behind the sessions."""


@pytest.fixture
def guest(separate_api: OwnApi) -> Person:
    return new_guest(separate_api.url)


@contextlib.contextmanager
def redis_away(api: OwnApi, how: str) -> Iterator[None]:
    """Stall or stop Redis; afterwards wait until the API uses it again."""
    try:
        with api.redis.stalled() if how == "stalled" else api.redis.stopped():
            yield
    finally:
        person = new_guest(api.url)
        wait_until(lambda: not degraded(person.get("users/me/")), "the API uses Redis again", seconds=30)


def degraded(reply: requests.Response) -> bool:
    return reply.headers.get("X-Degraded") == "redis"


def row_of(person: Person) -> Session:
    return Session.objects.get(token_hash=hash_token(person.token))


def assert_holds(person: Person) -> requests.Response:
    reply = person.get("users/me/")
    assert reply.status_code == 200, reply.text
    return reply


def assert_ended(person: Person) -> None:
    reply = person.get("users/me/")
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "session_ended")


def test_wiped_redis_logs_nobody_out(separate_api: OwnApi) -> None:
    people = [new_guest(separate_api.url) for _ in range(20)]
    separate_api.redis.command("FLUSHALL")
    for person in people:
        assert not degraded(assert_holds(person))
    assert separate_api.redis.command("ZCARD", "tc:active") == 20


def test_restarted_redis_logs_nobody_out(separate_api: OwnApi, guest: Person) -> None:
    assert_holds(guest)
    separate_api.redis.restart()
    assert_holds(guest)
    wait_until(lambda: not degraded(assert_holds(guest)), "the API uses Redis again", seconds=30)


@pytest.mark.parametrize("how", ["stalled", "stopped"])
def test_requests_go_on_without_redis_and_it_heals(separate_api: OwnApi, guest: Person, how: str) -> None:
    with redis_away(separate_api, how):
        started = time.monotonic()
        first = assert_holds(guest)
        assert time.monotonic() - started < 10
        assert degraded(first)
        started = time.monotonic()
        # If each waited for the stalled one: 30 s.
        for _ in range(30):
            assert degraded(assert_holds(guest))
        assert time.monotonic() - started < 10
        assert len(guest.get("sessions/").json()["results"]) == 1
        newcomer = new_guest(separate_api.url)
        assert degraded(assert_holds(newcomer))
    assert not degraded(assert_holds(guest))
    assert not degraded(assert_holds(newcomer))


def test_many_requests_at_once_share_one_wait(separate_api: OwnApi, guest: Person) -> None:
    assert_holds(guest)
    with redis_away(separate_api, "stalled"):
        started = time.monotonic()
        with ThreadPoolExecutor(12) as pool:
            replies = list(pool.map(lambda _: assert_holds(guest), range(240)))
        # If each waited: 20 s.
        assert time.monotonic() - started < 10
        assert all(degraded(reply) for reply in replies)


@pytest.mark.parametrize("how", ["stalled", "stopped"])
def test_revoked_while_redis_is_away_is_ended_at_once_and_stays_ended(
    separate_api: OwnApi, guest: Person, how: str
) -> None:
    assert_holds(guest)
    with redis_away(separate_api, how):
        assert guest.call("DELETE", "sessions/current/").status_code == 204
        assert_ended(guest)
    # A stalled Redis still holds the session; its row does not let it come back.
    assert_ended(guest)


@pytest.mark.parametrize("how", ["stalled", "stopped"])
def test_nobody_slips_in_without_redis(separate_api: OwnApi, guest: Person, how: str) -> None:
    with redis_away(separate_api, how):
        assert Person(separate_api.url, "unknown").get("users/me/").status_code == 401
        Session.objects.filter(id=row_of(guest).id).update(last_seen="2020-01-01T00:00:00Z")
        assert_ended(guest)

        victim, attacker = new_guest(separate_api.url), new_guest(separate_api.url)
        Session.objects.filter(id=row_of(attacker).id).update(user=row_of(victim).user_id)
        assert_ended(attacker)
        assert_holds(victim)


def test_activity_without_redis_is_written_through_but_seldom(separate_api: OwnApi, guest: Person) -> None:
    old = datetime.now(UTC) - timedelta(hours=2)
    Session.objects.filter(id=row_of(guest).id).update(last_seen=old)
    User.objects.filter(uuid=row_of(guest).user_id).update(last_activity=old)
    with redis_away(separate_api, "stopped"):
        assert_holds(guest)
        written = row_of(guest).last_seen
        assert datetime.now(UTC) - written < timedelta(minutes=1)
        assert User.objects.get(uuid=row_of(guest).user_id).last_activity > old
        assert_holds(guest)
        assert row_of(guest).last_seen == written
