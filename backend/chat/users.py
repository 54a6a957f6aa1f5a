"""Users as a whole: held while something of theirs is stored, and leaving."""

from __future__ import annotations

from functools import partial
from itertools import chain
from uuid import UUID

from django.db import transaction

from chat.accounts.passwords import require_password
from chat.errors import SessionEnded
from chat.library.files import remove_file
from chat.sessions import cached
from models.models import Attachment, Chat, Conversation, ConversationImport, Document, DocumentImage, Session, User


def hold_user(user: User) -> None:
    """Until the caller's transaction ends nobody else holds this user, moves or deletes what they have.

    Raises SessionEnded for one who is gone, as a guest who signed in and took everything along.
    """
    if not User.objects.select_for_update(no_key=True).filter(uuid=user.uuid, is_active=True).exists():
        raise SessionEnded


def leave(*, user: User, password: str, address: str) -> None:
    """Delete yourself; an account says its password. Raises WrongPassword and TooManySignIns."""
    if not user.is_guest:
        require_password(user, password, address=address)
    delete_user(user=user)


@transaction.atomic
def delete_user(*, user: User) -> None:
    """Delete a user with everything of theirs, also while answers of theirs are being written."""
    # Locked from the top: nothing can be hung under these rows before they are gone.
    list(User.objects.select_for_update().filter(uuid=user.uuid).values_list("uuid"))
    list(Conversation.objects.select_for_update().filter(user=user).order_by("id").values_list("id"))
    list(Chat.objects.select_for_update().filter(user=user).order_by("question_id").values_list("question_id"))
    sessions = list(Session.objects.filter(user=user).values_list("id", flat=True))
    files = _files_of(user)
    User.objects.filter(uuid=user.uuid).delete()
    transaction.on_commit(partial(cached.forget, sessions, user.uuid))
    transaction.on_commit(partial(_remove_files, files))


def _files_of(user: User) -> list[UUID]:
    documents = Document.objects.filter(owner=user).values_list("id", flat=True)
    pictures = DocumentImage.objects.filter(document__owner=user).values_list("id", flat=True)
    attachments = Attachment.objects.filter(owner=user).values_list("id", flat=True)
    imports = ConversationImport.objects.filter(user=user).values_list("id", flat=True)
    return list(chain(documents, pictures, attachments, imports))


def _remove_files(file_ids: list[UUID]) -> None:
    for file_id in file_ids:
        remove_file(file_id)
