"""What this tab remembers of a visitor, all of which goes when somebody else may be next."""

from typing import Final

import streamlit as st

from i18n import STATE_KEY
from visitor import identity, page_load, preferences

# How the page looks and who is there; the rest is what somebody has seen and typed.
_KEPT: Final = {STATE_KEY, identity.STATE_KEY, preferences.THEME_STATE, page_load.STATE_KEY}


def forget_visitor() -> None:
    for name in list(st.session_state):
        if name not in _KEPT:
            del st.session_state[name]
