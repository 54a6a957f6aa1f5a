"""Why this answer: the passages that were considered for it, with their scores, and the same search once more."""

from functools import partial
from typing import Final

import streamlit as st

from api_client import ApiError
from api_library_types import Considered, Found, SearchBehind
from api_types import Chat
from components import page_links
from components.markup import html_text, marked_html, plain_label, unwrapped
from components.places import below, place_of
from i18n import t
from library import collections, documents
from visitor import identity, notices

_OPEN: Final = "why_question"
_BEHIND: Final = "why_behind"


def open_for(chat: Chat) -> None:
    st.session_state[_OPEN] = chat.question_id
    st.session_state.pop(_BEHIND, None)


def is_open() -> bool:
    return st.session_state.get(_OPEN) is not None


def draw_dialog() -> None:
    question_id = st.session_state.get(_OPEN)
    if question_id is not None:
        st.dialog(t("why.title"), width="medium", on_dismiss=_close)(partial(_draw, question_id))()


def _close() -> None:
    st.session_state.pop(_OPEN, None)


def _draw(question_id: str) -> None:
    try:
        behind = _behind(question_id)
    except ApiError as error:
        st.info(t("why.nothing") if error.status == 404 else notices.sentence(error))
        return
    st.markdown(t("why.searched", query=plain_label(behind.query)))
    facts = t("why.facts", milliseconds=f"{behind.duration_ms:.0f}", passages=len(behind.considered))
    st.caption(f"{facts} · {plain_label(_where(behind))}")
    replay = st.button(t("why.replay"), key=f"replay-{question_id}", icon=":material/replay:")
    if replay:
        _draw_replay(behind)
        return
    if not behind.considered:
        st.info(t("evidence.nothing"))
    best = max((each.score for each in behind.considered), default=0.0)
    with st.container(key="considered", gap="small"):
        for each in behind.considered:
            _draw_considered(each, best)


def _behind(question_id: str) -> SearchBehind:
    known: tuple[str, SearchBehind] | None = st.session_state.get(_BEHIND)
    if known is None or known[0] != question_id:
        known = st.session_state[_BEHIND] = (question_id, identity.client().library.search_behind(question_id))
    return known[1]


def _where(behind: SearchBehind) -> str:
    if not behind.collections:
        return t("scope.all")
    names = {each.id: collections.shown_name(each) for each in collections.read_quietly()}
    return ", ".join(names.get(each, t("why.deleted")) for each in behind.collections)


def _draw_considered(each: Considered, best: float) -> None:
    cited = t("why.cited_as", rank=each.cited_as) if each.cited_as is not None else t("why.not_cited")
    look = "cited" if each.cited_as is not None else "other"
    with st.container(key=f"considered-{look}-{each.rank}", border=True, gap="xsmall"):
        st.html(_head(each.rank, each.title or t("why.deleted"), cited, each.score, best))
        if place := place_of(each.page, below(each.title, each.heading)):
            st.caption(plain_label(place))
        if each.text:
            st.html(f'<details class="tc-passage"><summary>{html_text(t("why.passage"))}</summary>'
                    f"<p>{html_text(unwrapped(each.text.strip()))}</p></details>")  # fmt: skip
        if each.document:
            _draw_link(each.document, each.data)


def _head(rank: int, title: str, note: str, score: float, best: float) -> str:
    share = round(100 * score / best) if best > 0 else 0
    return (
        f'<div class="tc-considered"><b>{rank}</b><strong>{html_text(title)}</strong>'
        f'<span class="tc-cited">{html_text(note)}</span>'
        f'<span class="tc-score" title="{html_text(t("why.score_says"))}"><i style="width:{share}%"></i></span>'
        f"<span>{score:.2f}</span></div>"
    )


def _draw_replay(behind: SearchBehind) -> None:
    """Nothing is told to be the same: documents may have come or gone since."""
    st.subheader(t("why.now"), anchor=False)
    try:
        result = identity.client().library.search(
            behind.query, top_k=max(len(behind.considered), 5), collections=behind.collections
        )
    except ApiError as error:
        st.warning(notices.sentence(error))
        return
    before = {each.data: each.rank for each in behind.considered if each.data is not None}
    best = max((each.score for each in result.found), default=0.0)
    with st.container(key="replayed", gap="small"):
        for rank, each in enumerate(result.found, start=1):
            _draw_found(rank, each, before.get(each.data_id), best)
    if not result.found:
        st.info(t("evidence.nothing"))


def _draw_found(rank: int, each: Found, before: int | None, best: float) -> None:
    note = t("why.new") if before is None else t("why.same") if before == rank else t("why.was", rank=before)
    with st.container(key=f"replayed-{rank}", border=True, gap="xsmall"):
        st.html(_head(rank, each.title, note, each.score, best))
        if place := place_of(each.page, below(each.title, each.heading)):
            st.caption(plain_label(place))
        st.html(f'<p class="tc-snippet">{marked_html(each.match)}</p>')


def _draw_link(document: str, data: int | None) -> None:
    st.page_link(page_links.all_pages()["documents"], label=t("source.open"), icon=":material/open_in_new:",
                 query_params=documents.address(document, data))  # fmt: skip
