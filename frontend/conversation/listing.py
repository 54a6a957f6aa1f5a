"""The visitor's conversations for the sidebar: read by pages, searched by the API, grouped by the visitor's days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import streamlit as st

from api_client import ApiError
from api_types import Conversation, Page
from conversation import screen
from i18n import t
from visitor import identity, notices

SEARCH_KEY: Final = "conversation_search"
_PAGES: Final = "conversation_pages"
_SEEN: Final = "conversations_seen"
_DELETED: Final = "deleted_conversation"


@dataclass(frozen=True)
class Group:
    label: str
    conversations: tuple[Conversation, ...]


def read(search: str, *, seen_will_do: bool) -> Page[Conversation]:
    """The pinned ones, then as many pages of the others as the visitor has asked for. Raises ApiError.

    `seen_will_do` is for a run that is about to send a question: it is shown sooner without reading first.
    """
    seen: tuple[str, Page[Conversation]] | None = st.session_state.get(_SEEN)
    if seen_will_do and seen and seen[0] == search:
        return seen[1]
    page = _read(search)
    st.session_state[_SEEN] = (search, page)
    return page


def _read(search: str) -> Page[Conversation]:
    client = identity.client()
    page = client.conversations(pinned=False, search=search)
    items = [*client.conversations(pinned=True, search=search).items, *page.items]
    for _ in range(_pages(search) - 1):
        if page.next_cursor is None:
            break
        page = client.conversations(pinned=False, search=search, cursor=page.next_cursor)
        items += page.items
    return Page(tuple(items), page.next_cursor)


def show_more(search: str) -> None:
    st.session_state[_PAGES] = (search, _pages(search) + 1)


def group(conversations: Iterable[Conversation], now: datetime) -> list[Group]:
    """Pinned ones first, then by the visitor's calendar days; the order within is kept."""
    groups: dict[str, list[Conversation]] = {}
    for each in conversations:
        label = t("list.pinned") if each.pinned else _day_label(each.updated.astimezone(now.tzinfo), now)
        groups.setdefault(label, []).append(each)
    return [Group(label, tuple(members)) for label, members in groups.items()]


def rename(conversation: Conversation, title: str) -> None:
    """Raises ApiError."""
    renamed = identity.client().update_conversation(conversation.id, title=title)
    history = screen.seen_history()
    if history and history.conversation.id == renamed.id:
        history.conversation = renamed


def toggle_pin(conversation: Conversation) -> None:
    try:
        identity.client().update_conversation(conversation.id, pinned=not conversation.pinned)
    except ApiError as error:
        notices.leave_error(error)


def delete(conversation: Conversation) -> None:
    """Can be undone; the deleted one's page becomes the empty page."""
    try:
        identity.client().delete_conversation(conversation.id)
    except ApiError as error:
        notices.leave_error(error)
        return
    st.session_state[_DELETED] = conversation
    if screen.conversation_id() == conversation.id:
        screen.show_empty_page()


def deleted() -> Conversation | None:
    """The one that was deleted last in this tab and can still be brought back."""
    conversation: Conversation | None = st.session_state.get(_DELETED)
    return conversation


def undo_delete() -> None:
    conversation = st.session_state.pop(_DELETED, None)
    if conversation is None:
        return
    try:
        identity.client().restore_conversation(conversation.id)
    except ApiError as error:
        notices.leave_error(error)


def forget_deleted() -> None:
    st.session_state.pop(_DELETED, None)


def _pages(search: str) -> int:
    wanted_for, pages = st.session_state.get(_PAGES, ("", 1))
    return int(pages) if wanted_for == search else 1


def _day_label(day: datetime, now: datetime) -> str:
    age = now.date() - day.date()
    if age <= timedelta(0):
        return t("list.today")
    if age == timedelta(days=1):
        return t("list.yesterday")
    if age < timedelta(days=8):
        return t("list.last_week")
    return t("list.month", month=t(f"month.{day.month}"), year=day.year)
