"""ZIP packages, checked before anything in them is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from chat.library.refusals import DocumentDamaged, DocumentEncrypted, DocumentUnpacksTooLarge

_MOST_ENTRIES = 20_000
_MOST_BYTES = 400_000_000
# XML packs to a tenth, seldom to a fiftieth; a bomb packs to a thousandth.
_MOST_RATIO = 200
_HARMLESS_BYTES = 20_000_000
_ENCRYPTED = 0x1


def check_package(path: Path) -> None:
    """Refuse a package that would unpack to more than a document has.

    zipfile gives out no more of an entry than the directory says, so an entry that lies
    about its size ends with a wrong checksum instead of filling the memory.
    """
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise DocumentDamaged from None
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise DocumentEncrypted
    unpacked = sum(entry.file_size for entry in entries)
    packed = min(sum(entry.compress_size for entry in entries), path.stat().st_size)
    thin = unpacked > _HARMLESS_BYTES and unpacked > _MOST_RATIO * max(packed, 1)
    if len(entries) > _MOST_ENTRIES or unpacked > _MOST_BYTES or thin:
        raise DocumentUnpacksTooLarge
