"""What somebody without documents can do: add their own, or the sample with its three questions in one click."""

import time
from collections.abc import Sequence
from typing import Final

import streamlit as st

from api_client import ApiError
from api_library_types import Document
from components import empty_state, page_links
from i18n import t
from library import documents, samples
from visitor import identity

_WIDTH: Final = 560
_LOOK_SECONDS: Final = 1.0


def draw_in_library() -> None:
    with st.container(key="sample-offer", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{t('sample.title')}**  \n{t('sample.says')}", width="stretch")
        _draw_button()


def draw_questions(shown: Sequence[Document]) -> None:
    """What the sample document answers, once it is read, for somebody who has nothing else yet."""
    found = samples.of(tuple(shown)) if len(shown) == 1 else None
    if found is None:
        return
    document, sample = found
    with st.container(key="sample-questions", gap="xsmall"):
        st.caption(t("sample.ask"))
        empty_state.draw_questions(sample.questions, "advanced", collections=(document.collection,))


def draw_in_chat() -> None:
    """The empty page of Advanced chat."""
    with st.container(key="empty-state", horizontal_alignment="center", gap="small"):
        shown = _newest_documents()
        found = samples.of(shown)
        empty_state.draw_greeting(t("advanced.greeting"), t("advanced.lead") if shown else t("advanced.lead_empty"))
        with st.container(key="suggestions", gap="xsmall", width=_WIDTH):
            if found:
                document, sample = found
                empty_state.draw_questions(sample.questions, "advanced", collections=(document.collection,))
            elif any(each.is_busy for each in shown):
                st.fragment(_wait_for_reading, run_every=_LOOK_SECONDS)(time.monotonic())
            elif shown:
                empty_state.draw_questions(_questions_about(shown), "advanced")
            else:
                _draw_first_steps()


def _draw_first_steps() -> None:
    with st.container(
        key="first-steps", horizontal=True, horizontal_alignment="center", vertical_alignment="center", gap="small"
    ):
        _draw_button()
        st.page_link(page_links.all_pages()["documents"], label=t("advanced.own"), icon=":material/upload_file:")


def _draw_button() -> None:
    st.button(t("sample.add"), key="add-sample", type="primary", icon=":material/auto_stories:", on_click=samples.add)


def _newest_documents() -> tuple[Document, ...]:
    if not identity.is_signed_in():
        return ()
    try:
        return documents.read(None).items
    except ApiError as error:
        if error.is_signed_out:
            raise
        return ()


def _questions_about(shown: Sequence[Document]) -> tuple[str, ...]:
    """Of one's own documents only the titles are known."""
    titles = [each.title for each in shown if each.status == "done"][:3]
    return tuple(t("advanced.about", title=title) for title in titles)


def _wait_for_reading(drawn_at: float) -> None:
    st.html(f'<p class="tc-lead">{t("sample.reading")}</p>')
    if time.monotonic() - drawn_at >= _LOOK_SECONDS / 2 and not any(each.is_busy for each in _newest_documents()):
        st.rerun()
