"""`manage.py first_administrator`: prints a one-time code while there is no administrator. run.py calls it."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from chat.accounts.codes import issue_first_admin_code


class Command(BaseCommand):
    help = "Print a one-time code that makes the first administrator; nothing when there is one."

    def handle(self, *args: object, **options: object) -> None:
        issued = issue_first_admin_code()
        if issued is not None:
            self.stdout.write(issued.code)
