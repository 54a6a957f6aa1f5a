"""A new name or a new password; both want the present password."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from api_types import User
from components import joining, problems
from i18n import t
from visitor import account, notices


def draw(user: User) -> None:
    with st.container(key="card-changes", border=True, gap="small"):
        st.subheader(t("change.title"), anchor=False)
        with st.expander(t("change.name"), icon=":material/badge:"):
            _draw_name(user)
        with st.expander(t("change.password"), icon=":material/password:"):
            _draw_password()


def _draw_name(user: User) -> None:
    with st.form("change-name", border=False):
        name = st.text_input(t("form.choose_name"), value=user.user_id, key=f"change-name-{user.user_id}",
                             autocomplete="username", help=t("form.name_says"))  # fmt: skip
        current = _present_password("change-name")
        problems.draw("change-name")
        sent = st.form_submit_button(t("change.save"), type="primary", key="change-name-send")
    if sent:
        _submit("change-name", bool(name and current), partial(account.change_name, current, name.strip()),
                t("change.name_done"))  # fmt: skip


def _draw_password() -> None:
    st.caption(t("change.password_says"))
    with st.form("change-password", border=False, clear_on_submit=True):
        current = _present_password("change-password")
        password = joining.draw_password("change-password-new")
        problems.draw("change-password")
        sent = st.form_submit_button(t("change.save"), type="primary", key="change-password-send")
    if sent:
        _submit("change-password", bool(current and password), partial(account.change_password, current, password),
                t("change.password_done"))  # fmt: skip


def _present_password(form: str) -> str:
    return st.text_input(t("form.present_password"), key=f"{form}-present", type="password",
                         autocomplete="current-password")  # fmt: skip


def _submit(form: str, is_filled_in: bool, work: Callable[[], None], done: str) -> None:
    if not is_filled_in:
        problems.leave(form, t("form.fill_in"))
    elif problems.attempt(form, work):
        notices.leave("success", done)
    st.rerun()
