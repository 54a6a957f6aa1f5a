"""While the API cannot be reached: say so, look for it now and then, and draw the page again when it is back."""

import time
from typing import Final

import streamlit as st

from conversation import asking
from i18n import t
from visitor import identity

LOOK_SECONDS: Final = 3.0


def draw_watch(*, visible: bool) -> None:
    """Invisible beside a question that was not sent: that says it already."""
    with st.container(key="away"):
        if visible:
            st.warning(t("error.api_unreachable"), icon=":material/cloud_off:")
            st.button(t("chat.retry"), key="retry-page", icon=":material/refresh:")
        st.fragment(_look, run_every=LOOK_SECONDS)(time.monotonic())


def _look(drawn_at: float) -> None:
    # Its first run is part of the page's own, which has just failed.
    if time.monotonic() - drawn_at < LOOK_SECONDS / 2:
        return
    if identity.client().is_alive():
        asking.retry_pending()
        st.rerun()
