"""Migrate the database, but only when something changed since the last time."""

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from launcher import logs
from launcher.console import Step
from launcher.embedded.folder import DataFolder
from launcher.errors import LauncherError
from launcher.paths import BACKEND, ROOT

# The shipped guide is loaded by the migration as well; packages bring migrations of their own.
SOURCES = ("**/migrations/*.py", "*/guide/*", "requirements.txt")


async def migrate_if_needed(folder: DataFolder, environment: Mapping[str, str], *, embedded: bool) -> None:
    """A database of the user's own is always migrated: it can have been made anew without us seeing it."""
    stamp = folder.run / "migrated"
    wanted = _fingerprint(folder)
    if embedded and stamp.exists() and stamp.read_text() == wanted:
        return
    log = folder.logs / "migrate.log"
    with Step("step_migrate"), log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(BACKEND / "manage.py"), "migrate", "--no-input",
            cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        if code != 0:
            raise LauncherError("migrate_failed", reason=logs.helpful_line(log), log=f"logs/{log.name}")
    stamp.write_text(wanted)


def _fingerprint(folder: DataFolder) -> str:
    content = hashlib.sha256()
    for path in _sources():
        content.update(str(path.relative_to(BACKEND)).encode())
        content.update(path.read_bytes())
    # Written once, when the database is made: another database is not the one that was migrated.
    marker = folder.postgres / "PG_VERSION"
    if marker.exists():
        content.update(str(marker.stat().st_mtime_ns).encode())
    return content.hexdigest()


def _sources() -> list[Path]:
    found = {path for pattern in SOURCES for path in BACKEND.glob(pattern) if path.is_file()}
    return sorted(found)
