"""New accounts: a guest becomes one and keeps every chat, or somebody comes without any."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction

from chat.accounts.names import checked_user_id
from chat.accounts.passwords import new_password_hash
from chat.errors import AlreadyAccount, RegistrationClosed, SessionEnded, UserIdTaken
from chat.limits.signing_in import allow_registration
from chat.sessions.opening import OpenedSession, open_session
from chat.sessions.revoking import end_sessions
from models.models import Session, User


def register(*, user_id: str, password: str, guest: User | None, device: str, address: str) -> OpenedSession:
    """Make an account and sign it in; of `guest`, who keeps the chats, every earlier session ends.

    Raises RegistrationClosed, TooManyRegistrations, and what `make_account` raises.
    """
    if not settings.REGISTRATION_OPEN:
        raise RegistrationClosed
    user_id = checked_user_id(user_id)
    # Before the password is hashed, which is slow on purpose.
    allow_registration(address=address)
    password_hash = new_password_hash(password, user_id=user_id)
    with transaction.atomic():
        user = make_account(user_id=user_id, password_hash=password_hash, guest=guest)
        return open_session(user, device=device, address=address)


def make_account(
    *, user_id: str, password_hash: str, guest: User | None, is_staff: bool = False, is_superuser: bool = False
) -> User:
    """Store the account, within the caller's transaction; names and passwords are checked before.

    Raises UserIdTaken, AlreadyAccount when `guest` is none any more, and SessionEnded when they are gone.
    """
    rights = {"is_staff": is_staff, "is_superuser": is_superuser}
    try:
        with transaction.atomic():
            if guest is None:
                return User.objects.create(user_id=user_id, password=password_hash, **rights)
            return _promote(guest, user_id=user_id, password=password_hash, **rights)
    except IntegrityError:
        raise UserIdTaken from None


def _promote(guest: User, **fields: object) -> User:
    """One UPDATE: everything of the guest's hangs on `uuid`, which stays."""
    held = User.objects.select_for_update(no_key=True).filter(uuid=guest.uuid, is_active=True).first()
    if held is None:
        raise SessionEnded
    if not held.is_guest:
        raise AlreadyAccount
    User.objects.filter(uuid=guest.uuid).update(is_guest=False, expired_datetime=None, **fields)
    end_sessions(Session.objects.filter(user=held))
    return User.objects.get(uuid=guest.uuid)
