"""The frame's left side: new chat, the pages, the conversations, and at the foot models and account."""

import streamlit as st

from components import account, conversation_list, models_panel, page_links
from conversation import screen
from i18n import t


def draw() -> None:
    with st.sidebar:
        st.button(
            t("sidebar.new_chat"),
            key="new-chat",
            icon=":material/edit_square:",
            width="stretch",
            on_click=screen.start_new_chat,
        )
        with st.container(key="pages", gap=None):
            for page in page_links.all_pages().values():
                st.page_link(page, label=page.title, icon=page.icon)
        conversation_list.draw()
        with st.container(key="sidebar-foot", gap=None):
            models_panel.draw_entry()
            account.draw()
