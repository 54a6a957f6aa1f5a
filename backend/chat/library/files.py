"""Files of documents, their pictures and attachments: in the data folder, named by their ids alone."""

from __future__ import annotations

import re
import shutil
import time
import unicodedata
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from models.models import Attachment, ConversationImport, Document, DocumentImage

# What an upload takes at most before its row stands: a file without one that is older belongs to nobody.
_KEPT_SECONDS = 6 * 3600
_BIDI = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NAME_CHARACTERS = 255
_SUFFIX_CHARACTERS = 16


def file_path(file_id: UUID) -> Path:
    """Where a file lies, or will. Nothing of what a user has named it is in its path."""
    name = str(file_id)
    return _root() / name[:2] / name


def incoming_path() -> Path:
    """A new place for what is not yet kept, on the same file system as where it will lie."""
    folder = _root() / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / uuid.uuid4().hex


def keep_file(arrived: Path, file_id: UUID) -> None:
    """Move a file that has arrived to where it stays."""
    path = file_path(file_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    arrived.replace(path)


def remove_file(file_id: UUID) -> None:
    file_path(file_id).unlink(missing_ok=True)


def display_name(raw: str) -> str:
    """A file's name to be shown: no folders, no signs that cannot be seen or that turn the text around."""
    last = re.split(r"[/\\]", raw)[-1]
    # macOS sends Hangul taken apart.
    whole = unicodedata.normalize("NFC", _BIDI.sub("", last))
    name = "".join(sign for sign in whole if sign.isprintable()).strip()
    if name.strip(".") == "":
        return "file"
    if len(name) <= _NAME_CHARACTERS:
        return name
    suffix = Path(name).suffix[:_SUFFIX_CHARACTERS]
    return name[: _NAME_CHARACTERS - len(suffix)] + suffix


def remove_files_of_nobody() -> int:
    """Remove files whose document, picture or attachment is gone, however it went; return how many."""
    folders = [folder for folder in _root().glob("*") if folder.is_dir()]
    return sum(_remove(stray) for folder in folders for stray in _strays(folder))


def _strays(folder: Path) -> Iterator[Path]:
    before = time.time() - _KEPT_SECONDS
    old = {path.name: path for path in folder.iterdir() if path.stat().st_mtime < before}
    if folder.name != "incoming":
        known = _known(UUID(name) for name in old if _is_id(name))
        old = {name: path for name, path in old.items() if name not in known}
    yield from old.values()


def _known(ids: Iterable[UUID]) -> set[str]:
    asked = list(ids)
    owners = (Document, DocumentImage, Attachment, ConversationImport)
    return {str(found) for owner in owners for found in owner.objects.filter(pk__in=asked).values_list("pk", flat=True)}


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _remove(path: Path) -> int:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    return 1


def _root() -> Path:
    return Path(settings.DATA_FOLDER) / "files"
