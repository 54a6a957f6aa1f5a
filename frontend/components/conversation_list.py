"""The list of conversations in the sidebar, with search, the menu of each one, undo and 'load more'."""

from functools import partial
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from api_client import ApiError
from api_types import Conversation
from components import export_dialog, page_links
from components.markup import html_text, marked_html, plain_label
from conversation import asking, listing, screen
from i18n import t
from visitor import identity, preferences

_RENAMING: Final = "renaming_conversation"


def draw() -> None:
    """Nothing for somebody who has not asked anything yet. Raises ApiError when the session has ended."""
    if not identity.is_signed_in():
        return
    search = _search_field()
    try:
        page = listing.read(search, seen_will_do=asking.is_sending())
    except ApiError as error:
        if error.is_signed_out:
            raise
        st.caption(t("list.unavailable"))
        return
    _draw_undo()
    pages = page_links.all_pages()
    with st.container(key="conversations", gap=None):
        for group in listing.group(page.items, preferences.local_now()):
            st.html(f'<h2 class="tc-group">{group.label}</h2>')
            for conversation in group.conversations:
                _draw_row(conversation, pages[conversation.mode])
        if not page.items:
            st.caption(t("list.nothing_found") if search else t("list.empty"))
    if page.next_cursor:
        st.button(t("list.more"), key="more-conversations", type="tertiary", width="stretch",
                  on_click=listing.show_more, args=(search,))  # fmt: skip


def draw_rename_dialog() -> None:
    """When the menu's Rename was chosen; stays open over reruns until it is saved or closed."""
    conversation = st.session_state.get(_RENAMING)
    if conversation is not None:
        st.dialog(t("rename.title"), on_dismiss=_close_rename)(partial(_rename, conversation))()


def is_renaming() -> bool:
    return st.session_state.get(_RENAMING) is not None


def _search_field() -> str:
    return st.text_input(
        t("list.search"),
        key=listing.SEARCH_KEY,
        type="search",
        icon=":material/search:",
        placeholder=t("list.search"),
        label_visibility="collapsed",
        live="300ms",
    ) or ""  # fmt: skip


def _draw_row(conversation: Conversation, page: StreamlitPage) -> None:
    # The style sheet reads the key: the row of the conversation on screen.
    place = "active" if screen.conversation_id() == conversation.id else "other"
    title = conversation.title or t("list.untitled")
    with st.container(key=f"row-{place}-{conversation.id}", horizontal=True, gap=None,
                      vertical_alignment="center"):  # fmt: skip
        st.page_link(page, label=plain_label(title), icon=_row_icon(conversation), width="stretch",
                     query_params={screen.PARAMETER: conversation.id})  # fmt: skip
        st.menu_button(
            t("list.menu", title=plain_label(title)),
            list(_actions(conversation)),
            key=f"menu-{conversation.id}",
            icon=":material/more_horiz:",
            type="tertiary",
            format_func=_actions(conversation).__getitem__,
            on_click=_act,
            args=(conversation,),
        )
        if conversation.match:
            address = f"{page.url_path}?{screen.PARAMETER}={conversation.id}"
            st.html(f'<a class="tc-match" href="{html_text(address)}">{marked_html(conversation.match)}</a>')


def _row_icon(conversation: Conversation) -> str:
    if conversation.running:
        return "spinner"
    return ":material/keep:" if conversation.pinned else page_links.ICONS[conversation.mode]


def _actions(conversation: Conversation) -> dict[str, str]:
    pin = t("list.unpin") if conversation.pinned else t("list.pin")
    return {
        "rename": f":material/edit: {t('list.rename')}",
        "pin": f":material/keep: {pin}",
        "export": f":material/download: {t('list.export')}",
        "delete": f":material/delete: {t('list.delete')}",
    }


def _act(conversation: Conversation) -> None:
    action = st.session_state.get(f"menu-{conversation.id}")
    if action == "rename":
        st.session_state[_RENAMING] = conversation
    elif action == "pin":
        listing.toggle_pin(conversation)
    elif action == "export":
        export_dialog.open_for(conversation)
    elif action == "delete":
        listing.delete(conversation)


def _draw_undo() -> None:
    if listing.deleted() is None:
        return
    with st.container(key="undo-delete", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(t("list.deleted"), width="stretch")
        st.button(t("list.undo"), key="undo", type="tertiary", on_click=listing.undo_delete)
        st.button(t("list.dismiss"), key="forget-deleted", type="tertiary", icon=":material/close:",
                  on_click=listing.forget_deleted)  # fmt: skip


def _rename(conversation: Conversation) -> None:
    with st.form("rename", border=False):
        title = st.text_input(t("rename.name"), value=conversation.title, max_chars=200)
        if not st.form_submit_button(t("rename.save"), type="primary"):
            return
    if not (title or "").strip():
        st.error(t("rename.empty"))
        return
    try:
        listing.rename(conversation, (title or "").strip())
    except ApiError:
        st.error(t("rename.failed"))
        return
    _close_rename()
    st.rerun()


def _close_rename() -> None:
    st.session_state.pop(_RENAMING, None)
