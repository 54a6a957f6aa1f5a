"""What the reading process may use. It reads files that strangers have made."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
from typing import Any

MEMORY_BYTES = 1 << 30
# The CPU time from one sign of life to the next: a page, some rows of a table.
STEP_CPU_SECONDS = 2.0
PICTURE_BYTES = 64_000_000
_NICENESS = 5
# Nothing that reads a document has to do any of these.
_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "pty.")


def confine() -> None:
    """Take from this process what reading does not need. Cannot be undone."""
    # macOS has no limit on the address space; there the checks of sizes stand alone.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (PICTURE_BYTES, PICTURE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    sys.addaudithook(_refuse)
    grant_step()


def step_back() -> None:
    """Let others go first from now on: a file that has given something is worth waiting for, one that loops is not."""
    os.nice(_NICENESS)


def grant_step() -> None:
    """Allow `STEP_CPU_SECONDS` from now on; more than that, and the kernel ends this process (SIGPROF)."""
    signal.setitimer(signal.ITIMER_PROF, STEP_CPU_SECONDS)


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not for the reading of documents")
