"""Tells a user that an import of theirs has ended by itself. One that they stopped is no news."""

from __future__ import annotations

from chat.notifications.storing import notify
from models.models import ConversationImport, NotificationKind


def import_ended(ended: ConversationImport) -> None:
    """Call it in the transaction that ends the import, once for each."""
    payload = {
        "import": str(ended.pk),
        "file_name": ended.file_name,
        "status": ended.status,
        "error_code": ended.error_code,
        "conversations_taken": ended.conversations_taken,
        "conversations_extended": ended.conversations_extended,
        "conversations_refused": ended.conversations_refused,
    }
    notify(user=ended.user_id, kind=NotificationKind.IMPORT_ENDED, payload=payload, once=f"import:{ended.pk}")
