"""The frame around every page: title, sidebar, dialogs. `st.App` runs this script for each visitor and each click."""

from pathlib import Path

import streamlit as st

from api_client import ApiError
from components import dialogs, page_links, sidebar, signals
from conversation import asking
from visitor import preferences

FRONTEND = Path(__file__).resolve().parent.parent


def draw_frame() -> None:
    preferences.choose_language()
    st.set_page_config(page_title="Triple Chat", page_icon=str(FRONTEND / "static" / "mark.svg"))
    logo = "logo-dark.svg" if preferences.is_dark() else "logo-light.svg"
    st.logo(str(FRONTEND / "static" / logo), size="large", icon_image=str(FRONTEND / "static" / "mark.svg"))
    page = st.navigation(list(page_links.all_pages().values()), position="hidden")
    signals.draw()
    try:
        # A run that is about to send a question shows it first; the page then draws the sidebar.
        if not asking.is_sending():
            sidebar.draw()
        dialogs.draw()
        # Last, because it lasts as long as the answer that it streams.
        page.run()
    except ApiError as error:
        if not error.is_signed_out:
            raise
        asking.start_anew_after_session_end()
        st.rerun()


draw_frame()
