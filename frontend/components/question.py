"""A question as a bubble on the right; beneath it its versions and 'edit', which asks it anew on a branch of its own."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from api_types import Chat
from components.markup import html_text
from conversation import asking, screen
from i18n import t
from library import pictures

_PICTURE_WIDTH: Final = 180
_EDITING: Final = "editing_question"


def draw_bubble(text: str) -> None:
    st.html(f'<div class="tc-question" role="group" aria-label="{html_text(t("chat.you"))}">{html_text(text)}</div>')


def draw_pictures(turn_name: str, found: Sequence[bytes]) -> None:
    """What came with the question, beneath its text."""
    if not found:
        st.empty()
        return
    with st.container(key=f"pictures-{turn_name}", horizontal=True, horizontal_alignment="right", gap="xsmall"):
        for picture in found:
            st.image(picture, width=_PICTURE_WIDTH, alt=t("pictures.yours"))


def draw(chat: Chat, mode: str, *, busy: bool) -> None:
    """`busy`: an answer of this conversation is on its way, so nothing can be asked."""
    if st.session_state.get(_EDITING) == chat.question_id and not busy:
        _draw_form(chat, mode)
        return
    draw_bubble(chat.question)
    draw_pictures(screen.turn_name(chat), pictures.read_all(chat.pictures))
    if mode not in asking.STREAMED:
        return
    with st.container(key=_tools_key(screen.turn_name(chat)), horizontal=True, horizontal_alignment="right",
                      vertical_alignment="center", gap=None):  # fmt: skip
        st.button(t("question.edit"), key=f"edit-{chat.question_id}", type="tertiary", icon=":material/edit:",
                  disabled=busy, on_click=_open, args=(chat,))  # fmt: skip
        if len(_versions(chat)) > 1:
            _draw_versions(chat, busy=busy)


def is_editing() -> bool:
    return st.session_state.get(_EDITING) is not None


def reserve_tools(turn_name: str) -> None:
    """Room for what will stand under a question, so that nothing moves when it does."""
    with st.container(key=_tools_key(turn_name), horizontal=True, horizontal_alignment="right"):
        st.html('<span class="tc-version">&nbsp;</span>', width="content")


def _tools_key(turn_name: str) -> str:
    return f"tools-question-{turn_name}"


def _versions(chat: Chat) -> list[str]:
    """The turns in its place; answers side by side are one."""
    beside = {each.question_id for each in chat.answers} - {chat.question_id}
    return [each for each in chat.siblings if each not in beside]


def _draw_versions(chat: Chat, *, busy: bool) -> None:
    versions = _versions(chat)
    place, count = versions.index(chat.question_id), len(versions)
    before, after = versions[max(place - 1, 0)], versions[min(place + 1, count - 1)]
    st.button(t("question.version_before"), key=f"before-{chat.question_id}", type="tertiary",
              icon=":material/chevron_left:", disabled=busy or place == 0,
              on_click=screen.show_branch, args=(before,))  # fmt: skip
    label = html_text(t("question.version", number=place + 1, count=count))
    st.html(f'<span class="tc-version" role="status" aria-label="{label}">{place + 1}/{count}</span>', width="content")
    st.button(t("question.version_after"), key=f"after-{chat.question_id}", type="tertiary",
              icon=":material/chevron_right:", disabled=busy or place == count - 1,
              on_click=screen.show_branch, args=(after,))  # fmt: skip


def _draw_form(chat: Chat, mode: str) -> None:
    text_key = f"edited-{chat.question_id}"
    with st.form(f"edit-form-{chat.question_id}"):
        st.text_area(t("question.edit"), value=chat.question, key=text_key, label_visibility="collapsed")
        with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            st.form_submit_button(t("question.cancel"), key=f"cancel-edit-{chat.question_id}", type="tertiary",
                                  on_click=_close)  # fmt: skip
            st.form_submit_button(t("question.send"), key=f"send-edit-{chat.question_id}", type="primary",
                                  on_click=_ask, args=(chat, mode, text_key))  # fmt: skip


def _open(chat: Chat) -> None:
    st.session_state[_EDITING] = chat.question_id


def _close() -> None:
    st.session_state.pop(_EDITING, None)


def _ask(chat: Chat, mode: str, text_key: str) -> None:
    _close()
    asking.ask(st.session_state.get(text_key) or "", mode, edits=chat)
