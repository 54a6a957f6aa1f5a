"""Tells those who watch that a document's reading has come to its end."""

from __future__ import annotations

import logging

from models.models import Document

logger = logging.getLogger(__name__)


def announce_document(document: Document) -> None:
    """Called after the end is stored. Raises nothing."""
    logger.debug("Document %s is %s", document.pk, document.status)
