"""What the tests of the services share: somebody to ask as, and a Redis of their own, which nobody else flushes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings

from chat.redis_client import get_redis_client
from chat.redis_manager import get_redis_manager
from tests.cast import Person, new_guest
from tests.own_redis import OwnRedis, own_redis
from tests.system import LiveSystem


@pytest.fixture
def system(live_system: LiveSystem) -> LiveSystem:
    live_system.upstream.reset()
    return live_system


@pytest.fixture
def owner(system: LiveSystem) -> Person:
    return new_guest(system.api_url)


@pytest.fixture(scope="module")
def server() -> Iterator[OwnRedis]:
    with own_redis() as server:
        yield server


@pytest.fixture
def redis_of_this_test(server: OwnRedis, monkeypatch: pytest.MonkeyPatch, database: None) -> Iterator[None]:
    """The running worker flushes the shared Redis; here nobody else does."""
    server.command("FLUSHALL")
    monkeypatch.setattr(settings, "REDIS_URL", server.url)
    forget_clients()
    yield
    get_redis_client().close()
    forget_clients()


def forget_clients() -> None:
    get_redis_client.cache_clear()
    get_redis_manager.cache_clear()
