"""What was deleted last in this tab and can still be brought back: a document or a collection."""

from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st

from api_client import ApiError
from visitor import identity, notices

_STATE: Final = "deleted_from_library"
Kind = Literal["document", "collection"]


@dataclass(frozen=True)
class Deleted:
    kind: Kind
    id: str
    name: str


def remember(kind: Kind, item_id: str, name: str) -> None:
    st.session_state[_STATE] = Deleted(kind, item_id, name)


def current() -> Deleted | None:
    item: Deleted | None = st.session_state.get(_STATE)
    return item


def forget() -> None:
    st.session_state.pop(_STATE, None)


def undo() -> None:
    item = current()
    forget()
    if item is None:
        return
    library = identity.client().library
    restore = library.restore_document if item.kind == "document" else library.restore_collection
    try:
        restore(item.id)
    except ApiError as error:
        notices.leave_error(error)
    st.session_state.pop("collections_read", None)
