"""The notice of the moment, where the visitor looks: above the input, or at the top of a page without one."""

import streamlit as st

from components import sign_in
from i18n import t
from visitor import notices


def draw() -> None:
    notice = notices.current()
    if notice is None:
        return
    draw_note = {"info": st.info, "success": st.success, "warning": st.warning, "error": st.error}[notice.kind]
    icons = {
        "info": ":material/info:",
        "success": ":material/check_circle:",
        "warning": ":material/warning:",
        "error": ":material/error:",
    }
    draw_note(notice.text, icon=icons[notice.kind])
    if notice.offers_sign_in:
        st.button(t("signing_in.open"), key="open-sign-in", type="primary", icon=":material/login:",
                  on_click=sign_in.open_dialog)  # fmt: skip
