"""The detached process that holds the data folder, starts the servers and stops them.

`python -m launcher.embedded.supervisor DATA`. A connection to its control socket is a lease: it
asks for servers (`{"need": ["database", "redis"]}`), gets their addresses, and holds them for as
long as it stays open. When the last lease has been gone for a moment, all is stopped cleanly.
One thread only: the servers die with the thread that started them. Exit code 0 with nothing
printed: a supervisor serves this folder (this one or another); else an error is printed as JSON.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from launcher import logs, records
from launcher.embedded.account import server_user
from launcher.embedded.folder import DataFolder
from launcher.embedded.postgres import Postgres
from launcher.embedded.valkey import Valkey
from launcher.errors import LauncherError
from launcher.kept import EndedEarly, KeptProcess, NotReady
from launcher.locks import FileLock

CONTROL = "control.sock"
GRACE = 2.0
FIRST_GRACE = 15.0  # for whoever started us to connect
TOGETHER = 0.05  # leases that end in the same moment count as one end
LOCK_SECONDS = 40.0  # as long as a supervisor that is stopping may take
LEFT_OVER_SECONDS = 3.0
READY_SECONDS = 60.0  # recovery after a crash can take a while

Server = Postgres | Valkey


class Supervisor:
    """Serves leases on `listener` until nobody holds one, or until a signal."""

    def __init__(self, folder: DataFolder, servers: dict[str, Callable[[], Server]]) -> None:
        self._folder = folder
        self._makers = servers
        self._started: dict[str, asyncio.Task[str]] = {}
        self._kept: list[KeptProcess] = []
        self._leases: set[asyncio.StreamWriter] = set()
        self._stop = asyncio.Event()
        self._grace: asyncio.TimerHandle | None = None

    async def serve(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop.set)
        server = await asyncio.start_unix_server(self._lease, sock=listener)
        self._wait_for_lease(FIRST_GRACE)
        await self._stop.wait()
        # From here on a newcomer finds no socket, and starts a supervisor that waits for our lock.
        server.close()
        (self._folder.sockets() / CONTROL).unlink(missing_ok=True)
        for starting in self._started.values():
            starting.cancel()
        await asyncio.gather(*self._started.values(), return_exceptions=True)
        await asyncio.gather(*(kept.stop() for kept in self._kept))
        self._folder.drop_sockets()

    async def _lease(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._leases.add(writer)
        answering = None
        try:
            answering = asyncio.create_task(self._answer(json.loads(await reader.readline()), writer))
            # Either the end of the connection, or the word that nobody comes back soon.
            if (await reader.readline()).strip() == b"close":
                await asyncio.sleep(TOGETHER)
                if self._leases == {writer}:
                    self._stop.set()
        except (ValueError, ConnectionError):
            pass
        finally:
            if answering is not None:
                answering.cancel()
            self._leases.discard(writer)
            if not self._leases:
                self._wait_for_lease(GRACE)
            if self._stop.is_set():
                _hold_until_exit(writer)
            writer.close()

    async def _answer(self, request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        reply: dict[str, Any]
        try:
            reply = {name: await asyncio.shield(self._start(name)) for name in request["need"]}
        except LauncherError as error:
            reply = {"error": error.key, "params": error.params}
        writer.write(json.dumps(reply).encode() + b"\n")
        with contextlib.suppress(ConnectionError):
            await writer.drain()

    def _start(self, name: str) -> "asyncio.Task[str]":
        """One task for all who ask; a failed one is tried anew by the next."""
        task = self._started.get(name)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = self._started[name] = asyncio.create_task(self._bring_up(self._makers[name]))
        return task

    async def _bring_up(self, make: Callable[[], Server]) -> str:
        server = make()
        await server.prepare()
        spec = server.spec()
        logs.turn_over(spec.log)
        since = logs.size(spec.log)
        kept = KeptProcess(spec, on_restart=_note_restart)
        self._kept.append(kept)
        try:
            await kept.start()
            await kept.wait_ready(server.ready, READY_SECONDS)
        except (EndedEarly, NotReady, LauncherError) as error:
            await kept.stop()
            self._kept.remove(kept)
            if isinstance(error, LauncherError):
                raise
            reason = logs.helpful_line(spec.log, since)
            raise LauncherError(
                "server_failed", name=server.name, reason=reason, log=f"logs/{spec.log.name}"
            ) from error
        kept.keep()
        return server.url

    def _wait_for_lease(self, seconds: float) -> None:
        if self._grace is not None:
            self._grace.cancel()
        self._grace = asyncio.get_running_loop().call_later(seconds, self._stop_unless_leased)

    def _stop_unless_leased(self) -> None:
        if not self._leases:
            self._stop.set()


def _hold_until_exit(writer: asyncio.StreamWriter) -> None:
    """Another descriptor of the connection, which only the kernel closes: its end says that all is stopped."""
    os.dup(writer.get_extra_info("socket").fileno())


def _note_restart(name: str, pause: float) -> None:
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {name} ended; starting it again in {pause:g} s", flush=True)


def take_folder(folder: DataFolder) -> FileLock | None:
    """The lock, or None when another supervisor serves. Waits for one that is just stopping."""
    lock = FileLock(folder.lock)
    deadline = time.monotonic() + LOCK_SECONDS
    while not lock.take():
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(folder.sockets() / CONTROL))
            return None
        if time.monotonic() > deadline:
            raise LauncherError("data_folder_locked", folder=str(folder.path), pid=lock.holder())
        time.sleep(0.05)
    return lock


def prepare(folder: DataFolder) -> tuple[socket.socket, dict[str, Callable[[], Server]]]:
    """With the lock held: end what a kill -9 left, and open the control socket."""
    folder.check_version()
    left = {folder.run / "postgres.pid": signal.SIGINT, folder.run / "valkey.pid": signal.SIGTERM}
    records.reap(left, seconds=LEFT_OVER_SECONDS)
    user = server_user(folder.postgres)
    sockets = folder.make_sockets(user)
    passwords, new = folder.passwords()
    control = folder.sockets() / CONTROL
    control.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(control))
    control.chmod(0o600)
    listener.listen(64)
    return listener, {
        "database": lambda: Postgres(folder, sockets, user, passwords["postgres"], new),
        "redis": lambda: Valkey(folder, sockets, user, passwords["valkey"]),
    }


def detach(folder: DataFolder) -> None:
    """Let the caller go on (its child must not stay as a zombie), and write into the log from now on."""
    if os.fork():
        os._exit(0)
    log = folder.logs / "servers.log"
    logs.turn_over(log)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)


def main() -> int:
    folder = DataFolder(Path(sys.argv[1]))
    os.umask(0o077)
    try:
        folder.prepare()
        lock = take_folder(folder)
        if lock is None:
            return 0
        listener, servers = prepare(folder)
    except LauncherError as error:
        print(json.dumps({"error": error.key, "params": error.params}))
        return 1
    detach(folder)
    lock.name_holder()
    asyncio.run(Supervisor(folder, servers).serve(listener))
    return 0


if __name__ == "__main__":
    sys.exit(main())
