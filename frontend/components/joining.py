"""For who has no account here: keep the chats under a name, sign in, or use a one-time code."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from api_types import User
from components import problems, sign_in
from i18n import t
from visitor import account, notices


def draw(user: User | None) -> None:
    """`user` is the guest, who has chats to keep; somebody without a session rather comes back."""
    with st.container(key="card-joining", border=True):
        if user:
            new, known, code = st.tabs([t("joining.keep"), t("joining.sign_in"), t("joining.code")])
        else:
            known, new, code = st.tabs([t("joining.sign_in"), t("joining.new"), t("joining.code")])
        with new:
            st.markdown(t("joining.keep_says") if user else t("joining.new_says"))
            _draw_new_account(t("joining.keep") if user else t("joining.create"))
        with known:
            if sign_in.draw_form("page"):
                _welcome(t("joining.signed_in"))
        with code:
            st.markdown(t("joining.code_says"))
            _draw_code()


def draw_password(form: str) -> str:
    """A new password, with what is asked of it."""
    return st.text_input(t("form.new_password"), key=f"{form}-password", type="password",
                         autocomplete="new-password", help=t("form.password_says"))  # fmt: skip


def _draw_new_account(label: str) -> None:
    with st.form("join", border=False):
        name = st.text_input(t("form.choose_name"), key="join-name", autocomplete="username", help=t("form.name_says"))
        password = draw_password("join")
        problems.draw("join")
        sent = st.form_submit_button(label, type="primary", key="join-send")
    if sent:
        _submit("join", bool(name and password), partial(account.keep_chats, name.strip(), password),
                t("joining.kept"))  # fmt: skip


def _draw_code() -> None:
    with st.form("code", border=False):
        code = st.text_input(
            t("form.code"), key="code-code", autocomplete="one-time-code", placeholder="7KQD-M2XP-9RTV"
        )
        name = st.text_input(t("form.name"), key="code-name", autocomplete="username", help=t("form.code_name_says"))
        password = draw_password("code")
        problems.draw("code")
        sent = st.form_submit_button(t("form.use_code"), type="primary", key="code-send")
    if sent:
        _submit("code", bool(code and password), partial(account.redeem, code.strip(), name.strip(), password),
                t("joining.signed_in"))  # fmt: skip


def _submit(form: str, is_filled_in: bool, work: Callable[[], None], welcome: str) -> None:
    if not is_filled_in:
        problems.leave(form, t("form.fill_in"))
    elif problems.attempt(form, work):
        _welcome(welcome)
    st.rerun()


def _welcome(text: str) -> None:
    notices.leave("success", text)
    st.rerun()
