"""Which passwords are good enough, and whether one is right."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from chat.errors import NotGuest, PasswordWeak, WrongPassword
from chat.limits.signing_in import password_attempt
from models.models import User


def new_password_hash(password: str, *, user_id: str) -> str:
    """Return what is stored of a new password. Raises PasswordWeak with every reason in `details`.

    The codes are Django's: password_too_short, password_too_common, password_too_similar.
    """
    try:
        validate_password(password, User(user_id=user_id))
    except ValidationError as error:
        reasons = [{"code": each.code or "password_weak", "message": each.messages[0]} for each in error.error_list]
        raise PasswordWeak(details={"password": reasons}) from None
    return make_password(password)


def require_password(user: User, password: str, *, address: str) -> None:
    """Whoever finds an open page does not have the account. Raises WrongPassword, NotGuest and TooManySignIns."""
    if user.is_guest:
        raise NotGuest
    with password_attempt(account=str(user.uuid), address=address):
        if not check_password(password, user.password):
            raise WrongPassword
