"""Large JSON, item by item: the memory holds one item, whatever the file is.

An item is a member of the list that the file is, or of a list that is a member of the object
that it is; every other member of that object is one, too. How deep and how large an item is
is known before it is parsed.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from chat.portable.refusals import ConversationRefused, ConversationTooDeep, ConversationTooLarge, ImportDamaged

MOST_CHARACTERS = 32_000_000
_MOST_LEVELS = 100
_CHUNK_BYTES = 1_000_000
_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"[^ \t\r\n,\]}]+")
# A quotation mark alone begins a string whose end has not been read yet.
_STRUCTURE = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}\[\]]', re.DOTALL)


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Item:
    """`section`: the name of the member that the item is, or is in ("" in a list). `refused`: it has no text then."""

    section: str
    in_list: bool
    text: str
    refused: ConversationRefused | None = None

    def parse(self) -> object:
        """Raise ConversationRefused."""
        if self.refused:
            raise self.refused
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            raise ConversationRefused from None


def read_items(file: Readable) -> Iterator[Item]:
    """Yield the items of a file in UTF-8. Raise ImportDamaged where it is no JSON any more."""
    text = _Text(file)
    match text.sign():
        case "[":
            yield from _list("", text)
        case "{":
            yield from _object(text)
        case _:
            raise ImportDamaged


def _object(text: _Text) -> Iterator[Item]:
    text.take("{")
    if text.sign() == "}":
        return
    while True:
        name = Item("", in_list=False, text=text.value()[0]).parse()
        text.take(":")
        if text.sign() == "[":
            yield from _list(str(name), text)
        else:
            yield Item(str(name), False, *text.value())
        if text.sign() == "}":
            return
        text.take(",")


def _list(section: str, text: _Text) -> Iterator[Item]:
    text.take("[")
    if text.sign() == "]":
        text.take("]")
        return
    while True:
        yield Item(section, True, *text.value())
        if text.sign() == "]":
            text.take("]")
            return
        text.take(",")


class _Text:
    """What has been read of the file and not yet been used, from `_at` on."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._buffer = ""
        self._at = 0
        self._ended = False

    def sign(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        if self.sign() != sign:
            raise ImportDamaged
        self._at += 1

    def value(self) -> tuple[str, ConversationRefused | None]:
        """Take a whole value; one that is too large or too deep is passed over."""
        begins = self.sign()
        self._forget()
        if begins in '"{[' and begins:
            return self._structure()
        return self._scalar(), None

    def _scalar(self) -> str:
        while True:
            found = _SCALAR.match(self._buffer, self._at)
            if found is None or found.end() - found.start() > _MOST_LEVELS:
                raise ImportDamaged
            if found.end() < len(self._buffer) or not self._more():
                self._at = found.end()
                return found[0]

    def _structure(self) -> tuple[str, ConversationRefused | None]:
        levels = 0
        refused: ConversationRefused | None = None
        while True:
            for part in _STRUCTURE.finditer(self._buffer, self._at):
                sign = part[0]
                if sign == '"':
                    # Once more from here when there is more.
                    self._at = part.start()
                    break
                self._at = part.end()
                if sign in "{[":
                    levels += 1
                elif sign in "}]":
                    levels -= 1
                if levels > _MOST_LEVELS:
                    refused = ConversationTooDeep()
                if levels == 0:
                    return "" if refused else self._buffer[: self._at], refused
            else:
                self._at = len(self._buffer)
            if len(self._buffer) > MOST_CHARACTERS:
                refused = refused or ConversationTooLarge()
                if len(self._buffer) - self._at > MOST_CHARACTERS:
                    # One string of that length: nothing that anybody has written.
                    raise ImportDamaged
                self._forget()
            if not self._more():
                raise ImportDamaged

    def _forget(self) -> None:
        self._buffer, self._at = self._buffer[self._at :], 0

    def _more(self) -> bool:
        if self._ended:
            return False
        data = self._file.read(_CHUNK_BYTES)
        self._ended = not data
        try:
            self._buffer += self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError:
            raise ImportDamaged from None
        return not self._ended
