"""Wakes a worker for documents that wait. The rows, not the jobs, say which these are."""

from __future__ import annotations

from procrastinate.contrib.django import app

from chat.library.ingestion.reader import this_reader

# Answers go first.
_PRIORITY = -20


@app.task(name="read_documents", queue="documents", priority=_PRIORITY)
async def read_documents() -> None:
    await this_reader().read_waiting()


def ring() -> None:
    """Defer the job in the caller's transaction: it exists if and only if the document waits."""
    read_documents.defer()
