"""The documents on screen: read by pages, opened by `?d=` in the address, and what is done with one of them."""

from typing import Final

import streamlit as st

from api_client import ApiError
from api_library_types import Document
from api_types import Page
from library import collections, deleted
from visitor import identity, notices

PARAMETER: Final = "d"
PASSAGE_PARAMETER: Final = "p"
_PAGES: Final = "document_pages"


def read(collection: str | None) -> Page[Document]:
    """As many pages as the visitor has asked for, the newest document first. Raises ApiError."""
    if not identity.is_signed_in():
        return Page((), None)
    library = identity.client().library
    page = library.documents(collection=collection)
    items = [*page.items]
    for _ in range(_pages(collection) - 1):
        if page.next_cursor is None:
            break
        page = library.documents(collection=collection, cursor=page.next_cursor)
        items += page.items
    return Page(tuple(items), page.next_cursor)


def show_more(collection: str | None) -> None:
    st.session_state[_PAGES] = (collection, _pages(collection) + 1)


def opened() -> str | None:
    """The id of the document in the address."""
    return st.query_params.get(PARAMETER) or None


def opened_passage() -> int | None:
    """The passage in the address that is to be shown first."""
    wanted = st.query_params.get(PASSAGE_PARAMETER, "")
    return int(wanted) if wanted.isascii() and wanted.isdigit() else None


def open_document(document_id: str, passage: int | None = None) -> None:
    st.query_params.clear()
    st.query_params[PARAMETER] = document_id
    if passage is not None:
        st.query_params[PASSAGE_PARAMETER] = str(passage)


def address(document_id: str, passage: int | None = None) -> dict[str, str]:
    """The query of the address that shows this document, from the passage on."""
    query = {PARAMETER: document_id}
    return query | ({PASSAGE_PARAMETER: str(passage)} if passage is not None else {})


def close_document() -> None:
    st.query_params.clear()


def rename(document: Document, title: str) -> None:
    """Raises ApiError."""
    identity.client().library.update_document(document.id, title=title)


def move(document: Document, collection: str) -> None:
    """Raises ApiError."""
    identity.client().library.update_document(document.id, collection=collection)
    collections.forget()


def delete(document: Document) -> None:
    """Can be undone."""
    notices.clear()
    try:
        identity.client().library.delete_document(document.id)
    except ApiError as error:
        notices.leave_error(error)
        return
    collections.forget()
    deleted.remember("document", document.id, document.title)
    if opened() == document.id:
        close_document()


def read_again(document: Document) -> None:
    notices.clear()
    try:
        identity.client().library.read_again(document.id)
    except ApiError as error:
        notices.leave_error(error)


def cancel(document: Document) -> None:
    notices.clear()
    try:
        identity.client().library.cancel_reading(document.id)
    except ApiError as error:
        notices.leave_error(error)


def _pages(collection: str | None) -> int:
    wanted_for, pages = st.session_state.get(_PAGES, (None, 1))
    return int(pages) if wanted_for == collection else 1
