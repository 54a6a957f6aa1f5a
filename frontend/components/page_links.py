"""The pages of the navigation, by the mode of the conversations that they show; the others show none."""

from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from i18n import t
from own_pages import own_pages, title_of

_FOLDER: Final = Path(__file__).resolve().parent.parent / "pages"
ICONS: Final = {
    "basic": ":material/chat_bubble:",
    "ai": ":material/forum:",
    "advanced": ":material/find_in_page:",
    "documents": ":material/folder_open:",
    "insights": ":material/monitoring:",
    "learn": ":material/school:",
}

ACCOUNT: Final = "account"
_ACCOUNT_ICON: Final = ":material/account_circle:"


def all_pages() -> dict[str, StreamlitPage]:
    """In the order of the navigation; `server.routes` serves the same addresses."""
    pages = {
        "basic": st.Page(_FOLDER / "basic_chat.py", title=t("page.basic"), icon=ICONS["basic"], default=True),
        "ai": st.Page(_FOLDER / "ai_chat.py", title=t("page.ai"), icon=ICONS["ai"], url_path="ai"),
        "advanced": st.Page(
            _FOLDER / "advanced_chat.py", title=t("page.advanced"), icon=ICONS["advanced"], url_path="advanced"
        ),
        "documents": st.Page(
            _FOLDER / "documents.py", title=t("page.documents"), icon=ICONS["documents"], url_path="documents"
        ),
        "insights": st.Page(
            _FOLDER / "insights.py", title=t("page.insights"), icon=ICONS["insights"], url_path="insights"
        ),
        "learn": st.Page(_FOLDER / "learn.py", title=t("page.learn"), icon=ICONS["learn"], url_path="learn"),
        ACCOUNT: st.Page(_FOLDER / "account.py", title=t("page.account"), icon=_ACCOUNT_ICON, url_path="account"),
    }
    for address, script in own_pages().items():
        pages[address] = st.Page(script, title=title_of(address), icon=":material/extension:", url_path=address)
    return pages
