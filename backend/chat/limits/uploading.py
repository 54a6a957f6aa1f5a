"""How many files a user may send in an hour."""

from __future__ import annotations

from chat.limits.rules import is_exempt, uploads_of_user
from chat.limits.window import take
from models.models import User


def allow_upload(user: User) -> None:
    """Count one file. Raises TooManyUploads."""
    if not is_exempt(user):
        take(uploads_of_user(), str(user.uuid))
