"""Nudges get lost with Redis; notifications do not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chat.notifications.storing import notify
from tests.accounts import row_of
from tests.cast import Person, new_guest
from tests.own_redis import OwnRedis, own_redis
from tests.readers import Tab
from tests.system import free_port, listens, start_api, wait_until


@contextmanager
def api_on(redis: OwnRedis, folder: Path, *, looks_every: str) -> Iterator[str]:
    port = free_port()
    with start_api(port, folder, REDIS_URL=redis.url, SOCKET_CHECK_SECONDS=looks_every):
        wait_until(lambda: listens(port), "the API listens")
        yield f"http://127.0.0.1:{port}"


def tell(person: Person) -> None:
    """As a process does whose nudge nobody hears: it goes to another Redis."""
    notify(user=row_of(person).user_id, kind="document_ready", payload={"title": "Manual"})


def heard(tab: Tab) -> int:
    tab.assert_open()
    return len(tab.notifications)


def test_nudge_is_heard_at_once_and_again_after_redis_was_away(tmp_path: Path, database: None) -> None:
    with own_redis() as redis, api_on(redis, tmp_path, looks_every="600") as url:
        person = new_guest(url)
        user = str(row_of(person).user_id)
        with Tab(person) as tab:
            wait_until(lambda: redis.command("PUBSUB", "NUMSUB", "tc:nudges")[1], "the API listens", seconds=10)
            tell(person)
            redis.command("PUBLISH", "tc:nudges", user)
            wait_until(lambda: heard(tab) == 1, "the nudge is heard", seconds=5)
            with redis.stopped():
                tell(person)
                assert heard(tab) == 1
            # Coming back is itself a reason to look.
            wait_until(lambda: heard(tab) == 2, "what came meanwhile is told", seconds=10)
            with redis.stalled():
                tell(person)
                assert heard(tab) == 2
            redis.command("PUBLISH", "tc:nudges", user)
            wait_until(lambda: heard(tab) == 3, "nudges are heard again", seconds=10)
            assert [frame["id"] for frame in tab.notifications] == sorted(frame["id"] for frame in tab.notifications)


@pytest.mark.parametrize("how", ["stalled", "stopped"])
def test_without_redis_the_next_look_finds_it(tmp_path: Path, database: None, how: str) -> None:
    with own_redis() as redis, api_on(redis, tmp_path, looks_every="0.5") as url:
        person = new_guest(url)
        with redis.stalled() if how == "stalled" else redis.stopped(), Tab(person) as tab:
            heard(tab)
            tell(person)
            wait_until(lambda: heard(tab) == 1, "it is told", seconds=10)
            assert person.get("notifications/").json()["unread"] == 1
            tell(person)
            wait_until(lambda: heard(tab) == 2, "the next one, too", seconds=10)
