"""A file on its way to the API as multipart/form-data, read piece by piece: the whole body is never built."""

import io
import secrets
from collections.abc import Iterator, Mapping
from typing import IO

_PIECE_BYTES = 64 * 1024


class Multipart:
    """Fields and one file. Has a length and `read`, as a connection wants a body that is streamed."""

    def __init__(self, *, field: str, name: str, content: IO[bytes], fields: Mapping[str, str] | None = None) -> None:
        self._boundary = secrets.token_hex(16)
        parts = [_field(self._boundary, key, value) for key, value in (fields or {}).items()]
        head = "".join(parts) + (
            f'--{self._boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{_quoted(name)}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        tail = f"\r\n--{self._boundary}--\r\n"
        size = content.seek(0, io.SEEK_END)
        content.seek(0)
        self._parts: list[IO[bytes]] = [io.BytesIO(head.encode()), content, io.BytesIO(tail.encode())]
        self._length = len(head.encode()) + size + len(tail)

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self._boundary}"

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(_PIECE_BYTES):
            yield piece

    def read(self, size: int = -1) -> bytes:
        while self._parts:
            piece = self._parts[0].read(size)
            if piece:
                return piece
            self._parts.pop(0)
        return b""


def _field(boundary: str, name: str, value: str) -> str:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


def _quoted(name: str) -> str:
    """A file's name as browsers write it into a form."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
