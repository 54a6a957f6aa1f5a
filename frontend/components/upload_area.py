"""Where files are dropped, what is on its way, and which files were not taken."""

import streamlit as st

from api_library_types import Collection
from components.markup import html_text, plain_label
from i18n import t, t_code
from library import collections, uploading
from visitor import limits


def draw(collection: Collection | None) -> None:
    target = collections.shown_name(collection) if collection and collection.mine else ""
    into = t("upload.into", name=target) if target else t("upload.drop")
    most = limits.most_megabytes("document")
    takes = " · ".join([t("upload.kinds"), *([t("upload.most", megabytes=most)] if most else [])])
    with st.container(key="upload", gap=None):
        # The label is what a screen reader calls the zone; what is drawn over it is for eyes.
        st.file_uploader(f"{t('upload.drop')}. {takes}", accept_multiple_files=True, key=uploading.widget_key(),
                         max_upload_size=most, label_visibility="collapsed",
                         on_change=uploading.take_over)  # fmt: skip
        st.html(f'<p class="tc-drop" aria-hidden="true"><b>{html_text(into)}</b><span>{html_text(takes)}</span></p>')
    _draw_refusals()


def _draw_refusals() -> None:
    refusals = uploading.refusals()
    if not refusals:
        return
    with st.container(key="refusals", border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{t('upload.refused', count=len(refusals))}**")
            st.button(t("list.dismiss"), key="forget-refusals", icon=":material/close:", type="tertiary",
                      on_click=uploading.forget_refusals)  # fmt: skip
        for each in refusals:
            reason = t_code("refusal", each.reason.code, each.reason.message or t("error.server_error"))
            st.markdown(f":material/block: **{plain_label(each.file_name)}** — {plain_label(reason)}")


def draw_progress() -> None:
    """What is being sent right now; part of the list that draws itself again."""
    for batch in uploading.active():
        text = t("upload.sending", number=min(batch.sent + 1, batch.count), count=batch.count, name=batch.current)
        st.html(
            f'<div class="tc-sending" role="status"><span class="tc-dots" aria-hidden="true"><i></i><i></i><i></i></span>'
            f"<span>{html_text(text)}</span></div>"
        )
