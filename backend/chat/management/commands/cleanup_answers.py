"""`manage.py cleanup_answers`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chat.cleanup.answers import cleanup_answers
from chat.management.arguments import add_dry_run, print_counts


class Command(BaseCommand):
    help = "Rerun answers that nobody is writing any more, and remove old live logs from Redis."

    def add_arguments(self, parser: CommandParser) -> None:
        add_dry_run(parser)

    def handle(self, *, dry_run: bool, **_: Any) -> None:
        done = cleanup_answers(dry_run=dry_run)
        print_counts(self, dry_run=dry_run, answers_rerun=done.rerun, live_logs_removed=done.logs)
