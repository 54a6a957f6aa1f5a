"""What the worker does by the clock. Every task is safe with several workers at once."""

from __future__ import annotations

import logging

from django.conf import settings
from procrastinate.contrib.django import app

import chat.library.ingestion.doorbell
import chat.portable.doorbell
import chat.titles.job  # noqa: F401  (all three register their task)
from chat.answers.sweep import sweep_answers
from chat.attachments import purge_unused_attachments
from chat.cleanup.answers import cleanup_answers
from chat.cleanup.expiry import expire_users
from chat.cleanup.notifications import cleanup_notifications
from chat.cleanup.purge import cleanup_expired_users
from chat.cleanup.sessions import cleanup_sessions
from chat.conversations import purge_deleted_conversations
from chat.errors import Unavailable
from chat.insights.rollup import count_hours
from chat.library.embedding import embed_waiting
from chat.library.ingestion.sweep import sweep_documents
from chat.library.purge import purge_library
from chat.notifications.model_states import watch_models
from chat.notifications.storing import tell_ending_sessions
from chat.portable.imports import purge_imports, sweep_imports
from chat.sessions.activity import flush_activity
from chat.temporary import purge_silent_conversations

logger = logging.getLogger(__name__)

# croniter puts the seconds last.
_EVERY_5_SECONDS = "* * * * * */5"
_EVERY_MINUTE = "* * * * *"
_EVERY_FIVE_MINUTES = "*/5 * * * *"
_EVERY_HOUR = "17 * * * *"
# Ten minutes after the hour that is to be counted, when its answers have ended.
_AFTER_EVERY_HOUR = "12 * * * *"


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
@app.task(name="sweep_imports", queue="upkeep", queueing_lock="sweep_imports")
def sweep_imports_task(timestamp: int) -> None:
    sweep_imports()


@app.periodic(cron=_EVERY_5_SECONDS)
@app.task(name="embed_waiting", queue="upkeep", queueing_lock="embed_waiting")
def embed_waiting_task(timestamp: int) -> None:
    embed_waiting()


@app.periodic(cron=_EVERY_HOUR)
@app.task(name="purge_deleted", queue="upkeep", queueing_lock="purge_deleted")
def purge_deleted_task(timestamp: int) -> None:
    purge_deleted_conversations()
    purge_unused_attachments()
    purge_imports()


@app.periodic(cron=_EVERY_HOUR)
@app.task(name="purge_library", queue="upkeep", queueing_lock="purge_library")
def purge_library_task(timestamp: int) -> None:
    purge_library()


@app.periodic(cron=settings.CLEANUP_SESSIONS_CRON)
@app.task(name="cleanup_sessions", queue="upkeep", queueing_lock="cleanup_sessions")
def cleanup_sessions_task(timestamp: int) -> None:
    logger.info("%s", cleanup_sessions())


@app.periodic(cron=settings.EXPIRE_USERS_CRON)
@app.task(name="expire_users", queue="upkeep", queueing_lock="expire_users")
def expire_users_task(timestamp: int) -> None:
    try:
        logger.info("%s", expire_users())
    except Unavailable as error:
        logger.warning("No user expires now. %s", error.text)


@app.periodic(cron=settings.CLEANUP_USERS_CRON)
@app.task(name="cleanup_expired_users", queue="upkeep", queueing_lock="cleanup_expired_users")
def cleanup_expired_users_task(timestamp: int) -> None:
    logger.info("%s", cleanup_expired_users())


@app.periodic(cron=settings.CLEANUP_ANSWERS_CRON)
@app.task(name="cleanup_answers", queue="upkeep", queueing_lock="cleanup_answers")
def cleanup_answers_task(timestamp: int) -> None:
    logger.info("%s", cleanup_answers())


@app.periodic(cron=settings.CLEANUP_ANSWERS_CRON)
@app.task(name="cleanup_notifications", queue="upkeep", queueing_lock="cleanup_notifications")
def cleanup_notifications_task(timestamp: int) -> None:
    logger.info("Notifications removed: %d", cleanup_notifications())


@app.periodic(cron=_EVERY_MINUTE)
@app.task(name="watch_models", queue="upkeep", queueing_lock="watch_models")
async def watch_models_task(timestamp: int) -> None:
    await watch_models()


@app.periodic(cron=_EVERY_MINUTE)
@app.task(name="purge_temporary", queue="upkeep", queueing_lock="purge_temporary")
def purge_temporary_task(timestamp: int) -> None:
    purge_silent_conversations()


@app.periodic(cron=_EVERY_FIVE_MINUTES)
@app.task(name="tell_ending_sessions", queue="upkeep", queueing_lock="tell_ending_sessions")
def tell_ending_sessions_task(timestamp: int) -> None:
    tell_ending_sessions()


@app.periodic(cron=_AFTER_EVERY_HOUR)
@app.task(name="count_hours", queue="upkeep", queueing_lock="count_hours")
def count_hours_task(timestamp: int) -> None:
    logger.info("Hours counted: %d", count_hours())
