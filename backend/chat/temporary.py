"""Temporary conversations: while they are open they lie in the database, so that no answer is lost; then they are gone.

They are in no list, no search, no export, and have no title, no words to be found by and no
text in the search log. Deleted for good by their user at once, and by the clean-up once they
have been silent for `TEMPORARY_CHAT_SECONDS`.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from chat.answers.doorbell import hang_up
from chat.library.files import remove_file
from models.chat import RUNNING
from models.models import Attachment, Chat, Conversation, SpentTokens

_AT_ONCE = 100
_DAY = timedelta(days=1)


def purge_temporary(conversation: Conversation) -> None:
    """Delete a temporary conversation for good, with its pictures; an answer that is being written is stopped."""
    _purge(conversation, Conversation.objects.filter(temporary=True))


def _purge(conversation: Conversation, due: QuerySet[Conversation]) -> None:
    with transaction.atomic():
        locked = Conversation.objects.select_for_update().filter(pk=conversation.pk)
        # A statement of its own: it sees what was asked before the lock was had.
        if not (locked.exists() and due.filter(pk=conversation.pk).exists()):
            return
        _keep_tokens(conversation)
        turns = list(conversation.chats.values_list("pk", "status"))
        pictures = _pictures_only_there(conversation)
        Attachment.objects.filter(pk__in=pictures).delete()
        locked.delete()
    for question_id, status in turns:
        if status in RUNNING:
            hang_up(question_id)
    for picture in pictures:
        remove_file(picture)


def purge_silent_conversations() -> int:
    """Delete the temporary conversations that nobody has used for a while; return how many."""
    before = Now() - timedelta(seconds=settings.TEMPORARY_CHAT_SECONDS)
    in_use = Chat.objects.filter(Q(status__in=RUNNING) | Q(finished_datetime__gt=before), conversation=OuterRef("pk"))
    silent = Conversation.objects.filter(~Exists(in_use), temporary=True, updated_datetime__lt=before)
    found = list(silent.order_by("updated_datetime")[:_AT_ONCE])
    for conversation in found:
        _purge(conversation, silent)
    SpentTokens.objects.filter(asked_datetime__lt=Now() - _DAY).delete()
    return len(found)


def _keep_tokens(conversation: Conversation) -> None:
    used = conversation.chats.filter(input_tokens__isnull=False, question_created_datetime__gt=Now() - _DAY)
    spent = used.values_list("question_created_datetime", F("input_tokens") + Coalesce("output_tokens", 0))
    SpentTokens.objects.bulk_create(
        SpentTokens(user_id=conversation.user_id, tokens=tokens, asked_datetime=asked) for asked, tokens in spent
    )


def _pictures_only_there(conversation: Conversation) -> list[UUID]:
    elsewhere = Attachment.chats.through.objects.filter(attachment=OuterRef("pk")).exclude(
        chat__conversation=conversation
    )
    shown = Attachment.objects.filter(~Exists(elsewhere), chats__conversation=conversation)
    return list(shown.distinct().values_list("pk", flat=True))
