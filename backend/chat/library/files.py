"""Files of documents, their pictures and attachments: in the data folder, named by their ids alone."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.conf import settings


def file_path(file_id: UUID) -> Path:
    """Where a file lies, or will. Nothing of what a user has named it is in its path."""
    name = str(file_id)
    return Path(settings.DATA_FOLDER) / "files" / name[:2] / name


def remove_file(file_id: UUID) -> None:
    file_path(file_id).unlink(missing_ok=True)
