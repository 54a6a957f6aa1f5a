"""`python run.py`: the story of one run, from the free ports to the clean stop.

The servers belong to their own supervisor (launcher.embedded); the parts belong to this process
and end with it. Everything that can start beside something else does.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import webbrowser

from launcher import console, logs, messages, records
from launcher.administrator import first_administrator_code
from launcher.console import Step
from launcher.embedded import Servers, open_servers
from launcher.embedded.folder import DataFolder
from launcher.environment import data_folder, read_environment
from launcher.errors import LauncherError
from launcher.kept import EndedEarly, KeptProcess, NotReady
from launcher.locks import FileLock
from launcher.migration import migrate_if_needed
from launcher.parts import PART_NAMES, Addresses, Part, Parts, record_of
from launcher.ports import check_ports

SERVER_VARIABLES = ("DATABASE_URL", "REDIS_URL")
READY_SECONDS = 60.0
LEFT_OVER_SECONDS = 3.0
LOOK_AFTER_SERVERS = 1.0


def main(options: argparse.Namespace) -> int:
    given = read_environment()
    if sys.platform == "win32" and not (given.get("DATABASE_URL") and given.get("REDIS_URL")):
        raise LauncherError("windows")
    folder = DataFolder(data_folder(given))
    folder.prepare()
    lock = FileLock(folder.run / "run.lock")
    if not lock.take():
        raise LauncherError("already_running", folder=str(folder.path), pid=lock.holder())
    left = {record_of(folder, name): signal.SIGTERM for name in PART_NAMES}
    records.reap(left, seconds=LEFT_OVER_SECONDS)
    check_ports(options.host, options.backend_port, options.frontend_port)
    addresses = Addresses(options.host, options.backend_port, options.frontend_port)
    return asyncio.run(Run(folder, addresses, given, open_page=not options.no_browser).until_stopped())


class Run:
    """One run of all parts."""

    def __init__(self, folder: DataFolder, addresses: Addresses, given: dict[str, str], *, open_page: bool) -> None:
        self._folder = folder
        self._addresses = addresses
        self._given = given
        self._open_page = open_page
        self._opening: asyncio.Task[Servers] | None = None
        self._kept: list[tuple[Part, KeptProcess]] = []
        self._stop = asyncio.Event()

    async def until_stopped(self) -> int:
        self._listen_to_signals()
        running = asyncio.create_task(self._start_and_watch())
        stopped = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait((running, stopped), return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()  # it only ends by itself with an error
        finally:
            running.cancel()
            stopped.cancel()
            await asyncio.gather(running, stopped, return_exceptions=True)
            await self._stop_all()
        return 0

    def _listen_to_signals(self) -> None:
        if sys.platform == "win32":
            return  # Ctrl-C arrives as KeyboardInterrupt
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup ignores hang-ups, and wants to go on.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                loop.add_signal_handler(number, self._on_signal)

    def _on_signal(self) -> None:
        if self._stop.is_set():  # the second time: somebody does not want to wait
            for _, kept in self._kept:
                kept.kill()
        self._stop.set()

    async def _start_and_watch(self) -> None:
        environment = self._public_environment()
        # The page needs no database: it starts while the servers do.
        client = await self._launch(Parts(self._folder, self._addresses, environment).client())
        environment |= await self._provide_servers()
        await migrate_if_needed(self._folder, {**os.environ, **environment}, embedded=self._has_own_database())
        with Step("step_parts"):
            parts = Parts(self._folder, self._addresses, environment)
            started = [client, await self._launch(parts.api()), await self._launch(parts.worker())]
            await asyncio.gather(*(self._wait_for(*each) for each in started))
        self._announce()
        await self._invite_administrator({**os.environ, **environment})
        await self._look_after_servers()

    def _public_environment(self) -> dict[str, str]:
        return {
            "TRIPLE_CHAT_DATA": str(self._folder.path),
            "API_URL": self._addresses.api_url,
            "PUBLIC_URL": self._given.get("PUBLIC_URL") or self._addresses.page_url,
        }

    async def _provide_servers(self) -> dict[str, str]:
        """The addresses of both, from the settings or from the embedded servers."""
        urls = {name: self._given[name] for name in SERVER_VARIABLES if self._given.get(name)}
        if urls:
            await self._check_reachable(urls)
        if len(urls) < len(SERVER_VARIABLES):
            with Step(self._servers_step()):
                servers = await self._open_servers()
            urls = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, **urls}
        return urls

    async def _check_reachable(self, urls: dict[str, str]) -> None:
        # Two client libraries, a third of a second that an ordinary start does not need.
        from launcher.external import check_reachable

        with Step("step_reach", names=", ".join(urls)):
            for variable, url in urls.items():
                await asyncio.to_thread(check_reachable, variable, url)

    def _servers_step(self) -> str:
        if not self._has_own_database():
            return "step_valkey"
        return "step_postgres" if self._given.get("REDIS_URL") else "step_servers"

    async def _open_servers(self) -> Servers:
        opening = asyncio.to_thread(
            open_servers,
            self._folder.path,
            database=self._has_own_database(),
            redis=not self._given.get("REDIS_URL"),
        )
        # A thread cannot be cancelled: when we are stopped meanwhile, `_stop_servers` waits for it.
        self._opening = asyncio.create_task(opening)
        return await asyncio.shield(self._opening)

    def _has_own_database(self) -> bool:
        return not self._given.get("DATABASE_URL")

    async def _launch(self, part: Part) -> tuple[Part, KeptProcess, int]:
        """The last value is where this run begins in the part's log."""
        logs.turn_over(part.spec.log)
        since = logs.size(part.spec.log)
        kept = KeptProcess(part.spec, on_restart=self._note_restart)
        self._kept.append((part, kept))
        await kept.start()
        return part, kept, since

    async def _wait_for(self, part: Part, kept: KeptProcess, since: int) -> None:
        try:
            await kept.wait_ready(part.is_well, READY_SECONDS)
        except (EndedEarly, NotReady) as error:
            raise LauncherError(
                "part_failed", name=messages.text(part.title),
                reason=logs.helpful_line(part.spec.log, since) or "?", log=f"logs/{part.spec.log.name}",
            ) from error  # fmt: skip
        kept.keep()

    def _note_restart(self, name: str, pause: float) -> None:
        title = messages.text(f"part_{name}")
        console.say("! " + messages.text("part_restarted", name=title, pause=f"{pause:g}", log=f"logs/{name}.log"))

    def _announce(self) -> None:
        url = self._addresses.page_url
        console.say("\n" + messages.READY.format(url=url))
        console.say(messages.text("stop_hint"))
        if self._open_page and _has_screen():
            webbrowser.open(url)

    async def _invite_administrator(self, environment: dict[str, str]) -> None:
        """After the page's address: nobody waits for it, least of all those who want no administrator."""
        if code := await first_administrator_code(self._folder, environment):
            url = f"{environment['PUBLIC_URL'].rstrip('/')}/account"
            console.say("\n" + messages.text("no_administrator", url=url, code=code))

    async def _look_after_servers(self) -> None:
        """Their supervisor may have been killed: then open them anew, under the same addresses."""
        while True:
            await asyncio.sleep(LOOK_AFTER_SERVERS)
            if self._opening is not None and self._opening.result().lost():
                self._opening.result().close()
                await self._open_servers()

    async def _stop_all(self) -> None:
        with Step("step_stop"):
            await asyncio.gather(*(kept.stop() for _, kept in self._kept))
            await self._stop_servers()

    async def _stop_servers(self) -> None:
        if self._opening is not None:
            with contextlib.suppress(LauncherError):  # said already, or of no interest any more
                servers = await self._opening
                await asyncio.to_thread(servers.close, wait=True)


def _has_screen() -> bool:
    """On a server `webbrowser` would open a browser in this very terminal."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
