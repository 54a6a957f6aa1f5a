"""Bringing chats in: a place to drop the file, how far it is, and what was taken. Looks again while one is being read."""

import time
from collections.abc import Sequence
from typing import Final

import streamlit as st

from api_client import ApiError
from api_portable import Import
from components import import_report
from components.markup import html_text, plain_label
from i18n import t, t_code
from portable import importing
from visitor import limits, notices

LOOK_SECONDS: Final = 1.0


def draw() -> None:
    """Raises ApiError when the session has ended."""
    with st.container(key="card-import", border=True, gap="small"):
        st.subheader(t("import.title"), anchor=False)
        st.markdown(t("import.says"))
        most = limits.most_megabytes("import")
        takes = " · ".join([t("import.kinds"), *([t("upload.most", megabytes=most)] if most else [])])
        with st.container(key="upload", gap=None):
            # The label is what a screen reader calls the zone; what is drawn over it is for eyes.
            st.file_uploader(f"{t('import.drop')}. {takes}", type=["json", "zip"], key=importing.widget_key(),
                             max_upload_size=most, label_visibility="collapsed",
                             on_change=importing.take_over)  # fmt: skip
            st.html(f'<p class="tc-drop" aria-hidden="true"><b>{html_text(t("import.drop"))}</b>'
                    f"<span>{html_text(takes)}</span></p>")  # fmt: skip
        _draw_imports()


def _draw_imports() -> None:
    try:
        found = importing.read()
    except ApiError as error:
        if error.is_signed_out:
            raise
        st.caption(t("import.unavailable"))
        return
    if _is_busy(found):
        st.fragment(_look, run_every=LOOK_SECONDS)(found, time.monotonic())
    else:
        _draw_rows(found)


def _is_busy(found: Sequence[Import]) -> bool:
    return importing.is_sending() or any(each.is_busy for each in found)


def _look(found: Sequence[Import], drawn_at: float) -> None:
    # Its first run is part of the page's own, which has just read the list.
    if time.monotonic() - drawn_at >= LOOK_SECONDS / 2:
        try:
            found = importing.read()
        except ApiError:
            st.rerun()
        # The chats that came in belong into the list.
        if not _is_busy(found):
            st.rerun()
    _draw_rows(found)


def _draw_rows(found: Sequence[Import]) -> None:
    with st.container(key="imports", gap=None):
        _draw_sending()
        for each in found:
            _draw_row(each)


def _draw_sending() -> None:
    sending = importing.sending()
    if sending is None:
        return
    if sending.error is None:
        says = html_text(t("import.sending", name=sending.name))
        st.html(f'<div class="tc-sending" role="status"><span class="tc-dots" aria-hidden="true"><i></i><i></i><i></i></span>'
                f"<span>{says}</span></div>")  # fmt: skip
        return
    reason = t_code("refusal", sending.error.code, notices.sentence(sending.error))
    with st.container(horizontal=True, vertical_alignment="center", key="import-refused"):
        st.markdown(f":material/block: **{plain_label(sending.name)}** — {plain_label(reason)}", width="stretch")
        st.button(t("list.dismiss"), key="forget-import", icon=":material/close:", type="tertiary",
                  on_click=importing.forget_refusal)  # fmt: skip


def _draw_row(each: Import) -> None:
    with st.container(key=f"import-{each.status}-{each.id}", gap=None):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(import_report.head(each), width="stretch")
            if each.is_busy:
                st.button(t("import.cancel"), key=f"cancel-import-{each.id}", icon=":material/close:", type="tertiary",
                          on_click=importing.cancel, args=(each,))  # fmt: skip
        if not each.is_busy:
            st.html(import_report.body(each))
