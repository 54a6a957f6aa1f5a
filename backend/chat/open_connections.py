"""Is a pooled connection still open? Answered from the socket, without asking the server."""

from __future__ import annotations

from selectors import EVENT_READ, DefaultSelector
from typing import Any

from psycopg import BaseConnection


def is_open(connection: BaseConnection[Any]) -> bool:
    """Whether the server has not closed an idle connection, as it does when it restarts.

    Between statements the server has nothing to say: what can be read is its goodbye. Asking
    it instead would be a round trip before every use.
    """
    if connection.closed:
        return False
    with DefaultSelector() as selector:
        selector.register(connection.fileno(), EVENT_READ)
        return not selector.select(0)
