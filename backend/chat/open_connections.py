"""Connections of the pool: whether one is still open, and giving one back early."""

from __future__ import annotations

import selectors
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection as own_connection
from psycopg import BaseConnection

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


# The default one would be opened and closed in the kernel for every look; but not every system has this one.
_Selector = getattr(selectors, "PollSelector", selectors.DefaultSelector)


def is_open(connection: BaseConnection[Any]) -> bool:
    """Whether the server has not closed an idle connection, as it does when it restarts.

    Answered from the socket: between statements the server has nothing to say, and what can be read is its
    goodbye. Asking it instead would be a round trip before every use.
    """
    if connection.closed:
        return False
    with _Selector() as selector:
        selector.register(connection.fileno(), selectors.EVENT_READ)
        return not selector.select(0)


def give_back_connection() -> None:
    """Let others have this thread's connection while it does something slow; its next statement takes one again.

    Many who compare passwords, slow on purpose, or wait for Redis would hold all of the pool's. Within a
    transaction nothing happens.
    """
    if not own_connection.in_atomic_block:
        own_connection.close()


def in_thread(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Give the connection back at the end of each call, for a thread that nobody else tidies up.

    A thread that kept its connection would meet the same dead one again and again once the server has dropped it.
    """

    @wraps(function)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return function(*args, **kwargs)
        finally:
            own_connection.close()

    return run
