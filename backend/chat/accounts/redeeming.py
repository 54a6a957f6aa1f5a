"""Uses a one-time code up: it makes an account, or sets a new password."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from chat.accounts.codes import hash_code, usable_codes
from chat.accounts.names import checked_user_id
from chat.accounts.passwords import new_password_hash
from chat.accounts.registering import make_account
from chat.errors import CodeInvalid, UserIdInvalid
from chat.limits.signing_in import code_attempt
from chat.sessions.opening import OpenedSession, open_session
from chat.sessions.revoking import end_sessions
from models.models import CodeKind, OneTimeCode, Session, User


def redeem_code(
    *, code: str, user_id: str | None, password: str, guest: User | None, device: str, address: str
) -> OpenedSession:
    """Do what the code is for, and sign in; the code is void then, and not before.

    An invitation and the first administrator's code need a `user_id`, and keep what `guest` has. Raises
    CodeInvalid, TooManyCodes, UserIdInvalid, UserIdTaken and PasswordWeak.
    """
    with code_attempt(address=address):
        found = OneTimeCode.objects.select_related("user").filter(usable_codes(), code_hash=hash_code(code)).first()
        if found is None:
            raise CodeInvalid
    if found.user is not None:
        return _reset_password(found, found.user, password, device=device, address=address)
    if user_id is None:
        raise UserIdInvalid(details={"user_id": [{"code": "required", "message": "Choose a name."}]})
    name = checked_user_id(user_id)
    password_hash = new_password_hash(password, user_id=name)
    with transaction.atomic():
        _use_up(found)
        is_first = found.kind == CodeKind.FIRST_ADMIN
        user = make_account(
            user_id=name,
            password_hash=password_hash,
            guest=guest,
            is_staff=found.makes_staff or is_first,
            is_superuser=is_first,
        )
        return open_session(user, device=device, address=address)


def _reset_password(code: OneTimeCode, user: User, password: str, *, device: str, address: str) -> OpenedSession:
    password_hash = new_password_hash(password, user_id=user.user_id)
    with transaction.atomic():
        _use_up(code)
        held = User.objects.select_for_update(no_key=True).filter(uuid=user.uuid, is_active=True).first()
        if held is None:
            raise CodeInvalid
        User.objects.filter(uuid=held.uuid).update(password=password_hash)
        end_sessions(Session.objects.filter(user=held))
        return open_session(User.objects.get(uuid=held.uuid), device=device, address=address)


def _use_up(code: OneTimeCode) -> None:
    """Of two at once one gets it."""
    if not OneTimeCode.objects.filter(usable_codes(), id=code.id).update(used_datetime=Now()):
        raise CodeInvalid
