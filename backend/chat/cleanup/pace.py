"""How many rows go into one transaction, so that none holds its locks for long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

# Others notice a lock of 100 ms; a batch that takes a quarter of that leaves room for a slow disk.
_TOO_LONG_SECONDS = 0.025
_SHORT_SECONDS = 0.012
_FIRST_ROWS = 20
_LONGEST_MS = 40

Done = TypeVar("Done")


class TookTooLong(Exception):
    """The transaction was rolled back."""


class Pace:
    """Grows its batches while they are quick, and halves them as soon as one is not."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.rows = min(_FIRST_ROWS, most)

    @contextmanager
    def batch(self) -> Iterator[int]:
        """Give the rows that the next transaction may take, and learn from how long it took."""
        started = time.monotonic()
        try:
            yield self.rows
        finally:
            seconds = time.monotonic() - started
            if seconds > _TOO_LONG_SECONDS:
                self.rows = max(1, self.rows // 2)
            elif seconds < _SHORT_SECONDS:
                self.rows = min(self._most, self.rows + self.rows // 2 + 1)

    def run(self, work: Callable[[int, int], Done]) -> Done:
        """Return `work(rows, milliseconds)`, one transaction that may take so long.

        After each TookTooLong it is tried again with half as many rows, and a single row with twice the time.
        """
        milliseconds = _LONGEST_MS
        while True:
            with suppress(TookTooLong), self.batch() as rows:
                return work(rows, milliseconds)
            if rows == 1:
                milliseconds *= 2
