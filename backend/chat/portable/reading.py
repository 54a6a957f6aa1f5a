"""A file with conversations, read one by one: which format it is, where in a ZIP they lie, how far one is."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from chat.library.reading.archive import check_package
from chat.library.refusals import DocumentEncrypted, DocumentRefused, DocumentUnpacksTooLarge
from chat.portable.chatgpt import is_chatgpt, thread_from_chatgpt
from chat.portable.incoming import IncomingThread, a_text
from chat.portable.json_items import Item, Readable, read_items
from chat.portable.open_webui import is_open_webui, thread_from_open_webui
from chat.portable.own_format import thread_from_own
from chat.portable.refusals import (
    ConversationRefused,
    ImportDamaged,
    ImportEncrypted,
    ImportNewer,
    ImportUnpacksTooLarge,
    ImportUnsupported,
)
from chat.portable.rows import FORMAT, VERSION

_ZIP = b"PK\x03\x04"
# ChatGPT cuts large exports into conversations-000.json and so on.
_CONVERSATIONS = re.compile(r"conversations?(-\d+)?\.json")


@dataclass(frozen=True, slots=True)
class Refused:
    """A conversation that is not taken."""

    title: str
    reason: ConversationRefused


Found = IncomingThread | Refused


def looks_readable(head: bytes) -> bool:
    """Whether a file that begins so can be one."""
    return head.startswith(_ZIP) or head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read_threads(path: Path, advance: Callable[[int], None]) -> Iterator[Found]:
    """Yield the conversations of a file; `advance` hears percents of it. Raise ImportRefused."""
    try:
        with path.open("rb") as file:
            is_zip = file.read(len(_ZIP)) == _ZIP
        if is_zip:
            yield from _read_zip(path, advance)
        else:
            with path.open("rb") as file:
                yield from _read_json(_Counting(file, path.stat().st_size, advance))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise ImportDamaged from None


def _read_zip(path: Path, advance: Callable[[int], None]) -> Iterator[Found]:
    with _refusals_of_packages():
        check_package(path)
    with zipfile.ZipFile(path) as package:
        entries = [entry for entry in package.infolist() if _holds_conversations(entry.filename)]
        size, before = sum(entry.file_size for entry in entries), 0
        if not entries:
            raise ImportUnsupported
        for entry in sorted(entries, key=lambda each: each.filename):
            with package.open(entry) as file:
                yield from _read_json(_Counting(file, size, advance, before))
            before += entry.file_size


def _holds_conversations(name: str) -> bool:
    last = PurePosixPath(name).name
    return bool(_CONVERSATIONS.fullmatch(last)) or (last.startswith("triple-chat") and last.endswith(".json"))


@contextmanager
def _refusals_of_packages() -> Iterator[None]:
    try:
        yield
    except DocumentUnpacksTooLarge:
        raise ImportUnpacksTooLarge from None
    except DocumentEncrypted:
        raise ImportEncrypted from None
    except DocumentRefused:
        raise ImportDamaged from None


def _read_json(file: Readable) -> Iterator[Found]:
    is_own = is_foreign = False
    for item in read_items(file):
        if item.section == "" and item.in_list:
            is_foreign = is_foreign or _is_foreign(item)
            yield _found(item, _thread_from_foreign)
        elif item.section == "format" and not item.in_list:
            is_own = item.parse() == FORMAT
        elif item.section == "version" and is_own:
            _check_version(item)
        elif item.section == "conversations" and item.in_list and is_own:
            yield _found(item, thread_from_own)
        elif not is_own:
            raise ImportUnsupported


def _check_version(item: Item) -> None:
    version = item.parse()
    if not isinstance(version, int) or version < 1:
        raise ImportUnsupported
    if version > VERSION:
        raise ImportNewer


def _is_foreign(item: Item) -> bool:
    """Whether the first member of a list is a conversation. Raise ImportUnsupported for another list."""
    try:
        raw = item.parse()
    except ConversationRefused:
        return False
    if not (is_chatgpt(raw) or is_open_webui(raw)):
        raise ImportUnsupported
    return True


def _thread_from_foreign(raw: Any) -> IncomingThread:
    if is_chatgpt(raw):
        return thread_from_chatgpt(raw)
    if is_open_webui(raw):
        return thread_from_open_webui(raw)
    raise ConversationRefused


def _found(item: Item, make: Callable[[Any], IncomingThread]) -> Found:
    raw: object = None
    try:
        raw = item.parse()
        return make(raw)
    except ConversationRefused as reason:
        title = a_text(raw.get("title"), 200) if isinstance(raw, dict) else ""
        return Refused(title, reason)


class _Counting:
    """A file that tells how far it has been read."""

    def __init__(self, file: IO[bytes], size: int, advance: Callable[[int], None], before: int = 0) -> None:
        self._file = file
        self._size = max(1, size)
        self._advance = advance
        self._bytes = before

    def read(self, size: int, /) -> bytes:
        data = self._file.read(size)
        self._bytes += len(data)
        self._advance(min(99, 100 * self._bytes // self._size))
        return data
