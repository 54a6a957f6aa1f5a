"""Thumbs under an answer, and the reason for them. What is pressed again is taken back."""

import streamlit as st

from api_types import Chat
from conversation import judging
from i18n import t

_LONGEST = 2_000


def draw(chat: Chat) -> None:
    """Among the other tools under an answer. The key of a button never changes, so that it keeps the focus."""
    given = chat.feedback.rating if chat.feedback else 0
    up = t("thumbs.up_given") if given == 1 else t("thumbs.up")
    down = t("thumbs.down_given") if given == -1 else t("thumbs.down")
    for rating, label, name in ((1, up, "up"), (-1, down, "down")):
        st.button(label, key=f"rate-{name}-{chat.question_id}", icon=f":material/thumb_{name}:",
                  type="primary" if given == rating else "tertiary",
                  on_click=judging.rate, args=(chat, rating))  # fmt: skip
    if chat.feedback and not judging.is_reason_asked_for(chat):
        label = t("thumbs.reason_given") if chat.feedback.comment else t("thumbs.reason")
        st.button(label, key=f"reason-{chat.question_id}", icon=":material/rate_review:", type="tertiary",
                  on_click=judging.open_reason, args=(chat,))  # fmt: skip


def draw_reason(chat: Chat) -> None:
    """The form beneath, for an answer that was just rated; it need not be filled in."""
    if not chat.feedback or not judging.is_reason_asked_for(chat):
        return
    key = f"reason-text-{chat.question_id}"
    is_good = chat.feedback.rating > 0
    label = t("thumbs.what_was_good") if is_good else t("thumbs.what_was_bad")
    with st.form(f"reason-form-{chat.question_id}"):
        st.text_area(label, value=chat.feedback.comment, key=key, height=68, max_chars=_LONGEST,
                     placeholder=None if is_good else t("thumbs.example"))  # fmt: skip
        with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            st.form_submit_button(t("thumbs.close"), key=f"reason-close-{chat.question_id}", type="tertiary",
                                  on_click=judging.close_reason)  # fmt: skip
            st.form_submit_button(t("thumbs.send"), key=f"reason-send-{chat.question_id}", type="primary",
                                  on_click=_explain, args=(chat, key))  # fmt: skip


def _explain(chat: Chat, key: str) -> None:
    judging.explain(chat, st.session_state.get(key) or "")
