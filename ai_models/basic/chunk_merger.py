"""Joins the small chunks of an HTTP/1.1 body that came together into one.

A model's server sends every token as a chunk of its own, and each chunk costs the layers of the
HTTP stack more than understanding its token does. This works on the bytes below that stack and
leaves everything but chunks as it is, also whatever is not as expected: judging is for the stack.
"""

import re

_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n")
_INTERIM = re.compile(rb"HTTP/1\.1 1[0-9][0-9] ")
# Larger chunks need no joining, and must not be held back until they are complete.
_LARGEST_CHUNK = 65_536
_LARGEST_HEAD = 131_072


class ChunkMerger:
    """For one connection: `begin` with each request, then `feed` what the server sends."""

    def __init__(self) -> None:
        self._in_head = self._in_chunks = False
        self._rest = b""

    def begin(self) -> None:
        self._in_head, self._in_chunks, self._rest = True, False, b""

    def feed(self, data: bytes) -> bytes:
        """Return what can be passed on; nothing while a chunk is incomplete, or all that is held at the end (b"")."""
        if self._in_chunks:
            return self._merge(self._rest + data) if data else self._give_up(self._rest)
        return self._read_head(data) if self._in_head else data

    def _read_head(self, data: bytes) -> bytes:
        """Pass the head on as it comes, and join what follows it."""
        known = len(self._rest)
        self._rest += data
        head, end, body = self._rest.partition(b"\r\n\r\n")
        if not end:
            self._in_head = len(head) < _LARGEST_HEAD
            return data
        if _INTERIM.match(head):
            self._rest = b""
            return data[: len(data) - len(body)] + (self._read_head(body) if body else b"")
        self._in_head, self._rest = False, b""
        self._in_chunks = bool(_CHUNKED.search(head + b"\r\n"))
        if not self._in_chunks:
            return data
        return (head + end)[known:] + self._merge(body)

    def _merge(self, data: bytes) -> bytes:
        parts: list[bytes] = []
        position = 0
        while size := _SIZE.match(data, position):
            start, end = size.end(), size.end() + int(size[1], 16)
            is_whole = data.startswith(b"\r\n", end)
            if start == end or (len(data) >= end + 2 and not is_whole):
                return _as_chunk(parts) + self._give_up(data[position:])
            if not is_whole:
                break
            parts.append(data[start:end])
            position = end + 2
        rest = data[position:]
        if len(rest) > _LARGEST_CHUNK or (not size and b"\n" in rest):
            return _as_chunk(parts) + self._give_up(rest)
        self._rest = rest
        return _as_chunk(parts)

    def _give_up(self, rest: bytes) -> bytes:
        """From here on, until the next request, everything passes as it is."""
        self._in_chunks, self._rest = False, b""
        return rest


def _as_chunk(parts: list[bytes]) -> bytes:
    body = b"".join(parts)
    return b"%x\r\n%b\r\n" % (len(body), body) if body else b""
