"""Wakes a worker for imports that wait. The rows, not the jobs, say which these are."""

from __future__ import annotations

import asyncio
import threading

from procrastinate.contrib.django import app

from chat.portable.running import take_in_waiting

# Answers and documents go first.
_PRIORITY = -30


@app.task(name="take_in_imports", queue="imports", priority=_PRIORITY)
async def take_in_imports() -> None:
    """Take in all that wait, unless this process is at it already; what is cancelled gives its import back."""
    stop = threading.Event()
    try:
        await asyncio.shield(asyncio.to_thread(take_in_waiting, stop))
    finally:
        stop.set()


def ring() -> None:
    """Defer the job in the caller's transaction: it exists if and only if the import waits."""
    take_in_imports.defer()
