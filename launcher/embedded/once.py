"""Run a server's own tool once, as the server's user, with its output in that server's log."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from launcher import logs
from launcher.child import UNREACHABLE
from launcher.errors import LauncherError
from launcher.kept import CHILD

SECONDS = 120.0


async def run_once(
    command: tuple[str, ...],
    *,
    name: str,
    user: tuple[int, int] | None,
    needs: tuple[Path, ...],
    environment: dict[str, str],
    log: Path,
    text: str = "",
) -> None:
    """Raises LauncherError with the tool's own reason when it does not end with 0."""
    options = {
        "parent": os.getpid(),
        "death_signal": int(signal.SIGTERM),
        "user": user,
        "needs": [str(path) for path in needs],
    }
    since = logs.size(log)
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", str(CHILD), json.dumps(options), *command,
            cwd="/", env=environment, stdin=asyncio.subprocess.PIPE, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        await asyncio.wait_for(process.communicate(text.encode()), SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
    if process.returncode == UNREACHABLE and user:
        raise LauncherError("unreachable_for_user", folder=str(needs[0]))
    if process.returncode != 0:
        raise LauncherError("server_failed", name=name, reason=logs.helpful_line(log, since), log=f"logs/{log.name}")
