"""The event loop of what measures: the quicker it is, the more of the machine is left for what is measured."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    try:
        import uvloop
    except ImportError:  # It is not made for Windows.
        return asyncio.run(main)
    return uvloop.run(main)
