"""Opens sessions: for a new guest, and for an account that signs in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from chat.accounts.merging import move_everything
from chat.accounts.names import users_named
from chat.errors import GuestsClosed, InvalidCredentials
from chat.limits.signing_in import allow_guest, password_attempt
from chat.notifications.storing import notify
from chat.sessions import cached
from chat.sessions.lifetime import absolute_end, ends_at
from chat.sessions.listing import active_sessions
from chat.sessions.place import place_of
from chat.sessions.revoking import end_sessions
from chat.sessions.tokens import hash_token, new_token
from models.models import NotificationKind, Session, User


@dataclass(frozen=True)
class OpenedSession:
    """The only moment at which a token exists in clear."""

    token: str
    session: Session
    user: User
    expires_at: datetime


def open_guest_session(*, device: str, address: str = "") -> OpenedSession:
    """Make a guest and sign them in. Raises GuestsClosed when the settings admit none, and TooManyGuests."""
    if not settings.GUESTS_ALLOWED:
        raise GuestsClosed
    allow_guest(address=address)
    with transaction.atomic():
        return open_session(User.objects.create_guest(), device=device, address=address)


def sign_in(
    *,
    user_id: str,
    password: str,
    device: str,
    address: str = "",
    replaces: str = "",
    guest: User | None = None,
    must_be_staff: bool = False,
) -> OpenedSession:
    """Sign an account in; its oldest session ends when it has too many.

    `replaces` is the token that the client held until now: a session of the same account
    under it ends in the same transaction. Everything of `guest` moves into the account.
    Raises InvalidCredentials for a wrong name, a wrong password and an account that was
    switched off alike, after the same time, and TooManySignIns without comparing anything.
    """
    known = users_named(user_id).first()
    with password_attempt(account=str(known.uuid) if known else user_id, address=address):
        # Checking an unusable password takes as long as checking a real one.
        right = check_password(password, known.password if known else UNUSABLE_PASSWORD_PREFIX)
        if not right or known is None or not known.is_active or (must_be_staff and not known.is_staff):
            raise InvalidCredentials
    with transaction.atomic():
        # Locked, so that two sign-ins at once do not pass the limit together.
        user = (
            User.objects.select_for_update(no_key=True)
            .filter(uuid=known.uuid, password=known.password, is_active=True)
            .first()
        )
        if user is None:
            raise InvalidCredentials
        if replaces:
            end_sessions(Session.objects.filter(user=user, token_hash=hash_token(replaces)))
        if guest is not None:
            move_everything(guest=guest, account=user)
        opened = open_session(user, device=device, address=address)
        _tell_other_sessions(opened)
        return opened


def open_session(user: User, *, device: str, address: str = "") -> OpenedSession:
    """Sign `user` in, who has shown who they are; within the caller's transaction."""
    now = _database_now()
    _note_return(user, now)
    _end_surplus(user)
    token = new_token()
    session = Session.objects.create(
        token_hash=hash_token(token),
        user=user,
        bound_user_id=user.user_id,
        device=device,
        place=place_of(address),
        created_datetime=now,
        last_seen=now,
        absolute_expiry=absolute_end(user, now),
    )
    transaction.on_commit(partial(cached.store, session, user))
    return OpenedSession(token=token, session=session, user=user, expires_at=ends_at(session, user, now))


def _note_return(user: User, now: datetime) -> None:
    User.objects.filter(uuid=user.uuid).update(last_activity=Greatest(F("last_activity"), now), expired_datetime=None)
    user.last_activity, user.expired_datetime = max(user.last_activity, now), None


def _end_surplus(user: User) -> None:
    """Make room for one more session."""
    newest_first = active_sessions(user=user).order_by("-created_datetime")
    surplus = newest_first.values_list("id", flat=True)[settings.SESSIONS_PER_USER - 1 :]
    end_sessions(Session.objects.filter(id__in=list(surplus)))


def _tell_other_sessions(opened: OpenedSession) -> None:
    session, user = opened.session, opened.user
    if active_sessions(user=user).exclude(id=session.id).exists():
        payload = {"session": str(session.id), "device": session.device}
        notify(user=user.uuid, kind=NotificationKind.NEW_SIGN_IN, payload=payload)


def _database_now() -> datetime:
    """Every expiry is judged by the database's clock, so it is set by it too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row: tuple[datetime] = cursor.fetchone()
    return row[0]
