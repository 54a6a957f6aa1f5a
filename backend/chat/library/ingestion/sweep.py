"""Finds documents that nobody is reading: their worker died, or their bell was not heard."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from chat.library.ingestion.doorbell import ring
from chat.library.ingestion.storing import end_unread
from chat.library.refusals import DocumentGaveUp
from models.document import UNREAD
from models.models import Document, DocumentStatus

logger = logging.getLogger(__name__)

_BATCH = 100


def sweep_documents() -> int:
    """Ring again for every document whose lease has run out; return how many.

    Safe with several sweepers at once. A document that took `DOCUMENT_MAX_ATTEMPTS`
    workers with it is given up.
    """
    again = 0
    with transaction.atomic():
        for document in (
            Document.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(status__in=UNREAD, lease_until__lt=Now())
            .order_by("lease_until")[:_BATCH]
        ):
            if document.cancel_requested:
                end_unread(document, status=DocumentStatus.CANCELLED)
            elif document.attempts >= settings.DOCUMENT_MAX_ATTEMPTS:
                end_unread(document, status=DocumentStatus.FAILED, error_code=DocumentGaveUp.code)
            else:
                again += 1
                Document.objects.filter(pk=document.pk).update(
                    status=DocumentStatus.QUEUED,
                    lease_until=Now() + timedelta(seconds=settings.DOCUMENT_LEASE_SECONDS),
                )
        if again:
            ring()
    return again
