"""The pages of the navigation, by the mode of the conversations that they show."""

from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from i18n import t
from own_pages import own_pages, title_of

_FOLDER: Final = Path(__file__).resolve().parent.parent / "pages"
ICONS: Final = {"basic": ":material/chat_bubble:", "ai": ":material/forum:"}


def all_pages() -> dict[str, StreamlitPage]:
    """In the order of the navigation; `server.routes` serves the same addresses."""
    pages = {
        "basic": st.Page(_FOLDER / "basic_chat.py", title=t("page.basic"), icon=ICONS["basic"], default=True),
        "ai": st.Page(_FOLDER / "ai_chat.py", title=t("page.ai"), icon=ICONS["ai"], url_path="ai"),
    }
    for address, script in own_pages().items():
        pages[address] = st.Page(script, title=title_of(address), icon=":material/extension:", url_path=address)
    return pages
