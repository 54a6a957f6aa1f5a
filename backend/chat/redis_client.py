"""One pooled connection to Redis, with a breaker in front of it.

Everything in here can fail in one way only: `RedisAway`. Callers go on without Redis.
What the keys mean stands in `redis_manager.py`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from redis import BlockingConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

from chat.errors import RedisAway

logger = logging.getLogger(__name__)

Reply = TypeVar("Reply")

SCRIPTS = Path(__file__).parent / "redis_scripts"
# A stalled server is met by each request that is already under way, once.
SOCKET_SECONDS = 1.0
PROBE_SECONDS = 0.25
PAUSE_SECONDS = 1.0
MAX_CONNECTIONS = 32


class RedisClient:
    """Runs commands and Lua scripts; while Redis does not answer it refuses at once."""

    def __init__(self, url: str) -> None:
        self._redis = _connect(url, seconds=SOCKET_SECONDS, connections=MAX_CONNECTIONS)
        self._prober = _connect(url, seconds=PROBE_SECONDS, connections=1)
        self._breaker = Breaker(self._prober.ping)
        self._scripts: dict[str, Script] = {}

    @property
    def away(self) -> bool:
        return self._breaker.open

    def run(self, command: Callable[[Redis], Reply]) -> Reply:
        """Return what `command` returns. Raises RedisAway.

        A command whose reply was lost is sent twice: it must not add up.
        """
        return self._breaker.guard(lambda: command(self._redis))

    def run_script(self, name: str, keys: Sequence[str], arguments: Sequence[str | int]) -> Any:
        """Run `redis_scripts/<name>.lua` by its hash; a server that forgot it is told again."""
        script = self._scripts.get(name)
        if script is None:
            script = self._scripts[name] = self._redis.register_script((SCRIPTS / f"{name}.lua").read_text())
        return self._breaker.guard(lambda: script(keys=keys, args=arguments))

    def close(self) -> None:
        self._redis.connection_pool.disconnect()
        self._prober.connection_pool.disconnect()


@cache
def get_redis_client() -> RedisClient:
    """Return the one of this process: its pool and its breaker are shared by all threads."""
    return RedisClient(settings.REDIS_URL)


def redis_is_there() -> bool:
    """Does Redis answer? Never waits longer than a request would."""
    try:
        get_redis_client().run(lambda redis: redis.ping())
    except RedisAway:
        return False
    return True


class Breaker:
    """Opens at the first failure and lets nothing through until a short ping succeeds.

    Without it every request of a stalled Redis would wait for the socket's timeout.
    """

    def __init__(self, probe: Callable[[], object]) -> None:
        self._probe = probe
        self._probing = threading.Lock()
        self._next_probe = 0.0
        self.open = False

    def guard(self, command: Callable[[], Reply]) -> Reply:
        if self.open:
            self._try_to_close()
        try:
            return command()
        except (RedisError, OSError) as error:
            self._trip(error)
            raise RedisAway from None

    def _try_to_close(self) -> None:
        """Ask once a pause whether Redis is back, in one thread; the others do not wait."""
        if time.monotonic() < self._next_probe or not self._probing.acquire(blocking=False):
            raise RedisAway
        try:
            self._probe()
        except (RedisError, OSError):
            self._next_probe = time.monotonic() + PAUSE_SECONDS
            raise RedisAway from None
        finally:
            self._probing.release()
        self.open = False
        logger.warning("Redis answers again.")

    def _trip(self, error: Exception) -> None:
        self._next_probe = time.monotonic() + PAUSE_SECONDS
        if not self.open:
            self.open = True
            # The type only: the text may carry the server's address.
            logger.warning("Redis is away (%s); going on without it.", type(error).__name__)


def _connect(url: str, *, seconds: float, connections: int) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=seconds,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        # A dropped connection is made again at once. A timeout is not retried: the
        # caller has a second source and need not wait twice.
        retry=Retry(NoBackoff(), 1, (RedisConnectionError,)),
        decode_responses=True,
        protocol=2,
        driver_info=None,
    )
    return Redis(connection_pool=pool)
