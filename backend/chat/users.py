"""Users as a whole: leaving."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from chat.sessions import cached
from models.models import Chat, Conversation, Session, User


@transaction.atomic
def delete_user(*, user: User) -> None:
    """Delete a user with everything of theirs, also while answers of theirs are being written."""
    # Locked from the top: nothing can be hung under these rows before they are gone.
    list(User.objects.select_for_update().filter(uuid=user.uuid).values_list("uuid"))
    list(Conversation.objects.select_for_update().filter(user=user).order_by("id").values_list("id"))
    list(Chat.objects.select_for_update().filter(user=user).order_by("question_id").values_list("question_id"))
    sessions = list(Session.objects.filter(user=user).values_list("id", flat=True))
    User.objects.filter(uuid=user.uuid).delete()
    transaction.on_commit(partial(cached.forget, sessions, user.uuid))
