"""RedisManager on a real server: links, ends, atomic touches, and a server that goes away."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from chat.errors import Invalid, RedisAway
from chat.redis_client import RedisClient
from chat.redis_manager import LinkBroken, RedisManager, Touched
from tests.own_redis import OwnRedis, own_redis
from tests.system import wait_until


@pytest.fixture(scope="module")
def server() -> Iterator[OwnRedis]:
    with own_redis() as server:
        yield server


@pytest.fixture
def manager(server: OwnRedis) -> Iterator[RedisManager]:
    server.command("FLUSHALL")
    client = RedisClient(server.url)
    yield RedisManager(client)
    client.close()


@dataclass(frozen=True)
class Visitor:
    """A session in Redis, with what a touch must show."""

    manager: RedisManager
    session_id: uuid.UUID
    user_id: str
    uuid: uuid.UUID

    @property
    def key(self) -> str:
        return f"tc:session:{self.session_id}"

    def touch(self) -> Touched | None:
        return self.manager.touch(self.session_id, user_id=self.user_id, uuid=self.uuid)

    def must_touch(self) -> Touched:
        touched = self.touch()
        assert touched is not None
        return touched


def now() -> datetime:
    return datetime.now(UTC)


def new_visitor(
    manager: RedisManager,
    *,
    idle: timedelta = timedelta(hours=1),
    absolute: datetime | None = None,
    user: uuid.UUID | None = None,
) -> Visitor:
    visitor = Visitor(manager, uuid.uuid4(), "kim", user or uuid.uuid4())
    assert manager.create(
        visitor.session_id,
        user_id=visitor.user_id,
        uuid=visitor.uuid,
        idle=idle,
        absolute=absolute,
        created=now(),
        seen=now(),
    )
    return visitor


# --- One session --------------------------------------------------------------------


def test_touch_moves_the_idle_end_on(manager: RedisManager, server: OwnRedis) -> None:
    visitor = new_visitor(manager, idle=timedelta(seconds=60))
    first = visitor.must_touch()
    wait_until(lambda: visitor.must_touch().ends > first.ends, "a later touch ends later", seconds=5)
    assert first.ends - first.seen == timedelta(seconds=60)
    assert server.command("PTTL", visitor.key) > 59_000


def test_touch_never_moves_the_end_past_the_absolute_one(manager: RedisManager, server: OwnRedis) -> None:
    absolute = now().replace(microsecond=0) + timedelta(seconds=30)
    visitor = new_visitor(manager, idle=timedelta(hours=1), absolute=absolute)
    for _ in range(3):
        assert visitor.must_touch().ends == absolute
    assert server.command("PTTL", visitor.key) <= 30_000


@pytest.mark.parametrize("wrong", ["user_id", "uuid"])
def test_touch_and_verify_refuse_another_user(manager: RedisManager, wrong: str) -> None:
    visitor = new_visitor(manager)
    link = {"user_id": visitor.user_id, "uuid": visitor.uuid}
    link[wrong] = "lee" if wrong == "user_id" else uuid.uuid4()
    with pytest.raises(LinkBroken):
        manager.touch(visitor.session_id, **link)  # type: ignore[arg-type]
    with pytest.raises(LinkBroken):
        manager.verify(visitor.session_id, **link)  # type: ignore[arg-type]
    assert manager.count_waiting() == 0
    assert visitor.touch()


def test_verify_is_no_activity(manager: RedisManager) -> None:
    visitor = new_visitor(manager)
    held = manager.verify(visitor.session_id, user_id=visitor.user_id, uuid=visitor.uuid)
    assert held is not None
    again = manager.verify(visitor.session_id, user_id=visitor.user_id, uuid=visitor.uuid)
    assert again == held
    assert manager.count_waiting() == 0


def test_unknown_session_is_not_there(manager: RedisManager) -> None:
    stranger = Visitor(manager, uuid.uuid4(), "kim", uuid.uuid4())
    assert stranger.touch() is None
    assert manager.verify(stranger.session_id, user_id="kim", uuid=stranger.uuid) is None
    assert manager.count_waiting() == 0


def test_session_without_activity_runs_out(manager: RedisManager) -> None:
    visitor = new_visitor(manager, idle=timedelta(seconds=2))
    staying = new_visitor(manager)
    assert {held.session_id for held in manager.list_active()} == {visitor.session_id, staying.session_id}
    wait_until(lambda: visitor_is_gone(manager, visitor), "the session has run out", seconds=10)
    assert visitor.touch() is None
    wait_until(lambda: manager.expire() == 1, "the list of active sessions is trimmed", seconds=5)
    assert [held.session_id for held in manager.list_active()] == [staying.session_id]


def visitor_is_gone(manager: RedisManager, visitor: Visitor) -> bool:
    return manager.verify(visitor.session_id, user_id=visitor.user_id, uuid=visitor.uuid) is None


def test_session_that_has_run_out_is_not_created(manager: RedisManager, server: OwnRedis) -> None:
    old = now() - timedelta(hours=2)
    created = manager.create(
        uuid.uuid4(), user_id="kim", uuid=uuid.uuid4(), idle=timedelta(hours=1), absolute=None, created=old, seen=old
    )
    assert not created
    assert server.command("DBSIZE") == 0


def test_revoked_session_stays_away_while_others_touch_it(manager: RedisManager, server: OwnRedis) -> None:
    """A touch in several steps would write the session back after it was revoked."""
    visitor, stop = new_visitor(manager), Event()

    def keep_touching() -> None:
        while not stop.is_set():
            visitor.touch()

    with ThreadPoolExecutor(4) as pool:
        busy = [pool.submit(keep_touching) for _ in range(4)]
        wait_until(lambda: manager.count_waiting() == 1, "it is touched", seconds=5)
        manager.revoke(visitor.session_id, uuid=visitor.uuid)
        after = [visitor.touch() for _ in range(200)]
        stop.set()
        for task in busy:
            task.result(10)
    assert after == [None] * 200
    assert server.command("EXISTS", visitor.key, f"tc:user:{visitor.uuid}:sessions", "tc:active") == 0


def test_activity_never_goes_back(manager: RedisManager, server: OwnRedis) -> None:
    visitor = new_visitor(manager)
    ahead = int(time.time() * 1000) + 60_000  # as if the server's clock had been set back since
    server.command("HSET", visitor.key, "seen", ahead)
    assert visitor.must_touch().seen == datetime.fromtimestamp(ahead / 1000, UTC)

    other = new_visitor(manager)
    with ThreadPoolExecutor(8) as pool:
        seen = [touched.seen for touched in pool.map(lambda _: other.must_touch(), range(400))]
    waiting = {entry.session_id: entry.seen for entry in manager.waiting_activity(10)}
    assert waiting[other.session_id] == max(seen)


# --- Many sessions, data --------------------------------------------------------------


def test_active_sessions_are_listed_by_user_and_for_all(manager: RedisManager) -> None:
    mine = uuid.uuid4()
    sessions = [new_visitor(manager, user=mine).session_id for _ in range(3)]
    stranger = new_visitor(manager).session_id
    assert {held.session_id for held in manager.list_active(uuid=mine)} == set(sessions)
    assert {held.session_id for held in manager.list_active()} == {*sessions, stranger}
    pages = [manager.list_active(first=first, count=2) for first in (0, 2, 4)]
    assert [len(page) for page in pages] == [2, 2, 0]

    manager.revoke(*sessions[:2], uuid=mine)
    assert [held.session_id for held in manager.list_active(uuid=mine)] == sessions[2:]


def test_data_is_kept_with_its_session_for_a_while(manager: RedisManager) -> None:
    visitor, other = new_visitor(manager), new_visitor(manager)
    manager.store_data(visitor.session_id, {"draft": "안녕", "n": 1}, keep=timedelta(minutes=5))
    manager.store_data(other.session_id, {"draft": "short"}, keep=timedelta(milliseconds=100))
    assert manager.fetch_data(visitor.session_id) == {"draft": "안녕", "n": 1}
    wait_until(lambda: manager.fetch_data(other.session_id) is None, "the short one is gone", seconds=5)
    with pytest.raises(Invalid):
        manager.store_data(visitor.session_id, {"draft": "x" * 20_000}, keep=timedelta(minutes=5))
    manager.revoke(visitor.session_id, uuid=visitor.uuid)
    assert manager.fetch_data(visitor.session_id) is None


def test_every_key_is_ours_and_has_an_expiry(manager: RedisManager, server: OwnRedis) -> None:
    visitor = new_visitor(manager)
    visitor.touch()
    manager.store_data(visitor.session_id, {"a": 1}, keep=timedelta(minutes=5))
    manager.mark_flushed(now())
    keys = server.command("KEYS", "*")
    assert len(keys) == 6
    assert all(key.startswith("tc:") for key in keys)
    assert all(server.command("PTTL", key) > 0 for key in keys)


def test_settling_keeps_what_has_moved_on(manager: RedisManager) -> None:
    visitor, still = new_visitor(manager), new_visitor(manager)
    still.touch()
    first = visitor.must_touch()
    written = manager.waiting_activity(10)
    wait_until(lambda: visitor.must_touch().seen > first.seen, "a later touch", seconds=5)
    assert manager.settle(written) == 1
    assert [entry.session_id for entry in manager.waiting_activity(10)] == [visitor.session_id]


# --- A server that goes away ------------------------------------------------------------


def test_scripts_survive_a_server_that_forgot_them(manager: RedisManager, server: OwnRedis) -> None:
    visitor = new_visitor(manager)
    assert visitor.touch()
    server.command("SCRIPT", "FLUSH")
    assert visitor.touch()


def test_restart_is_not_noticed(manager: RedisManager, server: OwnRedis) -> None:
    with ThreadPoolExecutor(8) as pool:  # several connections to lose
        assert all(pool.map(lambda _: new_visitor(manager).touch(), range(32)))
        server.restart()
        assert all(pool.map(lambda _: new_visitor(manager).touch(), range(32)))


def test_stalled_server_costs_one_wait_and_heals(manager: RedisManager, server: OwnRedis) -> None:
    one, two = new_visitor(manager), new_visitor(manager)
    with server.stalled():
        assert 0.5 < seconds_until_refused(one) < 2.5
        assert sum(seconds_until_refused(one) for _ in range(50)) < 1.0
    wait_until(lambda: answers(one), "Redis is used again", seconds=5)
    # A late reply must not be taken for the answer to another question.
    for visitor in (one, two) * 5:
        held = manager.verify(visitor.session_id, user_id=visitor.user_id, uuid=visitor.uuid)
        assert held is not None
        assert held.session_id == visitor.session_id


def test_stall_that_lasts_is_probed_without_holding_requests_up(manager: RedisManager, server: OwnRedis) -> None:
    visitor = new_visitor(manager)
    with server.stalled():
        seconds_until_refused(visitor)
        deadline, waits = time.monotonic() + 3, []
        while time.monotonic() < deadline:
            waits.append(seconds_until_refused(visitor))
            time.sleep(0.02)  # as many requests as would come in meanwhile
    assert max(waits) < 0.6
    assert sum(wait > 0.1 for wait in waits) <= 3
    wait_until(lambda: answers(visitor), "Redis is used again", seconds=5)


def test_stopped_server_is_refused_at_once_and_heals(manager: RedisManager, server: OwnRedis) -> None:
    visitor = new_visitor(manager)
    with server.stopped():
        assert sum(seconds_until_refused(visitor) for _ in range(50)) < 1.0
    wait_until(lambda: answers(visitor), "Redis is used again", seconds=5)
    assert visitor.touch() is None  # this server keeps nothing over a restart


def seconds_until_refused(visitor: Visitor) -> float:
    started = time.monotonic()
    with pytest.raises(RedisAway):
        visitor.touch()
    return time.monotonic() - started


def answers(visitor: Visitor) -> bool:
    try:
        visitor.touch()
    except RedisAway:
        return False
    return True
