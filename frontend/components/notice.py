"""The notice that the last thing the visitor did has left."""

import streamlit as st

from visitor import notices


def draw() -> None:
    notice = notices.current()
    if notice is None:
        return
    draw_note = {"info": st.info, "warning": st.warning, "error": st.error}[notice.kind]
    icons = {"info": ":material/info:", "warning": ":material/warning:", "error": ":material/error:"}
    draw_note(notice.text, icon=icons[notice.kind])
