"""Finds answers that nobody is writing: their worker died, or their doorbell was lost."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from chat.answers.doorbell import ring
from chat.notifications.storing import tell_given_up
from models.chat import RUNNING
from models.models import AnswerStatus, Chat

logger = logging.getLogger(__name__)

_BATCH = 500


def count_orphans() -> int:
    """Return how many answers a sweep would find now."""
    return Chat.objects.filter(status__in=RUNNING, lease_until__lt=Now()).count()


def sweep_answers() -> int:
    """Ring again for every answer whose lease has run out; return how many.

    Safe with several sweepers at once. An answer that took `ANSWER_MAX_ATTEMPTS`
    workers with it is given up.
    """
    with transaction.atomic():
        orphans = list(
            Chat.objects.select_for_update(skip_locked=True)
            .filter(status__in=RUNNING, lease_until__lt=Now())
            .only("question_id", "attempts", "stop_requested")[:_BATCH]
        )
        unwanted = [chat.pk for chat in orphans if chat.stop_requested]
        wanted = [chat for chat in orphans if not chat.stop_requested]
        hopeless = [chat.pk for chat in wanted if chat.attempts >= settings.ANSWER_MAX_ATTEMPTS]
        rerun = [chat.pk for chat in wanted if chat.attempts < settings.ANSWER_MAX_ATTEMPTS]
        ended = {"finished_datetime": Now(), "lease_until": None, "owner": ""}
        Chat.objects.filter(pk__in=unwanted).update(status=AnswerStatus.CANCELLED, **ended)
        Chat.objects.filter(pk__in=hopeless).update(status=AnswerStatus.FAILED, error_code="gave_up", **ended)
        if hopeless:
            tell_given_up(hopeless)
        Chat.objects.filter(pk__in=rerun).update(
            status=AnswerStatus.QUEUED,
            lease_until=Now() + timedelta(seconds=settings.ANSWER_LEASE_SECONDS),
        )
        if rerun:
            ring()
    if orphans:
        logger.warning("Sweep: %d answers rerun, %d given up", len(rerun), len(hopeless))
    return len(rerun)
