"""Files on their way to the API: one request each, in a thread, so that the page is never held up.

One that is refused does not stop the others; what went wrong is kept until the visitor has read it.
"""

import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Final

import streamlit as st

from api_client import ApiClient, ApiError
from api_library_types import Refusal
from api_types import Reason
from library import collections
from visitor import identity, notices

_STATE: Final = "uploads"
_ROUND: Final = "uploads_round"
_senders: Final = ThreadPoolExecutor(max_workers=8, thread_name_prefix="upload")


@dataclass(frozen=True)
class File:
    name: str
    content: IO[bytes]


@dataclass
class Batch:
    """Files that were dropped together. Written by the thread that sends them, read by the page."""

    files: list[File]
    sent: int = 0
    refused: list[Refusal] = field(default_factory=list)
    ended: bool = False

    @property
    def current(self) -> str:
        return self.files[min(self.sent, self.count - 1)].name

    @property
    def count(self) -> int:
        return len(self.files)


def widget_key() -> str:
    """Another one after each drop: the widget lets go of the files that were taken over."""
    return f"files-{st.session_state.get(_ROUND, 0)}"


def take_over() -> None:
    """Callback of the widget: the files go on their way; a first visitor becomes a guest."""
    files = [File(each.name, each) for each in st.session_state.get(widget_key()) or ()]
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    if files:
        start(files)


def start(files: Sequence[File]) -> None:
    notices.clear()
    try:
        identity.ensure_session()
        collection = collections.for_files()
    except ApiError as error:
        notices.leave_error(error)
        return
    batch = Batch(list(files))
    _batches().append(batch)
    _senders.submit(_send_all, identity.client(), identity.cookie_waiter(), batch, collection)


def active() -> list[Batch]:
    return [batch for batch in _batches() if not batch.ended]


def refusals() -> list[Refusal]:
    return [refusal for batch in _batches() for refusal in batch.refused]


def forget_refusals() -> None:
    st.session_state[_STATE] = active()


def _batches() -> list[Batch]:
    batches: list[Batch] = st.session_state.setdefault(_STATE, [])
    return batches


def _send_all(client: ApiClient, wait_for_cookie: Callable[[], None], batch: Batch, collection: str | None) -> None:
    try:
        wait_for_cookie()
        for file in batch.files:
            _send(client, batch, file, collection)
            batch.sent += 1
    finally:
        batch.ended = True
        batch.files = [File(file.name, io.BytesIO()) for file in batch.files]


def _send(client: ApiClient, batch: Batch, file: File, collection: str | None) -> None:
    try:
        _, refused = client.library.add_document(file.name, file.content, collection=collection)
    except ApiError as error:
        batch.refused.append(Refusal(file.name, Reason(error.code, error.message)))
    else:
        batch.refused += refused
