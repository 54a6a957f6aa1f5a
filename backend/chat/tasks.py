"""What the worker does by the clock. Every task is safe with several workers at once."""

from __future__ import annotations

from procrastinate.contrib.django import app

import chat.answers.doorbell
import chat.library.ingestion.doorbell  # noqa: F401  (both register their task)
from chat.answers.sweep import sweep_answers
from chat.attachments import purge_unused_attachments
from chat.conversations import purge_deleted_conversations
from chat.library.embedding import embed_waiting
from chat.library.ingestion.sweep import sweep_documents
from chat.library.purge import purge_library
from chat.sessions.activity import flush_activity

# croniter puts the seconds last.
_EVERY_5_SECONDS = "* * * * * */5"
_EVERY_HOUR = "17 * * * *"


# A queueing lock: when a run is late, the next one does not pile up behind it.
@app.periodic(cron=_EVERY_5_SECONDS)
@app.task(name="sweep_answers", queue="upkeep", queueing_lock="sweep_answers")
def sweep_answers_task(timestamp: int) -> None:
    sweep_answers()


@app.periodic(cron=_EVERY_5_SECONDS)
@app.task(name="flush_activity", queue="upkeep", queueing_lock="flush_activity")
def flush_activity_task(timestamp: int) -> None:
    flush_activity()


@app.periodic(cron=_EVERY_5_SECONDS)
@app.task(name="sweep_documents", queue="upkeep", queueing_lock="sweep_documents")
def sweep_documents_task(timestamp: int) -> None:
    sweep_documents()


@app.periodic(cron=_EVERY_5_SECONDS)
@app.task(name="embed_waiting", queue="upkeep", queueing_lock="embed_waiting")
def embed_waiting_task(timestamp: int) -> None:
    embed_waiting()


@app.periodic(cron=_EVERY_HOUR)
@app.task(name="purge_deleted", queue="upkeep", queueing_lock="purge_deleted")
def purge_deleted_task(timestamp: int) -> None:
    purge_deleted_conversations()
    purge_unused_attachments()


@app.periodic(cron=_EVERY_HOUR)
@app.task(name="purge_library", queue="upkeep", queueing_lock="purge_library")
def purge_library_task(timestamp: int) -> None:
    purge_library()
