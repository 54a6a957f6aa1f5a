"""The Documents page: the collections, the place to drop files, the search, and the list or one document."""

import streamlit as st

from api_client import ApiError
from components import (
    away,
    collection_bar,
    document_list,
    document_view,
    library_offer,
    library_search,
    notice,
    upload_area,
)
from components.markup import html_text
from i18n import t
from library import collections, documents, uploading
from visitor import notices


def draw() -> None:
    """Raises ApiError when the session has ended."""
    st.set_page_config(page_title=f"{t('page.documents')} – Triple Chat")
    with st.container(key="library", gap="medium"):
        try:
            if opened := documents.opened():
                document_view.draw(opened)
            else:
                _draw_library()
        except ApiError as error:
            if not error.is_away:
                _give_up(error)
            away.draw_watch(visible=True)


def _give_up(error: ApiError) -> None:
    if error.is_signed_out:
        raise error
    documents.close_document()
    notices.leave("info", t("document.gone") if error.status == 404 else notices.sentence(error))
    st.rerun()


def _draw_library() -> None:
    st.html(
        f'<h1 class="tc-title">{html_text(t("page.documents"))}</h1><p class="tc-lead-left">{html_text(t("documents.lead"))}</p>'
    )
    notice.draw()
    collection = collections.chosen()
    page = documents.read(collection.id if collection else None)
    is_empty = not page.items and collection is None and not uploading.active()
    if not is_empty or collections.read():
        collection_bar.draw(collection)
    upload_area.draw(collection)
    document_list.draw_undo()
    if is_empty:
        library_offer.draw_in_library()
        return
    if library_search.draw(collection):
        return
    library_offer.draw_questions(page.items)
    document_list.draw(page, collection)
