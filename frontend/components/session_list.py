"""The visitor's devices: where they are signed in, when each was used last, and a way to end it."""

from typing import Final

import streamlit as st

from account_types import SessionInfo
from api_client import ApiError
from components.markup import html_text, plain_label
from i18n import t
from visitor import identity, moments, notices

_SMALL: Final = ("Android", "iPhone", "iPad")


def draw() -> None:
    """Raises ApiError when this session has ended."""
    with st.container(key="card-sessions", border=True, gap="small"):
        st.subheader(t("sessions.title"), anchor=False)
        try:
            sessions = identity.client().sessions()
        except ApiError as error:
            if error.is_signed_out:
                raise
            st.caption(t("sessions.unavailable"))
            return
        for session in sorted(sessions, key=lambda each: not each.current):
            _draw_row(session)
        if len(sessions) > 1:
            st.button(t("sessions.end_others"), key="end-others", icon=":material/logout:", on_click=_end_others)


def _draw_row(session: SessionInfo) -> None:
    is_small = any(name in session.device for name in _SMALL)
    with st.container(key=f"session-{session.id}", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(":material/smartphone:" if is_small else ":material/computer:", width="content")
        place = t("sessions.local") if session.place == "local" else session.place
        facts = [place, t("sessions.now") if session.current else moments.ago(session.last_activity)]
        st.html(f'<div class="tc-device">{html_text(session.device or t("sessions.unknown"))}'
                f"<small>{html_text(' · '.join(filter(None, facts)))}</small></div>", width="stretch")  # fmt: skip
        if session.current:
            st.badge(t("sessions.this_one"), color="violet")
        else:
            st.button(t("sessions.end"), key=f"end-{session.id}", type="tertiary",
                      help=t("sessions.end_says", device=plain_label(session.device)),
                      on_click=_end, args=(session,))  # fmt: skip


def _end(session: SessionInfo) -> None:
    notices.clear()
    try:
        identity.client().end_session(session.id)
    except ApiError as error:
        # It has ended meanwhile.
        if error.status != 404:
            notices.leave_error(error)


def _end_others() -> None:
    notices.clear()
    try:
        identity.client().end_other_sessions()
    except ApiError as error:
        notices.leave_error(error)
    else:
        notices.leave("success", t("sessions.others_ended"))
