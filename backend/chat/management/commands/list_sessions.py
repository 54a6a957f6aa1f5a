"""`manage.py list_sessions`."""

from __future__ import annotations

import contextlib
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.sessions.listing import list_all_sessions
from models.models import User


class Command(BaseCommand):
    help = "List active sessions, the one that was used last first, and count them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", metavar="ID", help="only those of one user: the user_id or the uuid")

    def handle(self, *, user: str | None, **_: Any) -> None:
        owner = None if user is None else _find(user)
        count = 0
        for count, row in enumerate(list_all_sessions(owner), start=1):  # noqa: B007
            times = (row.created_datetime, row.last_activity, row.expires_at)
            seen = "  ".join(f"{moment:%Y-%m-%d %H:%M:%S}" for moment in times)
            self.stdout.write(f"{row.id}  {seen}  {row.user_id}  {row.device}")
        self.stdout.write(f"sessions: {count}")


def _find(wanted: str) -> User:
    found = User.objects.filter(user_id=wanted).first()
    if found is None:
        with contextlib.suppress(ValueError):
            found = User.objects.filter(uuid=uuid.UUID(wanted)).first()
    if found is None:
        raise CommandError(f"There is no user {wanted!r}.", returncode=2)
    return found
