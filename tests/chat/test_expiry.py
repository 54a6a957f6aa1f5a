"""Only users who are really inactive expire; whoever comes back does not stay so."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from chat.cleanup.expiry import expire_users
from chat.cleanup.sessions import cleanup_sessions
from chat.errors import SessionEnded, Unavailable
from chat.redis_manager import get_redis_manager
from chat.sessions.activity import flush_activity
from chat.sessions.opening import OpenedSession, open_guest_session, sign_in
from chat.sessions.verifying import verify_session, verify_session_id
from models.models import Session, User
from tests.accounts import PASSWORD, new_account
from tests.old_users import away_for, expired_for, is_expired
from tests.own_redis import OwnRedis
from tests.system import wait_until

pytestmark = pytest.mark.usefixtures("redis_of_this_test")

MONTH = timedelta(days=30)
QUARTER = timedelta(days=90)
HOUR = timedelta(hours=1)


@pytest.fixture
def guest() -> OpenedSession:
    return open_guest_session(device="a test")


@pytest.mark.parametrize("limit", [MONTH, QUARTER])
def test_exactly_at_the_limit_and_not_an_hour_before(limit: timedelta) -> None:
    pair = [open_guest_session(device="").user if limit == MONTH else new_account() for _ in range(2)]
    away_for(pair[0], limit - HOUR)
    away_for(pair[1], limit)
    expire_users()
    assert [is_expired(user) for user in pair] == [False, True]


def test_dry_run_counts_and_changes_nothing(guest: OpenedSession) -> None:
    away_for(guest.user, MONTH)
    would = expire_users(dry_run=True)
    assert not is_expired(guest.user)
    done = expire_users(batch_size=1)
    assert done == would and done.guests >= 1
    assert is_expired(guest.user)
    assert expire_users(dry_run=True).guests == 0


def test_activity_that_waits_in_redis_counts(guest: OpenedSession) -> None:
    away_for(guest.user, MONTH - HOUR)
    get_redis_manager().touch(guest.session.id, user_id=guest.user.user_id, uuid=guest.user.uuid)
    away_for(guest.user, MONTH)
    expire_users()
    assert not is_expired(guest.user)


@pytest.mark.parametrize("how", ["stalled", "stopped"])
def test_nobody_expires_while_redis_is_away(guest: OpenedSession, server: OwnRedis, how: str) -> None:
    away_for(guest.user, MONTH)
    with server.stalled() if how == "stalled" else server.stopped(), pytest.raises(Unavailable):
        expire_users()
    assert not is_expired(guest.user)
    wait_until(lambda: expires(guest.user), "expiry goes on", seconds=10)


def expires(user: User) -> bool:
    try:
        expire_users()
    except Unavailable:
        return False
    return is_expired(user)


def test_wiping_redis_right_after_somebody_came_back_does_not_expire_them(
    guest: OpenedSession, server: OwnRedis
) -> None:
    away_for(guest.user, MONTH - HOUR)
    server.command("FLUSHALL")
    verify_session(guest.token)
    server.command("FLUSHALL")  # before any write-behind
    assert (
        User.objects.get(uuid=guest.user.uuid).last_activity > User.objects.get(uuid=guest.user.uuid).created_datetime
    )
    expire_users()
    assert not is_expired(guest.user)


# --- Coming back ------------------------------------------------------------------------------


def test_request_takes_the_mark_away_and_an_open_socket_does_not(guest: OpenedSession) -> None:
    expired_for(guest.user, HOUR)
    verify_session_id(guest.session.id, active=False)
    assert is_expired(guest.user)
    verify_session(guest.token)
    assert not is_expired(guest.user)


def test_write_behind_takes_the_mark_away(guest: OpenedSession) -> None:
    expired_for(guest.user, HOUR)
    get_redis_manager().touch(guest.session.id, user_id=guest.user.user_id, uuid=guest.user.uuid)
    flush_activity()
    assert not is_expired(guest.user)


def test_signing_in_takes_the_mark_away() -> None:
    account = new_account()
    expired_for(account, HOUR)
    sign_in(user_id=account.user_id, password=PASSWORD, device="a test")
    assert not is_expired(account)


def test_user_whose_deletion_has_begun_cannot_come_back(guest: OpenedSession) -> None:
    expired_for(guest.user, HOUR)
    User.objects.filter(uuid=guest.user.uuid).update(is_active=False)
    get_redis_manager().touch(guest.session.id, user_id=guest.user.user_id, uuid=guest.user.uuid)
    flush_activity()
    with pytest.raises(SessionEnded):
        verify_session(guest.token)
    assert is_expired(guest.user)


# --- Sessions ---------------------------------------------------------------------------------


def test_sessions_that_ended_are_removed_and_no_others(server: OwnRedis) -> None:
    ended = [open_guest_session(device="a test") for _ in range(3)]
    kept = [open_guest_session(device="a test") for _ in range(2)]
    Session.objects.filter(id=ended[0].session.id).update(revoked_at=ended[0].session.created_datetime)
    Session.objects.filter(id=ended[1].session.id).update(absolute_expiry=ended[1].session.created_datetime)
    away_for(ended[2].user, MONTH)
    away_for(kept[0].user, MONTH - HOUR)
    server.command("ZADD", "tc:active", 1, str(uuid.uuid4()))
    would = cleanup_sessions(dry_run=True)
    done = cleanup_sessions(batch_size=1)
    assert (done.removed, done.forgotten) == (would.removed, 0 if would.forgotten else done.forgotten)
    assert done.removed >= 3
    there = set(Session.objects.filter(id__in=[each.session.id for each in ended + kept]).values_list("id", flat=True))
    assert there == {each.session.id for each in kept}


def test_nobody_is_called_idle_while_activity_may_wait_in_redis(guest: OpenedSession, server: OwnRedis) -> None:
    away_for(guest.user, MONTH)
    with server.stopped():
        cleanup_sessions()
    assert Session.objects.filter(id=guest.session.id).exists()
