"""The library from the command line and by the clock: ingest, purge, quota."""

from __future__ import annotations

import io
import os
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from chat.library.collections import create_collection, default_collection, delete_collection
from chat.library.documents import add_document, delete_document
from chat.library.files import file_path
from chat.library.purge import purge_library
from chat.library.receiving import receive
from chat.library.refusals import StorageFull
from models.models import Collection, Document, DocumentImage, RagData, User
from tests.accounts import new_account
from tests.fakes import documents as made

LONG_AGO = timezone.now() - timedelta(hours=25)


def ingest(*arguments: object) -> tuple[int, str]:
    """Run the command; return its exit code and what it printed."""
    printed = io.StringIO()
    try:
        call_command("ingest", *map(str, arguments), stdout=printed)
    except SystemExit as end:
        return int(end.code or 0), printed.getvalue()
    return 0, printed.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner" / ".git").mkdir(parents=True)
    (tmp_path / "handbook.docx").write_bytes(made.word(("Heading 1", "Leave"), ("Normal", "26 days.")))
    (tmp_path / "inner" / "안내서.md").write_text("# 휴가\n\n15일이다.")
    (tmp_path / "inner" / ".git" / "config.txt").write_text("hidden")
    (tmp_path / ".hidden.md").write_text("hidden")
    return tmp_path


def test_folder_is_read_into_a_collection_without_a_worker(database: None, folder: Path) -> None:
    user = new_account()
    code, printed = ingest(folder, "--user", user.user_id, "--collection", "Handbooks")
    assert code == 0 and "2 of 2 files are in the library." in printed
    collection = Collection.objects.get(owner=user)
    assert collection.name == "Handbooks"
    found = {each.file_name: each.passage_count for each in Document.objects.filter(collection=collection)}
    assert found == {"handbook.docx": 1, "안내서.md": 1}
    # Once more changes nothing.
    assert ingest(folder, "--user", user.user_id, "--collection", "Handbooks")[0] == 0
    assert Document.objects.filter(owner=user).count() == 2


def test_bad_files_are_named_with_their_reason(database: None, folder: Path) -> None:
    (folder / "broken.docx").write_bytes(made.word(("Normal", "x"))[:3000])
    (folder / "empty.txt").write_bytes(b"")
    code, printed = ingest(folder, "--user", new_account().user_id)
    assert code == 1 and "2 of 4 files are in the library." in printed
    assert "broken.docx: The file is damaged or cut off." in printed
    assert "empty.txt: The file is empty." in printed


@pytest.mark.parametrize("arguments", [["/nowhere/at/all"], [".", "--user", "nobody-of-this-name"]])
def test_wrong_arguments_begin_nothing(database: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        ingest(*arguments)
    assert refused.value.returncode == 2


def test_purge_removes_rows_and_files_of_what_was_deleted_a_day_ago(database: None, tmp_path: Path) -> None:
    user = new_account()
    (tmp_path / "a.docx").write_bytes(made.word(("Normal", "Text."), ("picture", made.image())))
    (tmp_path / "b.txt").write_text("In a collection.")
    ingest(tmp_path / "a.docx", "--user", user.user_id)
    ingest(tmp_path / "b.txt", "--user", user.user_id, "--collection", "Other")
    documents = {each.file_name: each for each in Document.objects.filter(owner=user)}
    picture = DocumentImage.objects.get(document=documents["a.docx"])
    files = [file_path(identity) for identity in (picture.pk, *(each.pk for each in documents.values()))]
    assert all(file.exists() for file in files)
    delete_document(documents["a.docx"])
    delete_collection(Collection.objects.get(owner=user, name="Other"))
    purge_library()
    assert all(file.exists() for file in files)

    Document.objects.filter(owner=user, deleted_at__isnull=False).update(deleted_at=LONG_AGO)
    Collection.objects.filter(owner=user, name="Other").update(deleted_at=LONG_AGO)
    purge_library()
    assert not any(file.exists() for file in files)
    assert not Document.objects.filter(owner=user).exists()
    assert not RagData.objects.filter(document__in=list(documents.values())).exists()
    assert list(Collection.objects.filter(owner=user).values_list("name", flat=True)) == [""]


def test_purge_removes_files_that_belong_to_nobody(database: None) -> None:
    user = new_account()
    kept = add_document(user=user, collection=default_collection(user), file=receive("a.txt", [b"Text."]))
    stray = file_path(uuid.uuid4())
    stray.parent.mkdir(parents=True, exist_ok=True)
    for path in (stray, file_path(kept.pk)):
        path.touch()
        os.utime(path, (0, 0))
    fresh = receive("b.txt", [b"Still arriving."])
    purge_library()
    assert not stray.exists()
    assert file_path(kept.pk).exists() and fresh.path.exists()
    fresh.discard()


def test_user_has_so_much_room_and_no_more(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    user: User = new_account()
    collection = create_collection(user=user, name="Small")
    monkeypatch.setattr(settings, "USER_STORAGE_BYTES", 100)
    add_document(user=user, collection=collection, file=receive("a.txt", [b"x" * 60]))
    too_much = receive("b.txt", [b"y" * 60])
    with pytest.raises(StorageFull):
        add_document(user=user, collection=collection, file=too_much)
    assert not too_much.path.exists()
    add_document(user=user, collection=collection, file=receive("c.txt", [b"z" * 40]))
