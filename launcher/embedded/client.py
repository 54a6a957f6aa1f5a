"""Attach to the embedded servers of a data folder, or start them. Standard library only."""

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from launcher import logs
from launcher.embedded.folder import DataFolder
from launcher.errors import LauncherError

ROOT = Path(__file__).resolve().parents[2]
CONTROL = "control.sock"
SECONDS = 120.0
STOP_SECONDS = 40.0
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")


@dataclass
class Servers:
    """The addresses, and a lease on the servers behind them, which ends with `close` or the process.

    An address that was not asked for is "". Passwords stand in the addresses: never print them.
    """

    database_url: str
    redis_url: str
    _lease: socket.socket = field(repr=False)

    def close(self, *, wait: bool = False) -> None:
        """Let go. With `wait`, and if nobody else uses the servers, stop them now and wait for it."""
        with contextlib.suppress(OSError):
            if wait:
                self._lease.settimeout(STOP_SECONDS)
                self._lease.sendall(b"close\n")
                while self._lease.recv(1024):
                    pass
        self._lease.close()

    def lost(self) -> bool:
        """Has the supervisor gone (then its servers stop, too)? Open the servers again in that case."""
        if not select.select([self._lease], [], [], 0)[0]:
            return False
        try:
            return not self._lease.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def __enter__(self) -> "Servers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_servers(data_dir: Path, *, database: bool = True, redis: bool = True) -> Servers:
    """Attach to the servers of `data_dir`, starting what is not running. Safe to call at once from many.

    Raises LauncherError with a sentence for the user.
    """
    if sys.platform == "win32":
        raise LauncherError("windows")
    folder = DataFolder(Path(data_dir).absolute())
    folder.prepare()
    need = [name for name, wanted in (("database", database), ("redis", redis)) if wanted]
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        lease = _connect(folder)
        reply = _ask(lease, need) if lease else None
        if lease is None:
            _start_supervisor(folder)
        elif reply is None:
            lease.close()  # it was just stopping; another one takes its place
        elif "error" in reply:
            lease.close()
            raise LauncherError(reply["error"], **reply["params"])
        else:
            return Servers(reply.get("database", ""), reply.get("redis", ""), lease)
    raise _no_supervisor(folder)


def _connect(folder: DataFolder) -> socket.socket | None:
    lease = socket.socket(socket.AF_UNIX)
    try:
        lease.connect(str(folder.sockets() / CONTROL))
    except OSError:
        lease.close()
        return None
    return lease


def _ask(lease: socket.socket, need: list[str]) -> dict[str, Any] | None:
    lease.settimeout(SECONDS)
    try:
        lease.sendall(json.dumps({"need": need}).encode() + b"\n")
        written = b""
        while not written.endswith(b"\n"):
            received = lease.recv(65536)
            if not received:
                return None
            written += received
    except OSError:
        return None
    reply: dict[str, Any] = json.loads(written)
    return reply


def _start_supervisor(folder: DataFolder) -> None:
    """Returns when one listens: the new one, or another that was quicker."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = str(ROOT)
    with (folder.logs / "servers.log").open("ab") as log:
        started = subprocess.run(
            [sys.executable, "-m", "launcher.embedded.supervisor", str(folder.path)],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            start_new_session=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    if started.returncode != 0:
        try:
            error = json.loads(started.stdout)
        except ValueError:
            raise _no_supervisor(folder) from None
        raise LauncherError(error["error"], **error["params"])


def _no_supervisor(folder: DataFolder) -> LauncherError:
    log = folder.logs / "servers.log"
    return LauncherError("servers_failed", reason=logs.helpful_line(log), log=f"logs/{log.name}")
