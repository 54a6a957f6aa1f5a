"""Whose chats are kept when somebody signs in or makes an account: the guest's that the client was."""

from __future__ import annotations

from chat.errors import SessionEnded
from chat.sessions.verifying import verify_session
from models.models import User


def guest_of(token: str) -> User | None:
    """Return the guest that the token belongs to; None for an account, and for one that has ended."""
    if not token:
        return None
    try:
        user = verify_session(token).user
    except SessionEnded:
        return None
    return user if user.is_guest else None
