"""The search over the library: passages that fit, with the words marked and the place where they stand."""

from typing import Final

import streamlit as st

from api_client import ApiError
from api_library_types import Collection, Found
from components.markup import html_text, marked_html, plain_label
from components.places import titled
from i18n import t
from library import documents
from visitor import identity, notices

_KEY: Final = "library_search"
_RESULT: Final = "library_search_result"
_MOST: Final = 20


def draw(collection: Collection | None) -> bool:
    """Whether what was found takes the place of the list."""
    query = (st.text_input(t("search.label"), key=_KEY, type="search", icon=":material/search:",
                           placeholder=t("search.label"), label_visibility="collapsed") or "").strip()  # fmt: skip
    if not query:
        return False
    try:
        found = _search(query, (collection.id,) if collection else ())
    except ApiError as error:
        if error.is_away or error.is_signed_out:
            raise
        st.warning(notices.sentence(error))
        return True
    with st.container(key="found", gap="small"):
        for each in found:
            _draw_found(each)
        if not found:
            st.info(t("search.nothing"), icon=":material/search_off:")
    return True


def _search(query: str, scope: tuple[str, ...]) -> tuple[Found, ...]:
    """Asked once for the same words: each search leaves a trace."""
    known: tuple[str, tuple[str, ...], tuple[Found, ...]] | None = st.session_state.get(_RESULT)
    if known is None or known[:2] != (query, scope):
        result = identity.client().library.search(query[:4000], top_k=_MOST, collections=scope)
        known = st.session_state[_RESULT] = (query, scope, result.found)
    return known[2]


def _draw_found(each: Found) -> None:
    with st.container(key=f"found-{each.data_id}", border=True, gap="xsmall"):
        label = titled(each.title, each.page, each.heading) or t("search.passage")
        if each.document:
            st.button(plain_label(label), key=f"open-found-{each.data_id}", type="tertiary",
                      on_click=documents.open_document, args=(each.document, each.data_id))  # fmt: skip
        else:
            st.html(f'<p class="tc-place">{html_text(label)}</p>')
        st.html(f'<p class="tc-snippet">{marked_html(each.match)}</p>')
