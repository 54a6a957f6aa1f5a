"""One document: what it is, and its passages with place and pictures, a screenful at a time."""

import time
from functools import partial
from typing import Final

import streamlit as st

from api_client import ApiError
from api_library_types import Document, Passage
from components import document_list, notice
from components.markup import html_text, plain_label, unwrapped
from components.places import below, place_of
from i18n import t
from library import documents, passages, pictures
from visitor import identity

_PICTURE_WIDTH: Final = 260


def draw(document_id: str) -> None:
    """Raises ApiError; 404 when it is gone or not for this visitor."""
    st.button(t("document.back"), key="back-to-documents", icon=":material/arrow_back:", type="tertiary",
              on_click=documents.close_document)  # fmt: skip
    document = identity.client().library.document(document_id)
    notice.draw()
    with st.container(key="document-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(
            f'<h1 class="tc-title">{html_text(document.title)}</h1>'
            f'<p class="tc-lead-left">{html_text(document_list.facts_of(document))}</p>'
        )
        # Fetched when it is pressed.
        st.download_button(t("document.download"), partial(identity.client().library.file, document.id),
                           file_name=document.file_name, key="download", icon=":material/download:", type="tertiary",
                           on_click="ignore")  # fmt: skip
        if document.mine:
            document_list.draw_menu(document)
    if document.status == "done":
        _draw_passages(document)
    elif document.is_busy:
        st.fragment(_watch, run_every=document_list.LOOK_SECONDS)(document, time.monotonic())
    else:
        document_list.draw_state(document)


def _watch(document: Document, drawn_at: float) -> None:
    """How far the reading is, until there are passages to show."""
    # Its first run is part of the page's own, which has just read the document.
    if time.monotonic() - drawn_at >= document_list.LOOK_SECONDS / 2:
        try:
            document = identity.client().library.document(document.id)
        except ApiError:
            st.rerun()
        if not document.is_busy:
            st.rerun()
    document_list.draw_state(document)


def _draw_passages(document: Document) -> None:
    wanted = documents.opened_passage()
    key = f"passages-{document.id}-{wanted}"
    count = passages.page_count(document)
    first = passages.opened_page(document)
    page = min(int(st.session_state.get(key, first)), count)
    with st.container(key="passages", gap="small"):
        for passage in passages.read(document, page):
            _draw_passage(passage, document.title, is_wanted=passage.data_id == wanted)
    if count > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.pagination(count, key=key, default=min(first, count))


def _draw_passage(passage: Passage, title: str, *, is_wanted: bool) -> None:
    look = "wanted" if is_wanted else "other"
    with st.container(key=f"passage-{look}-{passage.data_id}", gap="xsmall"):
        place = place_of(passage.page, below(title, passage.heading))
        st.html(
            (f'<p class="tc-place">{html_text(place)}</p>' if place else "")
            + f'<p class="tc-passage-text">{html_text(unwrapped(passage.text.strip()))}</p>'
        )
        found = pictures.read_all(passage.image_urls)
        if found:
            with st.container(horizontal=True, gap="small"):
                for picture in found:
                    st.image(picture, width=_PICTURE_WIDTH, alt=t("source.picture", title=plain_label(place)))
