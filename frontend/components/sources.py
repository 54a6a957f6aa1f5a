"""The sources under an answer: each opens the quoted passage, with its place, its pictures and its document."""

from typing import Final

import streamlit as st

from api_client import ApiError
from api_types import Chat, Citation
from components import page_links
from components.markup import html_text, plain_label, quote_html, unwrapped
from components.places import below, place_of
from conversation import asking, screen
from i18n import t
from library import documents, pictures
from visitor import identity

_PASSAGES: Final = "cited_passages"
_PICTURE_WIDTH: Final = 220


def anchor(chat: Chat) -> str:
    """`page.js` opens the source `<anchor>-<rank>` when its mark is pressed."""
    return f"source-{chat.question_id}"


def draw(chat: Chat) -> None:
    with st.container(key=f"sources-{chat.question_id}", horizontal=True, gap="xsmall"):
        for citation in chat.citations:
            _draw_source(citation, key=f"{anchor(chat)}-{citation.rank}")


def _draw_source(citation: Citation, *, key: str) -> None:
    place = place_of(citation.page, below(citation.title, citation.heading))
    title = " · ".join(plain_label(part) for part in (citation.title, place) if part)
    # The passage around a quote is fetched when it is looked at; the guide's is all there.
    is_document = citation.document is not None
    popover = st.popover(f"**{citation.rank}** {title}", type="secondary", key=key,
                         on_change="rerun" if is_document else "ignore")  # fmt: skip
    with popover:
        st.markdown(f"**{plain_label(citation.title)}**")
        if place:
            st.caption(plain_label(place))
        st.html(f'<blockquote class="tc-quote">{_quote(citation, is_open=bool(popover.open))}</blockquote>')
        if popover.open:
            _draw_pictures(citation)
        if citation.document:
            st.page_link(page_links.all_pages()["documents"], label=t("source.open"), icon=":material/open_in_new:",
                         query_params=documents.address(citation.document, citation.data))  # fmt: skip


def _quote(citation: Citation, *, is_open: bool) -> str:
    """The quote, once the source is open within its passage."""
    text = _passage(citation) if is_open and citation.data is not None else None
    start = citation.start if text and text[citation.start : citation.end] == citation.quote else -1
    if text and start < 0:
        start = text.find(citation.quote)
    if not text or start < 0:
        return quote_html(citation.quote)
    end = start + len(citation.quote)
    text = unwrapped(text)
    return f"{html_text(text[:start])}<mark>{html_text(text[start:end])}</mark>{html_text(text[end:])}"


def _passage(citation: Citation) -> str | None:
    kept: dict[int, str] = st.session_state.setdefault(_PASSAGES, {})
    assert citation.data is not None
    if citation.data not in kept:
        try:
            kept[citation.data] = identity.client().library.passage(citation.data).text
        except ApiError:
            return None
    return kept[citation.data]


def _draw_pictures(citation: Citation) -> None:
    found = pictures.read_all(citation.image_urls)
    if found:
        with st.container(horizontal=True, gap="small"):
            for picture in found:
                st.image(picture, width=_PICTURE_WIDTH, alt=t("source.picture", title=citation.title))


def draw_not_found(chat: Chat) -> None:
    """What can be done when the documents do not answer."""
    with st.container(key=f"not-found-{chat.question_id}", horizontal=True, gap="small"):
        if chat.collections and screen.conversation_id():
            st.button(t("not_found.everywhere"), key=f"everywhere-{chat.question_id}", icon=":material/search:",
                      on_click=_ask_everywhere, args=(chat,))  # fmt: skip
        st.page_link(page_links.all_pages()["documents"], label=t("not_found.add"), icon=":material/upload_file:")


def _ask_everywhere(chat: Chat) -> None:
    asking.ask(chat.question, "advanced", edits=chat, collections=())
