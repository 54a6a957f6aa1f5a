"""Becoming an account, signing in and out, changing and leaving it. Draws nothing; every call raises ApiError.

The API's answer carries a new token, which goes to the browser by way of `identity`.
"""

import streamlit as st

from api_client import ApiError
from visitor import identity, tab


def keep_chats(user_id: str, password: str) -> None:
    """The guest becomes an account; everything seen in this tab stays theirs."""
    identity.replace_session(lambda api: api.register(user_id, password))


def sign_in(user_id: str, password: str, *, take_along: bool) -> None:
    """`take_along`: a guest's chats move into the account."""
    before = identity.known_user()
    identity.replace_session(lambda api: api.sign_in(user_id, password, keep_chats=take_along))
    now = identity.known_user()
    if before and now and before.user_id != now.user_id and not take_along:
        tab.forget_visitor()


def redeem(code: str, user_id: str, password: str) -> None:
    """An invitation, a password reset, or the first administrator's code."""
    identity.replace_session(lambda api: api.redeem(code, user_id, password))


def change_name(current_password: str, user_id: str) -> None:
    identity.note_user(identity.client().change_me(current_password, user_id=user_id))


def change_password(current_password: str, password: str) -> None:
    """All other sessions end."""
    identity.note_user(identity.client().change_me(current_password, password=password))


def sign_out() -> None:
    """A session that has ended already is as good."""
    try:
        identity.client().sign_out()
    except ApiError as error:
        if not error.is_signed_out:
            raise
    _go()


def leave(password: str) -> None:
    """Delete everything."""
    identity.client().delete_me(password)
    _go()


def _go() -> None:
    identity.forget_session(left=True)
    tab.forget_visitor()
    st.query_params.clear()
