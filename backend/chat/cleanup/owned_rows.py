"""What belongs to a user, in the order in which it is deleted: what hangs under something first.

Rows of other tables that point at these go with them (citations with their chat). What is
not listed here goes with the user: it must be little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model

from chat.cleanup.cascade import deletion_of
from chat.library.files import remove_file
from models.models import (
    Attachment,
    Chat,
    Collection,
    Comparison,
    Conversation,
    ConversationImport,
    Document,
    DocumentImage,
    Notification,
    RagData,
    SearchLog,
    Session,
)


@dataclass(frozen=True, slots=True)
class OwnedRows:
    """A table with `owner`, the path to its user. `has_files`: a file may lie under each row's id."""

    model: type[Model]
    owner: str
    has_files: bool = False

    def count(self, users: Any) -> int:
        """`users`: uuids, or a query for them."""
        return int(self._of(users).count())

    def find(self, users: Sequence[UUID], most: int) -> list[Any]:
        """Return the keys of up to `most` rows."""
        return list(self._of(users).values_list("pk", flat=True)[:most])

    def remove_files(self, keys: Sequence[Any]) -> None:
        """Before the rows go, and again by the next cleaner if they do not: no file may be left without a row."""
        if self.has_files:
            for key in keys:
                remove_file(key)

    def deletion(self) -> tuple[str, ...]:
        """Statements that delete the rows of KEYS and return a row for each."""
        key = self.model._meta.pk.column
        return deletion_of(self.model, key, key)

    def _of(self, users: Any) -> Any:
        return self.model._default_manager.filter(**{f"{self.owner}__in": users})


OWNED = (
    OwnedRows(SearchLog, "user_id"),
    OwnedRows(Chat, "user_id"),
    OwnedRows(RagData, "document__owner_id"),
    OwnedRows(DocumentImage, "document__owner_id", has_files=True),
    OwnedRows(Document, "owner_id", has_files=True),
    OwnedRows(Attachment, "owner_id", has_files=True),
    OwnedRows(Comparison, "user_id"),
    OwnedRows(Conversation, "user_id"),
    OwnedRows(ConversationImport, "user_id", has_files=True),
    OwnedRows(Collection, "owner_id"),
    OwnedRows(Notification, "user_id"),
    OwnedRows(Session, "user_id"),
)
