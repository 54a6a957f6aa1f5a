"""The two commands, from the look at what is there to the last word on the console."""

import argparse
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import redis

from launcher import console, messages
from launcher.backup.archive import read_about, unpack, write_archive
from launcher.backup.database import dump_database, is_empty, load_database, others_connected, server_version
from launcher.console import Step
from launcher.embedded import open_servers
from launcher.embedded.folder import DataFolder
from launcher.environment import data_folder, read_environment
from launcher.errors import LauncherError
from launcher.locks import FileLock

DUMP = "database.sql"
# Not `server-passwords.json`: that belongs to the servers of its own folder.
SECRETS = ("backend-secrets.json", "visitor-secret.json")
FILES = "files"
# What a start remembers of the database that was there before.
REMEMBERED = ("migrated", "administrator")


def backup(arguments: list[str]) -> int:
    options = _parser("backup").parse_args(arguments)
    target = options.file.absolute()
    if target.exists() and not options.force:
        raise LauncherError("backup_exists", file=str(target))
    with _servers() as (folder, urls), _private(folder, "backup") as work, Step("step_backup"):
        dump_database(urls["DATABASE_URL"], work / DUMP)
        about = {"postgres": server_version(urls["DATABASE_URL"]), "created": datetime.now(UTC).isoformat()}
        count = _write(target, about, folder.path, work / DUMP)
    console.say(messages.text("backup_done", file=str(target), count=count))
    return 0


def _write(target: Path, about: dict[str, object], data: Path, dump: Path) -> int:
    """Whole or not at all, and readable by its owner only: everything is in it."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            count = write_archive(file, about, _members(data, dump))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError as error:
        raise LauncherError("backup_not_written", file=str(target), reason=error.strerror or "?") from error
    finally:
        partial.unlink(missing_ok=True)
    return count


def _members(data: Path, dump: Path) -> Iterator[tuple[str, Path]]:
    yield DUMP, dump
    for name in SECRETS:
        yield f"secrets/{name}", data / name
    # Files are written before their rows and removed after them: what the dump names is there.
    for path in sorted((data / FILES).rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield f"{FILES}/{path.relative_to(data / FILES).as_posix()}", path


def restore(arguments: list[str]) -> int:
    options = _parser("restore").parse_args(arguments)
    about = read_about(options.file)
    with _servers() as (folder, urls), _stopped(folder), _private(folder, "restore") as work:
        url = urls["DATABASE_URL"]
        _check_target(url, folder.path, about, force=options.force)
        with Step("step_unpack"):
            unpack(options.file, work)
        with Step("step_restore"):
            load_database(url, work / DUMP, folder.logs / "restore.log")
            _forget_redis(urls["REDIS_URL"])
            _replace_files(work, folder)
    console.say(messages.text("restore_done"))
    return 0


def _check_target(url: str, data: Path, about: dict[str, object], *, force: bool) -> None:
    version = server_version(url)
    if int(str(about.get("postgres", 0))) > version:
        raise LauncherError("backup_other_postgres", found=str(about["postgres"]), wanted=str(version))
    if others_connected(url):
        raise LauncherError("restore_in_use")
    if not force and (not is_empty(url) or any((data / FILES).rglob("*"))):
        raise LauncherError("restore_not_empty", folder=str(data))


def _replace_files(work: Path, folder: DataFolder) -> None:
    kept, old = folder.path / FILES, folder.path / f"{FILES}.replaced"
    shutil.rmtree(old, ignore_errors=True)
    if kept.exists():
        kept.rename(old)
    (work / FILES).mkdir(exist_ok=True)
    (work / FILES).rename(kept)
    shutil.rmtree(old, ignore_errors=True)
    for name in SECRETS:
        if (work / "secrets" / name).exists():
            (work / "secrets" / name).replace(folder.path / name)
    for name in REMEMBERED:
        (folder.run / name).unlink(missing_ok=True)


def _forget_redis(url: str) -> None:
    """It holds what belonged to the rows from before."""
    with redis.Redis.from_url(url) as server:
        for key in server.scan_iter("tc:*", count=1000):
            server.delete(key)


@contextlib.contextmanager
def _servers() -> Iterator[tuple[DataFolder, dict[str, str]]]:
    """The data folder and the addresses: the settings', or the embedded servers', started when they do not run."""
    given = read_environment()
    folder = DataFolder(data_folder(given))
    folder.prepare()
    names = ("DATABASE_URL", "REDIS_URL")
    urls = {name: given.get(name, "") for name in names}
    if all(urls.values()):
        yield folder, urls
        return
    with open_servers(folder.path, database=not urls["DATABASE_URL"], redis=not urls["REDIS_URL"]) as servers:
        own = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        yield folder, {name: urls[name] or own[name] for name in names}


@contextlib.contextmanager
def _stopped(folder: DataFolder) -> Iterator[None]:
    """Nobody may use what is being replaced: as long as this lasts, run.py does not start on the folder."""
    lock = FileLock(folder.run / "run.lock")
    if not lock.take():
        raise LauncherError("already_running", folder=str(folder.path), pid=lock.holder())
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _private(folder: DataFolder, name: str) -> Iterator[Path]:
    """A folder for work, on the same disk, that only we can read."""
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=folder.run) as work:
        yield Path(work)


def _parser(command: str) -> argparse.ArgumentParser:
    text = messages.text
    parser = argparse.ArgumentParser(prog=f"python run.py {command}", description=text(f"usage_{command}"))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--force", action="store_true", help=text(f"option_force_{command}"))
    return parser
