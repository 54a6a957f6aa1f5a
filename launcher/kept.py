"""One child process that is kept alive: started, watched, restarted with a growing pause, stopped.

Used for the embedded servers (by their supervisor) and for the parts (by run.py). Knows nothing
of what runs in it. Must be driven from the main thread: the kernel's parent-death signal follows
the thread that started the child.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from launcher import records
from launcher.child import UNREACHABLE
from launcher.errors import LauncherError

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
CALM = 60.0  # alive this long: the next failure starts again with the first pause
POLL = 0.03
CHILD = Path(__file__).with_name("child.py")

StopSteps = tuple[tuple[signal.Signals, float], ...]


@dataclass(frozen=True)
class ProcessSpec:
    """What to run. `stop_steps`: signals in turn, each with the seconds it is given."""

    name: str
    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    log: Path
    record: Path
    stop_steps: StopSteps
    death_signal: signal.Signals = signal.SIGTERM
    user: tuple[int, int] | None = None
    needs: tuple[Path, ...] = ()
    before_start: Callable[[], None] = field(default=lambda: None)


class EndedEarly(Exception):
    """The process ended before it was ready."""


class NotReady(Exception):
    """The process lives but was not ready in time."""


class KeptProcess:
    """`start`, `wait_ready`, then `keep` until `stop`."""

    def __init__(
        self,
        spec: ProcessSpec,
        on_restart: Callable[[str, float], None] = lambda name, pause: None,
        *,
        longest_pause: float = LONGEST_PAUSE,
    ) -> None:
        self.spec = spec
        self._on_restart = on_restart
        self._longest_pause = longest_pause
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        self.spec.before_start()
        options = {
            "parent": os.getpid(),
            "death_signal": int(self.spec.death_signal),
            "user": self.spec.user,
            "needs": [str(path) for path in self.spec.needs],
        }
        first = () if sys.platform == "win32" else (sys.executable, "-I", "-S", str(CHILD), json.dumps(options))
        with self.spec.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *first, *self.spec.command,
                cwd=self.spec.folder, env=dict(self.spec.environment),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        records.write(self.spec.record, self._process.pid, self.spec.folder)

    async def wait_ready(self, check: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Raises EndedEarly, NotReady or, when the user cannot reach the files, LauncherError."""
        deadline = time.monotonic() + seconds
        while not await check():
            assert self._process is not None
            if self._process.returncode == UNREACHABLE and self.spec.user:
                raise LauncherError("unreachable_for_user", folder=str(self.spec.needs[0]))
            if self._process.returncode is not None:
                raise EndedEarly
            if time.monotonic() > deadline:
                raise NotReady
            await asyncio.sleep(POLL)

    def keep(self) -> None:
        self._keeper = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping:
            began = time.monotonic()
            assert self._process is not None
            await self._process.wait()
            if self._stopping:
                return
            self._end_group()
            pause = FIRST_PAUSE if time.monotonic() - began > CALM else pause
            self._on_restart(self.spec.name, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._longest_pause)
            await self.start()

    async def stop(self) -> None:
        """End the whole process group; gentle signals first."""
        self._stopping = True
        if self._process is not None:
            for step, seconds in self.spec.stop_steps:
                if await self._ended_after(step, seconds):
                    break
            self._end_group()
            records.forget(self.spec.record)
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper

    def kill(self) -> None:
        """Now, without a word; a `stop` that is waiting then ends."""
        self._stopping = True
        if self._process is not None:
            self._end_group()

    async def _ended_after(self, step: signal.Signals, seconds: float) -> bool:
        assert self._process is not None
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(step)
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _end_group(self) -> None:
        """The process and what it left; the group's number is its own, as a session leader."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
