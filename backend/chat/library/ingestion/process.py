"""Runs the reading process for one file and passes on what it prints, line by line.

Whatever is wrong with the file harms that process alone. It is ended with its whole group
when it is silent or takes too long; its own limits are in reading/limits.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from django.conf import settings

from chat.library.refusals import DocumentDamaged, DocumentTooComplex
from config.env import ROOT

# It gives a sign of life several times a second; its limit of CPU time comes first.
_SILENT_SECONDS = 30.0
_LONGEST_LINE = 4_000_000
# Nothing of our own environment: it holds passwords and keys.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")


async def read_in_process(path: Path, *, name: str, folder: Path) -> AsyncGenerator[dict[str, Any], None]:
    """Yield the messages that reading/program.py describes; the last one is its `end` or `refused`.

    Raise DocumentTooComplex or DocumentDamaged when it ends without either.
    """
    process = await _start(path, name, folder)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(settings.DOCUMENT_READ_SECONDS):
            while line := await _next_line(process.stdout):
                message: dict[str, Any] = json.loads(line)
                yield message
                if "end" in message or "refused" in message:
                    return
            code = await process.wait()
    except (TimeoutError, ValueError):
        # ValueError: a line that is longer than any passage.
        raise DocumentTooComplex from None
    finally:
        await _end(process)
    # A signal: a limit, or a fault in a library that no exception tells of.
    raise DocumentTooComplex if code < 0 else DocumentDamaged


async def _start(path: Path, name: str, folder: Path) -> asyncio.subprocess.Process:
    wanted = json.dumps({"path": str(path), "name": name, "folder": str(folder)})
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "chat.library.reading.program",
        wanted,
        cwd=folder,
        env={
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            "PYTHONPATH": os.pathsep.join([str(ROOT / "backend"), str(ROOT)]),
            "PYTHONIOENCODING": "utf-8",
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_LINE,
        start_new_session=True,
    )


async def _next_line(output: asyncio.StreamReader) -> bytes:
    # Not wait_for: until Python 3.12 it swallows a cancelling that comes together with a line, and lines come all the time.
    async with asyncio.timeout(_SILENT_SECONDS):
        return await output.readline()


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
