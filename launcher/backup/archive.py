"""The archive: a tar.gz that begins with what made it and ends with the checksum of everything in between.

about.json      {"format", "postgres", "created"}
database.sql    the dump
secrets/...     files of the data folder that hold secrets
files/...       documents, pictures and attachments, named by their ids
checksums.json  {name: SHA-256}; missing in an archive that was cut off
"""

import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from launcher.errors import LauncherError

FORMAT = 1
ABOUT, CHECKSUMS = "about.json", "checksums.json"
_PIECE = 1 << 20


class _Hashed:
    """A file that knows the checksum of what was read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._hash.update(piece)
        return piece

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def write_archive(target: IO[bytes], about: dict[str, Any], members: Iterator[tuple[str, Path]]) -> int:
    """Write all members (name in the archive, where it lies); one that is gone by now is left out.

    Returns how many there are.
    """
    checksums: dict[str, str] = {}
    with tarfile.open(fileobj=target, mode="w:gz", compresslevel=6) as archive:
        _add_text(archive, ABOUT, json.dumps({**about, "format": FORMAT}))
        for name, path in members:
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue
            with file:
                hashed = _Hashed(file)
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = os.fstat(file.fileno()).st_size, 0o600
                archive.addfile(entry, hashed)
                checksums[name] = hashed.hexdigest()
        _add_text(archive, CHECKSUMS, json.dumps(checksums))
    return len(checksums)


def read_about(source: Path) -> dict[str, Any]:
    """What made the archive. Raises LauncherError for what is no archive of ours, or one of another format."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            first = archive.next()
            if first is None or first.name != ABOUT:
                raise LauncherError("backup_unreadable", file=str(source))
            about: dict[str, Any] = json.loads(_content(archive, first))
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError) as error:
        raise LauncherError("backup_unreadable", file=str(source)) from error
    if about.get("format") != FORMAT:
        raise LauncherError("backup_other_version", found=str(about.get("format")), wanted=str(FORMAT))
    return about


def unpack(source: Path, place: Path) -> None:
    """Write all members under `place` and compare them with their checksums. Raises LauncherError."""
    found: dict[str, str] = {}
    expected: dict[str, str] | None = None
    try:
        with tarfile.open(source, "r:gz") as archive:
            for entry in archive:
                if entry.name == CHECKSUMS:
                    expected = json.loads(_content(archive, entry))
                elif entry.name != ABOUT:
                    found[entry.name] = _write(archive, entry, place)
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError) as error:
        raise LauncherError("backup_unreadable", file=str(source)) from error
    if expected != found:
        raise LauncherError("backup_damaged", file=str(source))


def _write(archive: tarfile.TarFile, entry: tarfile.TarInfo, place: Path) -> str:
    path = PurePosixPath(entry.name)
    # Nothing outside `place`, and nothing but files: an archive can be made by anybody.
    if path.is_absolute() or ".." in path.parts or not entry.isreg():
        raise ValueError(entry.name)
    target = place / path
    target.parent.mkdir(parents=True, exist_ok=True)
    content = archive.extractfile(entry)
    assert content is not None, "a regular file"
    hashed = _Hashed(content)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while piece := hashed.read(_PIECE):
            file.write(piece)
    return hashed.hexdigest()


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(entry)
    return file.read() if file else b""


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(text.encode()), 0o600
    archive.addfile(entry, io.BytesIO(text.encode()))
