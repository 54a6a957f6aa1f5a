"""`ingest`: adds files and whole folders to a library, and reads them at once."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from chat.library.collections import create_collection, default_collection
from chat.library.documents import add_document
from chat.library.ingestion.reader import read_only
from chat.library.receiving import receive
from chat.library.refusals import DocumentRefused, refusal_for
from models.document import UNREAD
from models.models import Collection, Document, DocumentStatus, User

_CHUNK_BYTES = 1 << 20
_POLL_SECONDS = 0.5
_USAGE_ERROR = 2


class Command(BaseCommand):
    help = (
        "Add files, and folders with all that is in them, to a user's library and read them. Hidden files are passed "
        "over. Exit code 0: all are there; 1: some are not, and the output says why; 2: nothing was begun."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--user", metavar="ID", help="whose library; without it the first staff account's")
        parser.add_argument(
            "--collection", metavar="NAME", help="one of the user's, made if there is none of this name"
        )

    def handle(self, *args: Any, paths: list[Path], user: str | None, collection: str | None, **options: Any) -> None:
        files = _all_files(paths)
        owner = _find_user(user)
        target = _find_collection(owner, collection)
        added = {path: self._add(path, owner, target) for path in files}
        documents = {path: document for path, document in added.items() if isinstance(document, Document)}
        asyncio.run(_read_all([document.pk for document in documents.values()]))
        bad = len(files) - len(documents) + sum(not self._report(*each) for each in documents.items())
        self.stdout.write(f"{len(files) - bad} of {len(files)} files are in the library.")
        if bad:
            sys.exit(1)

    def _add(self, path: Path, owner: User, collection: Collection) -> Document | None:
        try:
            file = receive(path.name, _chunks(path))
            return add_document(user=owner, collection=collection, file=file)
        except DocumentRefused as reason:
            self.stdout.write(f"refused  {path}: {reason.text}")
        except OSError as error:
            self.stdout.write(f"refused  {path}: {error.strerror}.")
        return None

    def _report(self, path: Path, document: Document) -> bool:
        document.refresh_from_db()
        if document.status == DocumentStatus.DONE:
            self.stdout.write(f"done     {path}: {document.passage_count} passages")
            return True
        reason = refusal_for(document.error_code).text if document.error_code else "It was cancelled."
        self.stdout.write(f"{document.status:<8} {path}: {reason}")
        return False


def _all_files(paths: list[Path]) -> list[Path]:
    """The files named, and those in the folders named, each once."""
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise CommandError(f"There is no {', '.join(missing)}.", returncode=_USAGE_ERROR)
    found = list(dict.fromkeys(file for path in paths for file in _files_of(path)))
    if not found:
        raise CommandError("There is no file in these folders.", returncode=_USAGE_ERROR)
    return found


def _files_of(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for inner in sorted(path.iterdir()):
        # A link could lead round in a circle, or out of the folder.
        if not inner.name.startswith(".") and not inner.is_symlink():
            yield from _files_of(inner)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _find_user(user_id: str | None) -> User:
    if user_id:
        user = User.objects.filter(user_id=user_id).first()
        missing = f"There is no user {user_id}."
    else:
        user = User.objects.filter(is_staff=True).order_by("created_datetime").first()
        missing = "There is no staff account: name a user with --user."
    if user is None:
        raise CommandError(missing, returncode=_USAGE_ERROR)
    return user


def _find_collection(owner: User, name: str | None) -> Collection:
    if not name:
        return default_collection(owner)
    known = Collection.objects.filter(owner=owner, name=name, deleted_at=None).order_by("created_datetime").first()
    return known or create_collection(user=owner, name=name)


async def _read_all(documents: list[UUID]) -> None:
    """Read them here, beside what workers take of them, until none is unread."""
    while await asyncio.to_thread(_unread, documents):
        if not await read_only(documents):
            await asyncio.sleep(_POLL_SECONDS)


def _unread(documents: list[UUID]) -> bool:
    return Document.objects.filter(pk__in=documents, status__in=UNREAD).exists()
