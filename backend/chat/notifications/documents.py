"""Tells a document's owner that its reading has ended."""

from __future__ import annotations

from chat.notifications.storing import notify
from models.models import Document, DocumentStatus, NotificationKind

_KINDS = {
    DocumentStatus.DONE.value: NotificationKind.DOCUMENT_READY,
    DocumentStatus.FAILED.value: NotificationKind.DOCUMENT_FAILED,
}


def document_read(document: Document) -> None:
    """Call it in the transaction that ends the reading, once for each. Nobody hears of the guide, or of a stop."""
    kind = _KINDS.get(document.status)
    if kind is None or document.owner_id is None:
        return
    payload = {
        "document": str(document.pk),
        "collection": str(document.collection_id) if document.collection_id else None,
        "title": document.title,
        "error_code": document.error_code,
    }
    notify(user=document.owner_id, kind=kind, payload=payload, once=f"document:{document.pk}:{document.epoch}")
