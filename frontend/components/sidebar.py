"""The frame's left side: new chat, the pages, the conversations, and at the foot models and account."""

import streamlit as st

from components import account, bell, conversation_list, models_panel, page_links
from conversation import screen
from i18n import t
from visitor import identity, news


def draw() -> None:
    """Raises ApiError when the session has ended."""
    # Before the list is read, so that whatever comes after that is found by the next look.
    if identity.is_signed_in():
        news.look_before_drawing()
    with st.sidebar:
        st.button(
            t("sidebar.new_chat"),
            key="new-chat",
            icon=":material/edit_square:",
            width="stretch",
            on_click=screen.start_new_chat,
        )
        with st.container(key="pages", gap=None):
            for name, page in page_links.all_pages().items():
                if name != page_links.ACCOUNT:
                    st.page_link(page, label=page.title, icon=page.icon)
        conversation_list.draw()
        with st.container(key="sidebar-foot", gap=None):
            models_panel.draw_entry()
            with st.container(key="account-row", horizontal=True, gap=None, vertical_alignment="center"):
                account.draw()
                bell.draw()
