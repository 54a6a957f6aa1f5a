"""The account page: for a guest how to keep the chats, for an account everything about it."""

import streamlit as st

from api_client import ApiError
from api_types import User
from components import account_changes, away, import_card, joining, leaving, notice, session_list, staff_panel
from components.markup import html_text
from i18n import t
from visitor import account, identity, moments, notices


def draw() -> None:
    """Raises ApiError when the session has ended."""
    try:
        user = identity.current_user()
    except ApiError as error:
        if error.is_signed_out:
            raise
        away.draw_watch(visible=True)
        return
    with st.container(key="account-page", gap="medium"):
        _draw_head(user)
        # A place of its own, so that a notice that comes or goes moves nothing that is open below.
        with st.empty().container(gap="small"):
            notice.draw()
        if user is None or user.is_guest:
            joining.draw(user)
        if user:
            _draw_own(user)
        else:
            import_card.draw()


def _draw_own(user: User) -> None:
    if not user.is_guest:
        account_changes.draw(user)
    session_list.draw()
    import_card.draw()
    leaving.draw(user)
    if user.is_staff:
        staff_panel.draw(user)


def _draw_head(user: User | None) -> None:
    with st.container(key="account-head", horizontal=True, vertical_alignment="center",
                      horizontal_alignment="distribute"):  # fmt: skip
        name = t("page.account") if user is None or user.is_guest else user.user_id
        st.html(f'<h1 class="tc-title">{html_text(name)}</h1><p class="tc-subtitle">{html_text(_says(user))}</p>')
        if user and not user.is_guest:
            st.button(t("account.sign_out"), key="sign-out", icon=":material/logout:", on_click=_sign_out)


def _says(user: User | None) -> str:
    if user is None:
        return t("account.nobody_yet")
    if user.is_guest:
        return t("account.kept_until", date=moments.date(user.expires_at)) if user.expires_at else t("account.guest")
    return t("account.staff") if user.is_staff else t("account.kept")


def _sign_out() -> None:
    try:
        account.sign_out()
    except ApiError as error:
        notices.leave_error(error)
        return
    notices.leave("info", t("account.signed_out"))
