"""`manage.py expire_users`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.cleanup.expiry import expire_users
from chat.errors import Unavailable
from chat.management.arguments import add_batch_size, add_dry_run, print_counts


class Command(BaseCommand):
    help = (
        "Mark users as expired who were not active for GUEST_DAYS (guests) or ACCOUNT_EXPIRE_DAYS (accounts). "
        "Whoever comes back is no longer expired."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_dry_run(parser)
        add_batch_size(parser)

    def handle(self, *, dry_run: bool, batch_size: int | None, **_: Any) -> None:
        try:
            expired = expire_users(batch_size=batch_size, dry_run=dry_run)
        except Unavailable as error:
            raise CommandError(error.text) from None
        print_counts(self, dry_run=dry_run, guests_expired=expired.guests, accounts_expired=expired.accounts)
