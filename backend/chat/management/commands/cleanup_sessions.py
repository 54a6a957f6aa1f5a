"""`manage.py cleanup_sessions`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chat.cleanup.sessions import cleanup_sessions
from chat.management.arguments import add_batch_size, add_dry_run, print_counts


class Command(BaseCommand):
    help = "Remove sessions that have ended from Postgres, and from Redis' list of active ones."

    def add_arguments(self, parser: CommandParser) -> None:
        add_dry_run(parser)
        add_batch_size(parser)

    def handle(self, *, dry_run: bool, batch_size: int | None, **_: Any) -> None:
        ended = cleanup_sessions(batch_size=batch_size, dry_run=dry_run)
        print_counts(self, dry_run=dry_run, sessions_removed=ended.removed, forgotten_by_redis=ended.forgotten)
