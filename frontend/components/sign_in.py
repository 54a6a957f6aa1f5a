"""The form to sign in, on the account page and in a dialog over a chat: there what was typed stays in its place."""

from functools import partial
from typing import Final

import streamlit as st

from components import page_links, problems
from i18n import t
from visitor import account, identity, notices

_OPEN: Final = "sign_in_open"


def open_dialog() -> None:
    st.session_state[_OPEN] = True


def is_open() -> bool:
    return bool(st.session_state.get(_OPEN))


def draw_dialog() -> None:
    st.dialog(t("signing_in.title"), on_dismiss=_close)(_draw_dialog)()


def draw_form(place: str) -> bool:
    """Whether the visitor has just signed in."""
    user = identity.known_user()
    with st.form(f"sign-in-{place}", border=False):
        name = st.text_input(t("form.name"), key=f"{place}-name", autocomplete="username")
        password = st.text_input(t("form.password"), key=f"{place}-password", type="password",
                                 autocomplete="current-password")  # fmt: skip
        is_guest = user is not None and user.is_guest
        take_along = is_guest and st.checkbox(t("signing_in.take_along"), value=True, key=f"{place}-take-along")
        problems.draw(place)
        sent = st.form_submit_button(t("signing_in.send"), type="primary", key=f"{place}-send")
    if not sent:
        return False
    if not name or not password:
        problems.leave(place, t("form.fill_in"))
    elif problems.attempt(place, partial(account.sign_in, name.strip(), password, take_along=bool(take_along))):
        return True
    st.rerun()


def _draw_dialog() -> None:
    if draw_form("dialog"):
        _close()
        notices.clear()
        st.rerun()
    st.page_link(page_links.all_pages()[page_links.ACCOUNT], label=t("signing_in.other_ways"), icon=":material/key:")


def _close() -> None:
    st.session_state.pop(_OPEN, None)
