"""What users change of their own account: the name and the password."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from chat.accounts.names import checked_user_id
from chat.accounts.passwords import new_password_hash, require_password
from chat.errors import SessionEnded, UserIdTaken, WrongPassword
from chat.sessions.revoking import revoke_other_sessions
from models.models import Session, User


def change_account(
    *, user: User, session_id: UUID, current_password: str, user_id: str | None, password: str | None, address: str
) -> User:
    """Change the name, the password or both; a new password ends all other sessions. Return the changed user.

    Raises NotGuest, WrongPassword, TooManySignIns, UserIdInvalid, UserIdTaken and PasswordWeak.
    """
    require_password(user, current_password, address=address)
    name = user.user_id if user_id is None else checked_user_id(user_id)
    password_hash = None if password is None else new_password_hash(password, user_id=name)
    try:
        with transaction.atomic():
            held = _hold(user)
            if name != held.user_id:
                _rename(held, name)
            if password_hash is not None:
                User.objects.filter(uuid=held.uuid).update(password=password_hash)
                revoke_other_sessions(user=held, keep=session_id)
    except IntegrityError:
        raise UserIdTaken from None
    return User.objects.get(uuid=user.uuid)


def _hold(user: User) -> User:
    held = User.objects.select_for_update(no_key=True).filter(uuid=user.uuid, is_active=True).first()
    if held is None:
        raise SessionEnded
    # The password was changed while this one was compared.
    if held.password != user.password:
        raise WrongPassword
    return held


def _rename(user: User, name: str) -> None:
    """The sessions go along; what Redis still knows under the old name is put right at the next request."""
    User.objects.filter(uuid=user.uuid).update(user_id=name)
    Session.objects.filter(user=user, bound_user_id=user.user_id).update(bound_user_id=name)
