"""What staff does with accounts: list, invite, switch off, give a new password. Every function checks who asks."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chat.accounts.codes import IssuedCode, issue_code, usable_codes
from chat.accounts.names import users_named
from chat.errors import Forbidden, NotFound, NotGuest, NotYourself
from chat.sessions.revoking import end_sessions
from models.models import CodeKind, OneTimeCode, Session, User


def list_users(staff: User, *, search: str = "", guests: bool = False, active: bool | None = None) -> QuerySet[User]:
    """All accounts, or all guests; `search` is a part of the name."""
    _require_staff(staff)
    found = User.objects.filter(is_guest=guests)
    if search:
        found = found.filter(user_id__icontains=search)
    return found if active is None else found.filter(is_active=active)


def access_user(staff: User, user_id: str) -> User:
    """Return a user for staff. Raises NotFound, and Forbidden for anybody but staff."""
    _require_staff(staff)
    user = users_named(user_id).first()
    if user is None:
        raise NotFound
    return user


def change_user(staff: User, user_id: str, *, is_active: bool | None = None, is_staff: bool | None = None) -> User:
    """Switch an account off or on, or make it staff. One that is switched off is signed out everywhere.

    Raises NotYourself, and Forbidden for what only the first administrator's rank may do.
    """
    user = _access_below(staff, user_id)
    if user.uuid == staff.uuid:
        raise NotYourself
    if is_staff is not None and not staff.is_superuser:
        raise Forbidden
    if is_staff and user.is_guest:
        raise NotGuest
    wanted = {"is_active": is_active, "is_staff": is_staff}
    changes = {name: value for name, value in wanted.items() if value is not None}
    with transaction.atomic():
        if changes:
            User.objects.filter(uuid=user.uuid).update(**changes)
        if is_active is False:
            end_sessions(Session.objects.filter(user=user))
    return User.objects.get(uuid=user.uuid)


def reset_password(staff: User, user_id: str) -> IssuedCode:
    """Return a code with which the user sets a new password; the old one works until then."""
    user = _access_below(staff, user_id)
    if user.is_guest:
        raise NotGuest
    with transaction.atomic():
        OneTimeCode.objects.filter(usable_codes(), kind=CodeKind.PASSWORD_RESET, user=user).delete()
        return issue_code(CodeKind.PASSWORD_RESET, user=user, by=staff)


def invite(staff: User, *, note: str = "", is_staff: bool = False) -> IssuedCode:
    """Return a code with which somebody makes an account."""
    _require_staff(staff)
    if is_staff and not staff.is_superuser:
        raise Forbidden
    return issue_code(CodeKind.INVITATION, by=staff, makes_staff=is_staff, note=note)


def list_invitations(staff: User) -> QuerySet[OneTimeCode]:
    """Those that can still be used."""
    _require_staff(staff)
    return OneTimeCode.objects.filter(usable_codes(), kind=CodeKind.INVITATION).select_related("created_by")


def withdraw_invitation(staff: User, invitation_id: UUID) -> None:
    withdrawn, _ = list_invitations(staff).filter(id=invitation_id).delete()
    if not withdrawn:
        raise NotFound


def _access_below(staff: User, user_id: str) -> User:
    """Staff may not act on other staff: a password reset would hand them the higher rank."""
    user = access_user(staff, user_id)
    if (user.is_staff or user.is_superuser) and not staff.is_superuser and user.uuid != staff.uuid:
        raise Forbidden
    return user


def _require_staff(user: User) -> None:
    if not user.is_staff:
        raise Forbidden
