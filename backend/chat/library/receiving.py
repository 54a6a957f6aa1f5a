"""A file on its way in: written to disk while it is hashed and counted, never held in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from chat.library.files import display_name, incoming_path
from chat.library.reading.kinds import HEAD_BYTES


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that lies at `path` until somebody keeps or discards it. `head`: its first bytes.

    `too_large`: it went on beyond what its receiver takes, and the rest was not kept.
    """

    path: Path
    name: str
    size_bytes: int
    content_hash: str
    head: bytes
    too_large: bool

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


class Receiver:
    """Takes a file in chunks, up to `most` bytes (`MAX_DOCUMENT_BYTES`). Ends with `finish` or `discard`."""

    def __init__(self, name: str, *, most: int | None = None) -> None:
        self._most = int(settings.MAX_DOCUMENT_BYTES) if most is None else most
        self._name = display_name(name)
        self._path = incoming_path()
        self._file = self._path.open("wb")
        self._hash = hashlib.sha256()
        self._size = 0
        self._head = b""

    @property
    def too_large(self) -> bool:
        return self._size > self._most

    def write(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self.too_large:
            return
        self._hash.update(chunk)
        self._file.write(chunk)
        if len(self._head) < HEAD_BYTES:
            self._head += chunk[: HEAD_BYTES - len(self._head)]

    def finish(self) -> ReceivedFile:
        self._file.close()
        return ReceivedFile(
            self._path, self._name, self._size, self._hash.hexdigest(), self._head, too_large=self.too_large
        )

    def discard(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


def receive(name: str, chunks: Iterable[bytes]) -> ReceivedFile:
    """Take a whole file; what was written is gone again when the chunks end with an error."""
    receiver = Receiver(name)
    try:
        for chunk in chunks:
            receiver.write(chunk)
            if receiver.too_large:
                break
    except BaseException:
        receiver.discard()
        raise
    return receiver.finish()
