"""Renaming a document, and moving it to another collection."""

from functools import partial
from typing import Final

import streamlit as st

from api_client import ApiError
from api_library_types import Document
from i18n import t
from library import collections, documents
from visitor import notices

_OPEN: Final = "document_dialog"
_LONGEST_TITLE: Final = 300


def open_for(document: Document, action: str) -> None:
    """`action`: "rename" or "move"."""
    st.session_state[_OPEN] = (document, action)


def is_open() -> bool:
    return st.session_state.get(_OPEN) is not None


def draw_dialog() -> None:
    document, action = st.session_state[_OPEN]
    title, draw = (t("documents.rename"), _rename) if action == "rename" else (t("documents.move"), _move)
    st.dialog(title, on_dismiss=_close)(partial(draw, document))()


def _close() -> None:
    st.session_state.pop(_OPEN, None)


def _rename(document: Document) -> None:
    with st.form("rename-document", border=False):
        title = st.text_input(t("rename.name"), value=document.title, max_chars=_LONGEST_TITLE)
        if not st.form_submit_button(t("rename.save"), type="primary"):
            return
    title = (title or "").strip()
    if not title:
        st.error(t("rename.empty"))
        return
    try:
        documents.rename(document, title)
    except ApiError:
        st.error(t("rename.failed"))
        return
    _close()
    st.rerun()


def _move(document: Document) -> None:
    targets = {each.id: collections.shown_name(each) for each in collections.read_quietly() if each.mine}
    others = [each for each in targets if each != document.collection]
    if not others:
        st.info(t("documents.nowhere_to_move"))
        return
    with st.form("move-document", border=False):
        target = st.selectbox(t("collections.choose"), others, format_func=targets.__getitem__)
        if not st.form_submit_button(t("documents.move"), type="primary"):
            return
    try:
        documents.move(document, target)
    except ApiError as error:
        st.error(notices.sentence(error))
        return
    _close()
    st.rerun()
