"""The visitor's collections: which there are, which one is on screen, and what is done with them."""

import time
from dataclasses import dataclass
from typing import Final

import streamlit as st

from api_client import ApiError
from api_library_types import Collection
from i18n import t
from library import deleted
from visitor import identity, notices

CHOICE_KEY: Final = "collection_choice"
ALL: Final = ""
_READ: Final = "collections_read"
_NEXT_CHOICE: Final = "collection_next"
_FRESH_SECONDS: Final = 10.0


@dataclass(frozen=True)
class _Read:
    collections: tuple[Collection, ...]
    at: float


def read() -> tuple[Collection, ...]:
    """The visitor's own and those shared with everybody, at most some seconds old. Raises ApiError."""
    if not identity.is_signed_in():
        return ()
    known: _Read | None = st.session_state.get(_READ)
    if known is None or time.monotonic() - known.at > _FRESH_SECONDS:
        found = sorted(identity.client().library.collections(), key=_order)
        known = st.session_state[_READ] = _Read(tuple(found), time.monotonic())
    return known.collections


def read_quietly() -> tuple[Collection, ...]:
    """Those read before while the API is away."""
    try:
        return read()
    except ApiError as error:
        if error.is_signed_out:
            raise
        known: _Read | None = st.session_state.get(_READ)
        return known.collections if known else ()


def forget() -> None:
    """Something was changed: the next look asks the API."""
    st.session_state.pop(_READ, None)


def shown_name(collection: Collection) -> str:
    return collection.name or t("collections.default")


def chosen() -> Collection | None:
    """The one on screen; None: all of them. To be called before its widget is drawn."""
    if wanted := st.session_state.pop(_NEXT_CHOICE, None):
        st.session_state[CHOICE_KEY] = wanted
    by_id = {each.id: each for each in read()}
    choice = st.session_state.get(CHOICE_KEY, ALL)
    if choice not in by_id:
        st.session_state[CHOICE_KEY] = ALL
    return by_id.get(choice)


def for_files() -> str | None:
    """Where files go: into the one on screen if it is the visitor's own, else into the default one."""
    collection = chosen()
    return collection.id if collection and collection.mine else None


def create(name: str) -> None:
    """Raises ApiError."""
    identity.ensure_session()
    collection = identity.client().library.create_collection(name)
    forget()
    st.session_state[_NEXT_CHOICE] = collection.id


def rename(collection: Collection, name: str) -> None:
    """Raises ApiError."""
    identity.client().library.update_collection(collection.id, name=name)
    forget()


def toggle_shared(collection: Collection) -> None:
    notices.clear()
    try:
        identity.client().library.update_collection(collection.id, shared=not collection.shared)
    except ApiError as error:
        notices.leave_error(error)
    forget()


def delete(collection: Collection) -> None:
    """With all its documents; can be undone."""
    notices.clear()
    try:
        identity.client().library.delete_collection(collection.id)
    except ApiError as error:
        notices.leave_error(error)
        return
    forget()
    deleted.remember("collection", collection.id, shown_name(collection))


def _order(collection: Collection) -> tuple[bool, bool, str]:
    return not collection.mine, not collection.is_default, collection.name.casefold()
