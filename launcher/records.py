"""Process ids written down, so that the next start can end what a kill -9 left behind.

A pid alone may be somebody else's by now: a process counts as ours only when it also started at
the recorded moment or runs in the recorded process group, and works in the recorded folder.
"""

import contextlib
import json
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

SAME_MOMENT = 5.0  # seconds; the kernel's boot time, from which start times are counted, may be corrected
KILLED_SECONDS = 5.0


def write(record: Path, pid: int, folder: Path) -> None:
    try:
        created = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return
    partial = record.with_suffix(".partial")
    partial.write_text(json.dumps({"pid": pid, "created": created, "folder": str(folder.resolve())}))
    partial.replace(record)


def forget(record: Path) -> None:
    record.unlink(missing_ok=True)


def reap(records: Mapping[Path, signal.Signals], *, seconds: float) -> int:
    """End the recorded processes and their groups: each gets its gentle signal, all `seconds` together.

    Returns how many processes had to be ended.
    """
    left = []
    for record, gentle in records.items():
        leader, ours = _recorded(record)
        tell(ours, leader=leader, gentle=gentle)
        left += ours
    end(left, seconds=seconds)
    for record in records:
        forget(record)
    return len(left)


def _recorded(record: Path) -> tuple[int, list[psutil.Process]]:
    try:
        written = json.loads(record.read_text())
        pid, created, folder = int(written["pid"]), float(written["created"]), str(written["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, []
    return pid, [process for process in _group(pid) if _is_ours(process, pid, created, folder)]


def tell(processes: list[psutil.Process], *, leader: int, gentle: signal.Signals) -> None:
    """The leader stops its own helpers."""
    for process in processes:
        if process.pid == leader:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(gentle)


def end(processes: list[psutil.Process], *, seconds: float) -> None:
    """Wait for them, then kill what is still there."""
    for process in _alive_after(processes, seconds):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _alive_after(processes, KILLED_SECONDS)


def _alive_after(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """A zombie counts as ended: in a container nobody may ever collect it (psutil would wait for that)."""
    deadline = time.monotonic() + seconds
    while (alive := [process for process in processes if _runs(process)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def working_in(folder: Path, name: str) -> list[psutil.Process]:
    """Running programs of that name whose working folder is `folder`."""
    place = os.path.realpath(folder)
    return [process for process in psutil.process_iter() if _is_named(process, name) and _works_in(process, place)]


def _is_named(process: psutil.Process, name: str) -> bool:
    try:
        return process.name() == name and _runs(process)
    except psutil.Error:
        return False


def _group(pid: int) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getpgid(process.pid) == pid:
                found.append(process)
    return found


def _is_ours(process: psutil.Process, pid: int, created: float, folder: str) -> bool:
    try:
        if process.pid == pid and abs(process.create_time() - created) > SAME_MOMENT:
            return False
        return _runs(process) and _works_in(process, folder)
    except psutil.Error:
        return False


def _works_in(process: psutil.Process, folder: str) -> bool:
    try:
        return os.path.realpath(process.cwd()) == folder
    except psutil.Error:
        return False
