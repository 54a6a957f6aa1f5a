"""The switch for a temporary chat on the empty page, and the sign over one that nothing of it is kept."""

import streamlit as st

from components.markup import html_text
from conversation import screen, temporary
from conversation.asking import PendingQuestion
from conversation.screen import History
from i18n import t

_KEY = "temporary-switch"


def draw(history: History | None, pending: PendingQuestion | None) -> None:
    if history:
        temporary.choose_next(False)
        if history.conversation.temporary:
            temporary.note(history.conversation.id)
    is_temporary = history.conversation.temporary if history else temporary.is_next()
    if pending and history is None:
        is_temporary = pending.temporary
    elif history is None and screen.conversation_id() is None:
        with st.container(key="temporary-choice", horizontal=True, horizontal_alignment="right"):
            st.toggle(t("temporary.title"), value=temporary.is_next(), key=_KEY, help=t("temporary.switch_says"),
                      on_change=lambda: temporary.choose_next(st.session_state[_KEY]))  # fmt: skip
    if is_temporary:
        is_begun = history is not None or pending is not None
        _draw_sign(t("temporary.sign") if is_begun else t("temporary.says"))


def _draw_sign(says: str) -> None:
    """Stays in sight while turns scroll beneath it."""
    st.html(
        f'<p class="tc-temporary" role="note" title="{html_text(t("temporary.says"))}">'
        f"<b>{html_text(t('temporary.title'))}</b> <span>{html_text(says)}</span></p>"
    )
