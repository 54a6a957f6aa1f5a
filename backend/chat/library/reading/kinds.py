"""What kind of document a file is. Its content decides; its name must not say otherwise."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePath

from chat.library.reading.decoding import looks_like_text
from chat.library.refusals import (
    DocumentDamaged,
    DocumentEmpty,
    DocumentEncrypted,
    DocumentIsHwp,
    DocumentIsOldOffice,
    DocumentTypeMismatch,
    DocumentUnsupported,
)

# Enough to tell every kind; also what is read of a text to see that it is one.
HEAD_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is that of its module in formats/."""

    name: str
    media_type: str
    suffixes: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument."
PDF = Kind("pdf", "application/pdf", ("pdf",))
WORD = Kind("word", _OFFICE + "wordprocessingml.document", ("docx", "docm", "dotx"))
SLIDES = Kind("slides", _OFFICE + "presentationml.presentation", ("pptx", "pptm", "ppsx"))
SHEETS = Kind("sheets", _OFFICE + "spreadsheetml.sheet", ("xlsx", "xlsm"))
HWPX = Kind("hwpx", "application/hwp+zip", ("hwpx",))
HTML = Kind("html", "text/html", ("html", "htm", "xhtml"))
MARKDOWN = Kind("markdown", "text/markdown", ("md", "markdown"))
CSV = Kind("csv", "text/csv", ("csv", "tsv"))
TEXT = Kind("plain_text", "text/plain", ("txt", "text", "log"))
PNG = Kind("picture", "image/png", ("png",))
JPEG = Kind("picture", "image/jpeg", ("jpg", "jpeg"))

_PACKED = (WORD, SLIDES, SHEETS, HWPX)
_TEXTS = (HTML, MARKDOWN, CSV, TEXT)
_ALL = (PDF, *_PACKED, *_TEXTS, PNG, JPEG)
_FAMILIES = (_PACKED, _TEXTS, (PNG, JPEG), (PDF,))
# The file inside that tells what a package is.
_MARKS = {"word/document.xml": WORD, "ppt/presentation.xml": SLIDES, "xl/workbook.xml": SHEETS}
_MAGIC = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16 = "utf-16-le"


def kind_by_name(name: str) -> Kind | None:
    suffix = PurePath(name).suffix.lower().removeprefix(".")
    return next((kind for kind in _ALL if suffix in kind.suffixes), None)


def guess_kind(head: bytes, name: str) -> Kind:
    """Tell the kind from the first `HEAD_BYTES` of a file; a package is believed what its name says until it is opened.

    Raise a DocumentRefused for what cannot be read.
    """
    if not head:
        raise DocumentEmpty
    named = kind_by_name(name)
    if head.startswith(_OLE):
        raise _refusal_of_ole(head, name)
    if head.startswith(_ZIP):
        kind: Kind | None = named if named in _PACKED else WORD if named is None else None
    else:
        kind = next((kind for magic, kind in _MAGIC if magic in head[:1024] and _starts(head, magic)), None)
        kind = kind or (_kind_of_text(head, named) if looks_like_text(head) else None)
    if kind is None:
        raise DocumentTypeMismatch if named else DocumentUnsupported
    if named and not any(kind in family and named in family for family in _FAMILIES):
        raise DocumentTypeMismatch
    return kind


def kind_of_package(path: Path, name: str) -> Kind:
    """Open a ZIP and tell which of the packages it is."""
    try:
        with zipfile.ZipFile(path) as package:
            inside = set(package.namelist())
            if "mimetype" in inside and package.read("mimetype")[:64].strip() == HWPX.media_type.encode():
                return HWPX
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError):
        raise DocumentDamaged from None
    for mark, kind in _MARKS.items():
        if mark in inside:
            return kind
    raise DocumentTypeMismatch if kind_by_name(name) else DocumentUnsupported


def _starts(head: bytes, magic: bytes) -> bool:
    """A PDF may have a little rubbish before its mark; nothing else may."""
    return head.startswith(magic) or (magic == b"%PDF-" and not head.lstrip().startswith(b"<"))


def _kind_of_text(head: bytes, named: Kind | None) -> Kind | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return HTML
    return named if named in _TEXTS else TEXT if named is None else None


def _refusal_of_ole(head: bytes, name: str) -> Exception:
    if name.lower().endswith(".hwp") or "HwpSummaryInformation".encode(_UTF16) in head:
        return DocumentIsHwp()
    # Office keeps a package with a password inside the old format.
    if kind_by_name(name) in _PACKED or "EncryptedPackage".encode(_UTF16) in head:
        return DocumentEncrypted()
    return DocumentIsOldOffice() if name.lower().endswith((".doc", ".ppt", ".xls")) else DocumentUnsupported()
