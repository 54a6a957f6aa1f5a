"""A system whose parts and whose Redis a test may kill, freeze and start again.

It works on the tests' own database. While it is open the worker that all tests share rests,
so that only its own workers answer.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from tests.own_redis import OwnRedis, own_redis
from tests.system import START_SECONDS, LiveSystem, free_port, listens, start_api, start_worker, wait_until

# How Postgres tells this system's connections from those of the one that all tests share.
APPLICATION = "apart"


@dataclass(frozen=True)
class Part:
    """One process of the system, and what ends it."""

    process: subprocess.Popen[bytes]
    _running: contextlib.ExitStack

    @classmethod
    def start(cls, running: contextlib.AbstractContextManager[subprocess.Popen[bytes]]) -> Part:
        stack = contextlib.ExitStack()
        return cls(stack.enter_context(running), stack)

    def kill(self) -> None:
        """As a power cut does; works on a frozen process, too."""
        self.process.kill()
        self.process.wait()
        self._running.close()

    def stop(self) -> None:
        """Let it finish what it can."""
        self.process.terminate()
        self.process.wait(START_SECONDS)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.process.send_signal(signal.SIGCONT)


class Apart:
    def __init__(self, system: LiveSystem, redis: OwnRedis) -> None:
        self.upstream = system.upstream
        self.redis = redis
        self._folder = system.folder
        self._port = free_port()
        self.api_url = f"http://127.0.0.1:{self._port}"
        self._workers: list[Part] = []

    def start_api(self) -> None:
        self._api = Part.start(start_api(self._port, self._folder, **self._servers()))
        wait_until(lambda: listens(self._port), "the API listens")

    def _servers(self) -> dict[str, str]:
        url = f"{os.environ['DATABASE_URL']}&application_name={APPLICATION}"
        return {"DATABASE_URL": url, "REDIS_URL": self.redis.url}

    def kill_api(self) -> None:
        self._api.kill()

    def start_worker(self, **environment: str) -> Part:
        worker = Part.start(start_worker(self._folder, **self._servers(), **environment))
        self._workers.append(worker)
        return worker

    def one_worker(self) -> Part:
        """The worker that is there, or a new one."""
        alive = [worker for worker in self._workers if worker.process.poll() is None]
        return alive[0] if alive else self.start_worker()

    @contextlib.contextmanager
    def worker_kept_running(self) -> Iterator[None]:
        """Start a new worker when one ends, as run.py does: procrastinate's gives up when Postgres is away."""
        over = threading.Event()

        def keep() -> None:
            while not over.wait(0.2):
                self.one_worker()

        keeper = threading.Thread(target=keep)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()

    def kill_workers(self) -> None:
        while self._workers:
            self._workers.pop().kill()


@contextlib.contextmanager
def system_apart(system: LiveSystem) -> Iterator[Apart]:
    system.stop_worker()
    try:
        with own_redis() as redis:
            apart = Apart(system, redis)
            try:
                apart.start_api()
                yield apart
            finally:
                apart.kill_workers()
                apart.kill_api()
    finally:
        system.start_worker()
