"""The three parts that run.py keeps alive: how each is started and when it is well."""

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher.embedded.folder import DataFolder
from launcher.health import status_of
from launcher.kept import ProcessSpec, StopSteps
from launcher.paths import BACKEND, FRONTEND, ROOT

# What a restart does to an answer that is being written is the worker's affair, so it gets the most time.
WORKER_STOP: StopSteps = ((signal.SIGTERM, 20.0),)
API_STOP: StopSteps = ((signal.SIGTERM, 20.0),)
CLIENT_STOP: StopSteps = ((signal.SIGTERM, 5.0),)
API_GRACE = "20"
LARGEST_FRAME = "1048576"
LOCAL_NAMES = ("127.0.0.1", "0.0.0.0", "::", "::1", "localhost")
ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True)
class Addresses:
    """Where the API and the page listen, and under which names they are reached."""

    host: str
    api_port: int
    page_port: int

    @property
    def reach(self) -> str:
        """`host`, or this machine's own address when `host` stands for all addresses."""
        return ALL_ADDRESSES.get(self.host, self.host)

    @property
    def api_url(self) -> str:
        return f"http://{self._in_url(self.reach)}:{self.api_port}"

    @property
    def page_url(self) -> str:
        """One name everywhere: `localhost` and `127.0.0.1` are two hosts to a cookie."""
        shown = "localhost" if self.host in LOCAL_NAMES else self._in_url(self.host)
        return f"http://{shown}:{self.page_port}"

    def _in_url(self, host: str) -> str:
        return f"[{host}]" if ":" in host else host


@dataclass(frozen=True)
class Part:
    """`title` is a key of the messages."""

    title: str
    spec: ProcessSpec
    is_well: Callable[[], Awaitable[bool]]


def record_of(folder: DataFolder, name: str) -> Path:
    return folder.run / f"{name}.pid"


PART_NAMES = ("api", "worker", "client")


class Parts:
    """Makes the parts for one run; `environment` is what is added to this process' own."""

    def __init__(self, folder: DataFolder, addresses: Addresses, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._addresses = addresses
        self._environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}

    def api(self) -> Part:
        where = self._addresses
        command = (
            "-m", "uvicorn", "config.asgi:application", "--app-dir", str(BACKEND),
            "--host", where.host, "--port", str(where.api_port),
            "--timeout-graceful-shutdown", API_GRACE, "--ws-max-size", LARGEST_FRAME,
            # Frames are small: packing each costs time, and a packer a socket much memory.
            "--ws-per-message-deflate", "false",
            # Anybody on this machine could write them; who asks is in a header that our client signs.
            "--no-proxy-headers",
            "--no-access-log", "--no-server-header",
        )  # fmt: skip
        return self._part("api", command, ROOT, API_STOP, "/api/health/live/", where.api_port)

    def worker(self) -> Part:
        """Its signs of life are in the database, where the API's health looks for them."""
        command = (str(BACKEND / "manage.py"), "procrastinate", "worker")
        return self._part("worker", command, ROOT, WORKER_STOP, "/api/health/ready/", self._addresses.api_port)

    def client(self) -> Part:
        where = self._addresses
        command = (
            "-m", "streamlit", "run", "app.py", "--server.address", where.host,
            "--server.port", str(where.page_port), "--server.headless", "true",
            "--browser.gatherUsageStats", "false",
        )  # fmt: skip
        return self._part("client", command, FRONTEND, CLIENT_STOP, "/_stcore/health", where.page_port)

    def _part(self, name: str, command: tuple[str, ...], folder: Path, stop: StopSteps, health: str, port: int) -> Part:
        async def is_well() -> bool:
            return await status_of(self._addresses.reach, port, health) == 200

        spec = ProcessSpec(
            name=name,
            command=(sys.executable, *command),
            folder=folder,
            environment=self._environment,
            log=self._folder.logs / f"{name}.log",
            record=record_of(self._folder, name),
            stop_steps=stop,
            # Without run.py nobody restarts or stops it, and its servers go: nothing is left to finish for.
            death_signal=signal.SIGKILL,
        )
        return Part(f"part_{name}", spec, is_well)
