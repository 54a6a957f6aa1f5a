"""`manage.py cleanup_expired_users`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chat.cleanup.purge import cleanup_expired_users, count_expired_users
from chat.management.arguments import add_batch_size, add_dry_run, days, print_counts


class Command(BaseCommand):
    help = "Delete users for good who expired long ago, with their chats, documents and files. Staff stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=days, metavar="N", help="how long they must have been expired (default: CLEANUP_DAYS)"
        )
        parser.add_argument(
            "--include-accounts",
            action="store_true",
            default=None,
            help="accounts as well as guests (default: CLEANUP_ACCOUNTS)",
        )
        add_dry_run(parser)
        add_batch_size(parser)

    def handle(
        self,
        *,
        days: timedelta | None,
        include_accounts: bool | None,
        dry_run: bool,
        batch_size: int | None,
        **_: Any,
    ) -> None:
        if dry_run:
            done = count_expired_users(age=days, include_accounts=include_accounts)
        else:
            done = cleanup_expired_users(age=days, include_accounts=include_accounts, batch_size=batch_size)
        rows = {f"{table}_deleted": count for table, count in sorted(done.rows.items())}
        print_counts(self, dry_run=dry_run, guests_deleted=done.guests, accounts_deleted=done.accounts, **rows)
