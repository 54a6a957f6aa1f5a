"""Brings a guest's chats and documents into the account that the guest signs in to."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from chat.search.terms import terms_to_store
from chat.sessions.revoking import end_sessions
from models.chat import RUNNING
from models.conversation_import import UNREAD_IMPORTS
from models.models import (
    Attachment,
    Chat,
    Collection,
    ComparedPair,
    Comparison,
    Conversation,
    ConversationImport,
    Document,
    ImportStatus,
    Notification,
    SearchLog,
    Session,
    User,
)

_BATCH = 200


def move_everything(*, guest: User, account: User) -> None:
    """Hang all that `guest` has under `account`, within the caller's transaction.

    The guest stays behind, empty and expired, for the clean-up: a worker may still be writing an answer
    in the guest's name. The answer itself lies in its conversation, so it arrives in the account, and
    `finish_answer` notices whose it is.
    """
    # Locked from the top, as when a user is deleted.
    held = User.objects.select_for_update().filter(uuid=guest.uuid, is_guest=True).first()
    if held is None:
        return
    end_sessions(Session.objects.filter(user=held))
    _move_chats(held, account)
    Conversation.objects.filter(user=held).update(user=account)
    _move_collections(held, account)
    for model in (Attachment, Document):
        model.objects.filter(owner=held).update(owner=account)
    for compared in (Comparison, ComparedPair):
        compared.objects.filter(user=held).update(user=account)
    SearchLog.objects.filter(user=held).update(user=account)
    Notification.objects.filter(user=held).update(user=account)
    _move_imports(held, account)
    User.objects.filter(uuid=held.uuid).update(is_active=False, expired_datetime=Now())


def _move_chats(guest: User, account: User) -> None:
    # Both may have used the same key for a question; the one that is being moved is long accepted.
    taken = Chat.objects.filter(user=account, client_key=OuterRef("client_key"), slot=OuterRef("slot"))
    Chat.objects.filter(Exists(taken), user=guest).update(client_key=None)
    # Whoever writes one of these waits here, and sees then whose it is.
    list(Chat.objects.select_for_update(no_key=True).filter(user=guest, status__in=RUNNING).values_list("pk"))
    # What can be found by its words is hashed together with its owner.
    findable = Chat.objects.filter(user=guest, conversation__temporary=False)
    batch: list[Chat] = []
    for chat in findable.only("question_id", "question_text", "response_text").iterator(chunk_size=_BATCH):
        chat.search_terms = terms_to_store(account.uuid, chat.question_text, chat.response_text)
        batch.append(chat)
        if len(batch) == _BATCH:
            Chat.objects.bulk_update(batch, ["search_terms"])
            batch.clear()
    Chat.objects.bulk_update(batch, ["search_terms"])
    Chat.objects.filter(user=guest).update(user=account)


def _move_collections(guest: User, account: User) -> None:
    """The account keeps its own default collection; the guest's gets the guest's name then."""
    if Collection.objects.filter(owner=account, is_default=True, deleted_at=None).exists():
        Collection.objects.filter(owner=guest, is_default=True).update(is_default=False, name=guest.user_id)
    Collection.objects.filter(owner=guest).update(owner=account)


def _move_imports(guest: User, account: User) -> None:
    """One that is being read goes on in the account, unless the account is reading one of its own."""
    imports = ConversationImport.objects.filter(user=guest)
    if ConversationImport.objects.filter(user=account, status__in=UNREAD_IMPORTS).exists():
        imports.filter(status__in=UNREAD_IMPORTS).update(
            status=ImportStatus.CANCELLED, lease_until=None, finished_datetime=Now()
        )
    imports.update(user=account)
