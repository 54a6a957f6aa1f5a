"""The page that this tab has loaded."""

from typing import Final

import streamlit as st

from server import page_loads
from server.page_loads import PageLoad

STATE_KEY: Final = "page_load"


def current() -> PageLoad:
    if STATE_KEY not in st.session_state:
        st.session_state[STATE_KEY] = page_loads.begin()
    page: PageLoad = st.session_state[STATE_KEY]
    return page
