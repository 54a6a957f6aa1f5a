"""The data folder: where everything lies, who may read it, which database version it holds.

`run/`: locks, pids, the control socket, and in `run/servers/` the servers' own sockets. Beside it
`logs/`, `postgres-18/`, `valkey/` and `server-passwords.json`.
"""

import json
import os
import re
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from launcher.errors import LauncherError

POSTGRES_MAJOR = 18
# The kernel's limit is 108 bytes on Linux and 104 on macOS, with the closing zero.
LONGEST_SOCKET_PATH = 100
LONGEST_SOCKET_NAME = "servers/.s.PGSQL.5432"


@dataclass(frozen=True)
class DataFolder:
    """Paths under one data folder. `path` must be absolute."""

    path: Path

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def postgres(self) -> Path:
        return self.path / f"postgres-{POSTGRES_MAJOR}"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def lock(self) -> Path:
        return self.run / "servers.lock"

    @property
    def _moved(self) -> Path:
        return self.run / "sockets-moved-to"

    def prepare(self) -> None:
        """Make the folders. Root leaves the way through open, for the user the servers run as."""
        private = 0o711 if os.name == "posix" and os.geteuid() == 0 else 0o700
        try:
            for folder, mode in ((self.path, private), (self.run, private), (self.logs, 0o700)):
                if not folder.exists():
                    folder.mkdir(parents=True, exist_ok=True)
                    folder.chmod(mode)
            if not os.access(self.run, os.W_OK) or not os.access(self.logs, os.W_OK):
                raise PermissionError
        except OSError as error:
            reason = error.strerror or "Permission denied"
            raise LauncherError("data_folder_unusable", folder=str(self.path), reason=reason) from error

    def check_version(self) -> None:
        """Refuse a database of another major version, rather than start beside it with an empty one."""
        found = [match[1] for entry in self.path.iterdir() if (match := re.fullmatch(r"postgres-(\d+)", entry.name))]
        if str(POSTGRES_MAJOR) in found:
            marker = self.postgres / "PG_VERSION"
            found = [marker.read_text().strip()] if marker.exists() else []
        others = [version for version in found if version != str(POSTGRES_MAJOR)]
        if others:
            raise LauncherError(
                "other_postgres_version", folder=str(self.path), found=others[0], wanted=str(POSTGRES_MAJOR)
            )

    def sockets(self) -> Path:
        """Where the sockets are: `run`, or a short folder when that path is too long for a socket."""
        if len(os.fsencode(self.run / LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return self.run
        try:
            return Path(self._moved.read_text())
        except OSError:
            return self.run

    def make_sockets(self, user: tuple[int, int] | None) -> Path:
        """For the holder of the lock only. Returns the servers' own, empty, private folder."""
        place = self.sockets()
        if len(os.fsencode(place / LONGEST_SOCKET_NAME)) > LONGEST_SOCKET_PATH or not _is_private(place):
            place = Path(tempfile.mkdtemp(prefix="triple-chat-", dir="/tmp"))
            place.chmod(0o711 if user else 0o700)
            self._moved.write_text(str(place))
        servers = place / "servers"
        shutil.rmtree(servers, ignore_errors=True)
        servers.mkdir(mode=0o700)
        if user:
            os.chown(servers, *user)
        return servers

    def drop_sockets(self) -> None:
        place = self.sockets()
        shutil.rmtree(place / "servers", ignore_errors=True)
        if place != self.run:
            shutil.rmtree(place, ignore_errors=True)
            self._moved.unlink(missing_ok=True)

    def passwords(self) -> tuple[dict[str, str], bool]:
        """The servers' passwords, made once. The second value tells whether they are new."""
        path = self.path / "server-passwords.json"
        try:
            return json.loads(path.read_text()), False
        except (OSError, ValueError):
            made = {name: secrets.token_urlsafe(32) for name in ("postgres", "valkey")}
            write_private(path, json.dumps(made))
            return made, True


def write_private(path: Path, text: str, user: tuple[int, int] | None = None) -> None:
    """Whole or not at all, and never readable to others, not even for a moment."""
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if user:
        os.chown(partial, *user)
    partial.replace(path)


def _is_private(place: Path) -> bool:
    """A real folder of our own that nobody else may write to (names under /tmp can be taken)."""
    try:
        found = place.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022
