"""`run.py backup` and `restore`: every row of every table, every file, every secret; never over what is there."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from chat.sessions.opening import open_guest_session
from launcher.embedded import open_servers
from models.models import Chat, Conversation, RagData
from tests.system import ROOT

Rows = dict[str, list[str]]


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """Something of every kind that is hard to carry: Unicode, arrays, JSON, sparse vectors (the guide's)."""
    user = open_guest_session(device="한국어 \\ \t\n'; --").user
    talk = Conversation.objects.create(
        user=user, mode="basic", title="백업 \U0001f600", parameters={"temperature": 0.5}
    )
    Chat.objects.create(
        user=user, conversation=talk, mode="basic", model="builtin", status="done", question_text="줄\n바꿈\t\\N",
        response_text="끝", search_terms=[1, -2], unsupported=[[0, 1]], collections=[uuid.uuid4()],
    )  # fmt: skip
    assert RagData.objects.exists()


def run(command: str, *arguments: object, data: Path, embedded: bool = True) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    if embedded:
        environment.pop("DATABASE_URL")
        environment.pop("REDIS_URL")
    environment |= {"LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "run.py", "--data", str(data), command, *map(str, arguments)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip


def back_up(target: Path) -> None:
    """Of the tests' own database, while it is in use."""
    done = run("backup", target, data=Path(settings.DATA_FOLDER), embedded=False)
    assert done.returncode == 0, done.stdout + done.stderr


def back_up_while_nothing_moves(folder: Path) -> tuple[Path, Rows]:
    """Return a backup and the rows of its moment: what other tests have left running may still write now and then."""
    for number in range(10):
        target = folder / f"backup-{number}.tar.gz"
        before = all_rows(os.environ["DATABASE_URL"])
        back_up(target)
        rows = all_rows(os.environ["DATABASE_URL"])
        if without_the_queue(rows) == without_the_queue(before):
            return target, rows
    raise AssertionError("the database never stands still")


def without_the_queue(rows: Rows) -> Rows:
    """The queue of a running system moves all the time."""
    return {name: found for name, found in rows.items() if not name.startswith("procrastinate_")}


def all_rows(url: str) -> Rows:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        tables = {name: f'SELECT "{name}"::text FROM "{name}" ORDER BY 1' for (name,) in found}
        return {name: [row for (row,) in connection.execute(query)] for name, query in tables.items()}


def all_sequences(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1").fetchall()


def all_files(data: Path) -> dict[str, bytes]:
    files = [path for path in (data / "files").rglob("*") if path.is_file()]
    return {path.relative_to(data).as_posix(): path.read_bytes() for path in files}


def add_file(data: Path, content: bytes) -> None:
    name = str(uuid.uuid4())
    path = data / "files" / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_everything_comes_back_and_comes_back_again(tmp_path: Path) -> None:
    source = Path(settings.DATA_FOLDER)
    add_file(source, os.urandom(3_000_000))
    add_file(source, b"")
    archive, expected = back_up_while_nothing_moves(tmp_path)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600

    once, twice = tmp_path / "once", tmp_path / "twice"
    done = run("restore", archive, data=once)
    assert done.returncode == 0, done.stdout + done.stderr
    with open_servers(once) as servers:
        restored = all_rows(servers.database_url)
    assert restored.keys() == expected.keys() and len(expected) > 15
    assert without_the_queue(restored) == without_the_queue(expected)
    assert all_files(once) == all_files(source)
    for secret in ("backend-secrets.json", "visitor-secret.json"):
        assert json.loads((once / secret).read_text()) == json.loads((source / secret).read_text())
        assert stat.S_IMODE((once / secret).stat().st_mode) == 0o600

    # Stopped, so that not one row moves; and over data that is there already.
    assert run("backup", tmp_path / "second.tar.gz", data=once).returncode == 0
    assert run("restore", archive, data=twice).returncode == 0
    add_file(twice, b"in the way")
    with open_servers(twice) as servers, psycopg.connect(servers.database_url) as connection:
        connection.execute("CREATE TABLE in_the_way (id int); INSERT INTO in_the_way VALUES (1)")
        connection.execute("UPDATE users SET last_activity = now()")
    refused = run("restore", tmp_path / "second.tar.gz", data=twice)
    assert refused.returncode == 1 and "--force" in refused.stderr
    done = run("restore", tmp_path / "second.tar.gz", "--force", data=twice)
    assert done.returncode == 0, done.stdout + done.stderr
    with open_servers(once) as first, open_servers(twice) as second:
        assert all_rows(second.database_url) == all_rows(first.database_url) == restored
        assert all_sequences(second.database_url) == all_sequences(first.database_url)
    assert all_files(twice) == all_files(once)
    assert not list((twice / "run").glob("restore-*"))


def test_backup_does_not_write_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.tar.gz").write_text("mine")
    refused = run("backup", tmp_path / "mine.tar.gz", data=Path(settings.DATA_FOLDER), embedded=False)
    assert refused.returncode == 1 and "--force" in refused.stderr
    assert (tmp_path / "mine.tar.gz").read_text() == "mine"
    nowhere = run("backup", tmp_path / "missing" / "a.tar.gz", data=Path(settings.DATA_FOLDER), embedded=False)
    assert nowhere.returncode == 1 and "could not be written" in nowhere.stderr


def cut_off(archive: bytes) -> bytes:
    return archive[: len(archive) // 2]


def flip_a_bit(archive: bytes) -> bytes:
    content = bytearray(gzip.decompress(archive))
    with tarfile.open(fileobj=io.BytesIO(content)) as read:
        dump = read.getmember("database.sql")
    content[dump.offset_data + dump.size // 2] ^= 1
    return gzip.compress(bytes(content))


def other_format(archive: bytes) -> bytes:
    about = json.dumps({"format": 2}).encode()
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as made:
        entry = tarfile.TarInfo("about.json")
        entry.size = len(about)
        made.addfile(entry, io.BytesIO(about))
    return written.getvalue()


def no_archive(archive: bytes) -> bytes:
    return b"hello"


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (cut_off, "cannot be read as a backup"),
        (flip_a_bit, "damaged"),
        (other_format, "has format 2"),
        (no_archive, "cannot be read as a backup"),
    ],
)
def test_harmed_backup_changes_nothing(tmp_path: Path, harm: Callable[[bytes], bytes], sentence: str) -> None:
    back_up(tmp_path / "good.tar.gz")
    (tmp_path / "harmed.tar.gz").write_bytes(harm((tmp_path / "good.tar.gz").read_bytes()))
    refused = run("restore", tmp_path / "harmed.tar.gz", data=tmp_path / "data")
    assert refused.returncode == 1 and sentence in refused.stderr, refused.stderr
    assert "Traceback" not in refused.stderr
    with open_servers(tmp_path / "data") as servers:
        assert all_rows(servers.database_url) == {}


def test_restore_refuses_a_database_in_use_and_shows_no_password(tmp_path: Path) -> None:
    back_up(tmp_path / "good.tar.gz")
    data = tmp_path / "data"
    with open_servers(data) as servers, psycopg.connect(servers.database_url):
        refused = run("restore", tmp_path / "good.tar.gz", data=data)
        assert refused.returncode == 1 and "Another program uses the database" in refused.stderr
        password = json.loads((data / "server-passwords.json").read_text())["postgres"]
        assert password not in refused.stdout + refused.stderr
