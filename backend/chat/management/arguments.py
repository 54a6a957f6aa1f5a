"""What the clean-up commands share: checked arguments, and results as counts."""

from __future__ import annotations

import argparse
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandParser

# Beyond this no moment can be told.
_MOST_DAYS = 36_500


def days(text: str) -> timedelta:
    """Read a number of days, 0 or more."""
    if not (text.isascii() and text.isdigit() and int(text) <= _MOST_DAYS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of days from 0 to {_MOST_DAYS:,}")
    return timedelta(days=int(text))


def batch(text: str) -> int:
    """Read how many rows a transaction may take."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 100_000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 100,000")
    return int(text)


def add_batch_size(parser: CommandParser) -> None:
    parser.add_argument(
        "--batch-size", type=batch, metavar="N", help="rows in one transaction at most (default: CLEANUP_BATCH)"
    )


def add_dry_run(parser: CommandParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="change nothing, show what would be done")


def print_counts(command: BaseCommand, *, dry_run: bool, **counts: int) -> None:
    """Print one line a count, as `guests_deleted: 3`."""
    if dry_run:
        command.stdout.write("Dry run: nothing was changed.")
    for name, count in counts.items():
        command.stdout.write(f"{name}: {count}")
