"""Write-behind: activity gathers in Redis and reaches Postgres complete, in few writes."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from chat.redis_manager import Touched, get_redis_manager
from chat.sessions.activity import flush_activity, note_activity
from chat.sessions.opening import open_guest_session
from models.models import Session, User
from tests.own_redis import OwnRedis
from tests.system import wait_until

pytestmark = pytest.mark.usefixtures("redis_of_this_test")


@pytest.fixture
def session() -> Session:
    return open_guest_session(device="a test").session


def touch(session: Session) -> Touched:
    user = session.user
    touched = get_redis_manager().touch(session.id, user_id=user.user_id, uuid=user.uuid)
    assert touched is not None
    return touched


def stored(session: Session) -> tuple[datetime, datetime]:
    session = Session.objects.select_related("user").get(id=session.id)
    return session.last_seen, session.user.last_activity


def test_a_thousand_touches_become_one_write_a_user(session: Session) -> None:
    stranger = open_guest_session(device="a test").session
    touch(stranger)
    with CaptureQueriesContext(connection) as requests:
        last = max(touch(session).seen for _ in range(1000))
    assert len(requests) == 0
    with CaptureQueriesContext(connection) as writes:
        assert flush_activity() == 2
    assert len(writes) == 2  # sessions, users
    assert stored(session) == (last, last)
    assert stored(stranger)[1] < last
    assert flush_activity() == 0


def test_many_users_are_written_in_batches(session: Session) -> None:
    users = User.objects.bulk_create([User(user_id=f"batch-{uuid.uuid4().hex}") for _ in range(1200)])
    old = datetime.now(UTC) - timedelta(days=1)
    User.objects.filter(uuid__in=[user.uuid for user in users]).update(last_activity=old)
    for user in users:
        link = {"user_id": user.user_id, "uuid": user.uuid}
        session_id, moment = uuid.uuid4(), datetime.now(UTC)
        get_redis_manager().create(
            session_id, **link, idle=timedelta(hours=1), absolute=None, created=moment, seen=moment
        )
        get_redis_manager().touch(session_id, **link)
    with CaptureQueriesContext(connection) as writes:
        assert flush_activity() == 1200
    assert len(writes) == 6
    assert not User.objects.filter(uuid__in=[user.uuid for user in users], last_activity=old).exists()


def test_touch_while_the_flush_writes_is_not_lost(session: Session) -> None:
    first = touch(session)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            # The flush has read what waits, and now waits for this row.
            User.objects.select_for_update().get(uuid=session.user.uuid)
            flushing = pool.submit(flush_in_thread)
            wait_until(someone_waits_for_us, "the flush waits for the row", seconds=10)
            wait_until(lambda: touch(session).seen > first.seen, "a later touch", seconds=5)
        assert flushing.result(10) == 1
    last = get_redis_manager().waiting_activity(1)[0].seen
    assert last > first.seen
    assert flush_activity() == 1
    assert stored(session) == (last, last)


def test_flush_that_fails_loses_nothing(session: Session) -> None:
    last = touch(session).seen
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        User.objects.select_for_update().get(uuid=session.user.uuid)
        with pytest.raises(OperationalError):
            pool.submit(flush_impatiently).result(10)
    assert flush_activity() == 1
    assert stored(session) == (last, last)


def flush_in_thread() -> int:
    try:
        return flush_activity()
    finally:
        connections.close_all()


def flush_impatiently() -> int:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = 100")
            return flush_activity()
    finally:
        connections.close_all()


def someone_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        row: tuple[bool] = cursor.fetchone()
    return row[0]


def test_flush_sets_nothing_back(session: Session) -> None:
    touch(session)
    later = datetime.now(UTC) + timedelta(seconds=30)
    Session.objects.filter(id=session.id).update(last_seen=later)
    User.objects.filter(uuid=session.user.uuid).update(last_activity=later)
    flush_activity()
    assert stored(session) == (later, later)


def test_flush_stores_no_time_that_has_not_come(session: Session, server: OwnRedis) -> None:
    ahead = int((datetime.now(UTC) + timedelta(days=300)).timestamp() * 1000)
    server.command("HSET", f"tc:session:{session.id}", "seen", ahead)
    touch(session)
    before = stored(session)
    flush_activity()
    assert before[0] < stored(session)[0] <= datetime.now(UTC) + timedelta(seconds=1)


def test_two_flushes_at_once_write_everything(server: OwnRedis) -> None:
    sessions = [open_guest_session(device="a test").session for _ in range(40)]
    last = {session.id: touch(session).seen for session in sessions}
    with ThreadPoolExecutor(4) as pool:
        for flush in [pool.submit(flush_in_thread) for _ in range(4)]:
            flush.result(20)
    assert {session.id: stored(session)[0] for session in sessions} == last
    assert server.command("EXISTS", "tc:dirty") == 0


def test_flush_says_when_it_was_complete(session: Session, server: OwnRedis) -> None:
    touch(session)
    before = datetime.now(UTC)
    flush_activity()
    assert before <= datetime.fromisoformat(server.command("GET", "tc:flushed")) <= datetime.now(UTC)
    assert 0 < server.command("PTTL", "tc:flushed") <= 60_000


def test_flush_without_redis_does_nothing_and_catches_up_later(session: Session, server: OwnRedis) -> None:
    last = touch(session).seen
    before = stored(session)
    with server.stalled():
        assert flush_activity() == 0
        assert stored(session) == before
    wait_until(lambda: flush_activity() == 1, "the flush catches up", seconds=10)
    assert stored(session) == (last, last)


def test_note_activity_writes_at_once_and_only_forward(session: Session) -> None:
    before = stored(session)
    note_activity(session.user, session.id)
    after = stored(session)
    assert after[0] > before[0]
    assert after[1] > before[1]
    later = datetime.now(UTC) + timedelta(minutes=1)
    User.objects.filter(uuid=session.user.uuid).update(last_activity=later)
    note_activity(session.user, session.id)
    assert stored(session)[1] == later
