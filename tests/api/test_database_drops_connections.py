"""Postgres ends connections that the API keeps, as a restart or a firewall does: no request may fail for it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from tests.cast import Person, new_guest
from tests.own_redis import OwnRedis, own_redis
from tests.system import free_port, listens, start_api, wait_until

APPLICATION = "dropped"


@pytest.fixture(scope="module")
def redis() -> Iterator[OwnRedis]:
    with own_redis() as redis:
        yield redis


@pytest.fixture(scope="module")
def api_url(redis: OwnRedis, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("dropped")
    port = free_port()
    database = f"{os.environ['DATABASE_URL']}&application_name={APPLICATION}"
    # Pauses of the pool must show as such, and a busy machine not as a server that is away.
    patient = {"DATABASE_POOL_TIMEOUT": "60"}
    with start_api(port, folder, DATABASE_URL=database, REDIS_URL=redis.url, **patient):
        wait_until(lambda: listens(port), "the API listens")
        yield f"http://127.0.0.1:{port}"


def end_connections() -> int:
    """End all of the API's connections; return how many there were."""
    ended = connections()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [list(ended)])
    wait_until(lambda: not ended & connections(), "all are gone")
    return len(ended)


def connections() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [APPLICATION])
        return {row[0] for row in cursor.fetchall()}


def ask(person: Person, *, at_once: int = 20) -> tuple[list[int], float]:
    started = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        replies = list(pool.map(lambda _: person.get("conversations/"), range(at_once)))
    return [reply.status_code for reply in replies], time.monotonic() - started


# One alone meets dropped connections one after the other, many at once meet all together.
@pytest.mark.parametrize("at_once", [1, 20])
def test_next_requests_after_all_connections_were_dropped_succeed(api_url: str, database: None, at_once: int) -> None:
    person = new_guest(api_url)
    # Most of the connections that the pool may have, all idle then.
    wait_until(lambda: ask(person)[0] == [200] * 20 and len(connections()) >= 8, "many are open")
    assert end_connections() >= 8
    statuses, seconds = ask(person, at_once=at_once)
    assert statuses == [200] * at_once
    assert seconds < 10, "they waited for the pauses of the pool"
    assert ask(person)[0] == [200] * 20


def test_waiting_for_an_answer_goes_on_when_its_connections_were_dropped(api_url: str, database: None) -> None:
    person = new_guest(api_url)
    chat = person.ask("Hello", wait=False, model="builtin").json()
    for _ in range(5):
        end_connections()
        with ThreadPoolExecutor(4) as pool:
            replies = list(
                pool.map(lambda _: person.get(f"chats/{chat['question_id']}/events/", stream=True), range(4))
            )
        first = [next(reply.iter_lines(chunk_size=None)) for reply in replies]
        assert all(line.startswith((b"id:", b"event:", b"data:", b":")) for line in first)
        for reply in replies:
            reply.close()
