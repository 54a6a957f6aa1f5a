"""Bounds the sockets that one user holds open. Each process counts its own: they are its memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings

from chat.errors import TooMany

_open: Counter[UUID] = Counter()


@contextmanager
def place_for_socket(user: UUID) -> Iterator[None]:
    """Hold one of the user's places. Raises TooMany when all are taken."""
    if _open[user] >= settings.SOCKETS_PER_USER:
        raise TooMany
    _open[user] += 1
    try:
        yield
    finally:
        _open[user] -= 1
        if not _open[user]:
            del _open[user]
