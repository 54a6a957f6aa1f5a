"""Take everything along, or delete everything: the first is offered before the second."""

from functools import partial
from typing import Final

import streamlit as st

from api_types import User
from components import problems
from components.markup import plain_label
from i18n import t
from visitor import account, identity, notices

_FILE: Final = "triple-chat-export.json"


def draw(user: User) -> None:
    with st.container(key="card-leaving", border=True, gap="small"):
        st.subheader(t("leaving.title"), anchor=False)
        st.markdown(t("leaving.export_says"))
        _draw_export("export")
        with st.expander(t("leaving.delete"), icon=":material/delete_forever:"):
            st.markdown(t("leaving.delete_says"))
            _draw_export("export-first")
            _draw_form(user)


def _draw_export(key: str) -> None:
    """Fetched when it is clicked; the page stays as it is."""
    st.download_button(t("leaving.export"), identity.client().export_me, _FILE, "application/json", key=key,
                       icon=":material/download:", on_click="ignore")  # fmt: skip


def _draw_form(user: User) -> None:
    word = t("leaving.word") if user.is_guest else user.user_id
    with st.form("leave", border=False, clear_on_submit=True):
        typed = st.text_input(t("leaving.confirm", word=plain_label(word)), key="leave-typed", autocomplete="off")
        password = "" if user.is_guest else st.text_input(t("form.password"), key="leave-password", type="password",
                                                          autocomplete="current-password")  # fmt: skip
        problems.draw("leave")
        sent = st.form_submit_button(t("leaving.send"), key="leave-send", icon=":material/delete_forever:")
    if not sent:
        return
    if typed.strip() != word:
        problems.leave("leave", t("leaving.not_confirmed", word=word))
    elif problems.attempt("leave", partial(account.leave, password)):
        notices.leave("success", t("leaving.done"))
    st.rerun()
