"""Documents in the tests: stored with their passages, as reading a file would."""

from __future__ import annotations

import uuid

from chat.library.collections import default_collection
from chat.library.passages import NewPassage, store_passages
from models.models import Collection, Document, DocumentSource, User
from tests.accounts import row_of
from tests.cast import Person


def user_of(person: Person) -> User:
    return row_of(person).user


def add_document(
    person: Person, title: str, *passages: NewPassage, collection: Collection | None = None
) -> tuple[Document, list[int]]:
    """Return the document and the ids of its passages."""
    user = user_of(person)
    document = Document.objects.create(
        owner=user,
        collection=collection or default_collection(user),
        source=DocumentSource.UPLOAD,
        title=title,
        content_hash=uuid.uuid4().hex,
    )
    return document, store_passages(document, passages, first_position=0)


def add_collection(person: Person, name: str) -> Collection:
    return Collection.objects.create(owner=user_of(person), name=name)
