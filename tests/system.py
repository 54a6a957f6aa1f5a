"""The system under test: its parts as real processes, told apart from pytest's own."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.fakes.upstream import Upstream

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 120
# A dead worker is noticed after a few seconds instead of fifteen.
HASTE = {
    "ANSWER_LEASE_SECONDS": "3",
    # All tests come from one address; those of the limits start an API of their own.
    "ANSWERS_AT_ONCE": "0",
    "GUESTS_PER_HOUR": "0",
    # The machine may be busy: a search that gave up would go by words alone for some seconds.
    "EMBEDDING_SEARCH_SECONDS": "3",
    "QUESTIONS_PER_MINUTE": "0",
    "REGISTRATIONS_PER_HOUR": "0",
    "SIGN_IN_ATTEMPTS_PER_ADDRESS": "0",
    "TOKENS_PER_DAY": "0",
    "ANSWER_RENEW_SECONDS": "0.5",
    "DOCUMENT_LEASE_SECONDS": "3",
    "IMPORT_LEASE_SECONDS": "3",
    "EVENTS_PING_SECONDS": "0.5",
    "MODEL_REST_SECONDS": "1",
    "SOCKET_CHECK_SECONDS": "0.5",
    "WORKER_STOP_SECONDS": "1",
    # Clean-up would take what a test is about to look at: once a year.
    "CLEANUP_ANSWERS_CRON": "0 0 1 1 *",
    "CLEANUP_SESSIONS_CRON": "0 0 1 1 *",
    "CLEANUP_USERS_CRON": "0 0 1 1 *",
    "EXPIRE_USERS_CRON": "0 0 1 1 *",
}


@dataclass
class LiveSystem:
    """Addresses and handles. The client is started by the first test that asks for it."""

    api_url: str
    folder: Path
    env_file: Path
    upstream: Upstream
    _stack: contextlib.ExitStack = field(repr=False)
    _frontend_url: str = ""
    _worker: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def frontend_url(self) -> str:
        if not self._frontend_url:
            self._frontend_url = self._stack.enter_context(start_frontend(self.api_url, self.folder))
        return self._frontend_url

    def configure(self, **variables: str) -> None:
        """Rewrite the `.env` that the parts read; it counts at the next `models/check/`."""
        lines = [f"{name}='{value}'" for name, value in variables.items()]
        # In place, a part that looks just then would read half of it.
        draft = self.env_file.with_suffix(".draft")
        draft.write_text("\n".join(lines) + "\n")
        draft.replace(self.env_file)

    def use_fake_endpoint(self) -> None:
        endpoints = [{"name": "fake", "base_url": self.upstream.url}]
        self.configure(AI_ENDPOINTS=json.dumps(endpoints))

    def use_no_endpoint(self) -> None:
        self.configure()

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self._worker.enter_context(start_worker(self.folder))

    def stop_worker(self) -> None:
        self._worker.close()


@contextlib.contextmanager
def start_system(folder: Path, env_file: Path) -> Iterator[LiveSystem]:
    with contextlib.ExitStack() as stack:
        upstream = stack.enter_context(Upstream())
        port = free_port()
        system = LiveSystem(f"http://127.0.0.1:{port}", folder, env_file, upstream, stack)
        system.use_fake_endpoint()
        stack.enter_context(start_api(port, folder))
        system.start_worker()
        stack.callback(system.stop_worker)
        wait_until(lambda: _ok(f"{system.api_url}/api/health/ready/"), "the system is ready")
        yield system


@contextlib.contextmanager
def start_api(port: int, folder: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    command = ["-m", "uvicorn", "config.asgi:application", "--app-dir", "backend", "--port", str(port)]
    with running(
        [sys.executable, *command, "--no-proxy-headers", "--log-level", "warning"], folder / "api.log", environment
    ) as process:
        yield process


@contextlib.contextmanager
def start_worker(folder: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "backend/manage.py", "procrastinate", "worker"]
    with running(command, folder / "worker.log", environment) as process:
        yield process


@contextlib.contextmanager
def start_frontend(api_url: str, folder: Path, *, port: int = 0, **more: str) -> Iterator[str]:
    """The client on `port`, or on a free one."""
    port = port or free_port()
    url = f"http://localhost:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "frontend/app.py", "--server.port", str(port)]
    environment = {"API_URL": api_url, "PUBLIC_URL": url, **more}
    with running([*command, "--server.headless", "true"], folder / "frontend.log", environment):
        wait_until(lambda: _ok(f"http://127.0.0.1:{port}/_stcore/health"), "the client is ready")
        yield url


@contextlib.contextmanager
def running(command: list[str], log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a part until the block ends; SIGTERM first, SIGKILL after 25 s."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=output, env={**os.environ, **HASTE, **environment}
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(25)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(condition: Callable[[], object], what: str, *, seconds: float = START_SECONDS) -> None:
    """Wait for a condition; fail with `what` when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.05)


# Each xdist worker has a share of the ports below those that systems give to outgoing connections;
# another run on this machine begins elsewhere in it.
_PORTS_EACH = 600
_FIRST_PORT = 13_000 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 32 * _PORTS_EACH
_places = itertools.count(random.SystemRandom().randrange(_PORTS_EACH))


def free_port() -> int:
    """A port that is free, and that no other worker draws before the caller binds it."""
    for place in itertools.islice(_places, _PORTS_EACH):
        port = _FIRST_PORT + place % _PORTS_EACH
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("", port))
            return port
    raise AssertionError("all ports are taken")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _ok(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.RequestException:
        return False
