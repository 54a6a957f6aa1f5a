"""One sentence above the input that says what went wrong or what changed; gone with the next thing the visitor does."""

from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st

from api_client import ApiError
from i18n import t, t_code

_STATE: Final = "notice"
Kind = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Notice:
    kind: Kind
    text: str


def leave(kind: Kind, text: str) -> None:
    st.session_state[_STATE] = Notice(kind, text)


def leave_error(error: ApiError) -> None:
    leave("warning" if error.status in {409, 413, 429} else "error", sentence(error))


def clear() -> None:
    st.session_state.pop(_STATE, None)


def current() -> Notice | None:
    notice: Notice | None = st.session_state.get(_STATE)
    return notice


def sentence(error: ApiError) -> str:
    """What the visitor reads: from the catalogue by code, with the time to wait when the API named one."""
    if error.code == "throttled" and error.retry_after:
        return t("error.throttled_seconds", seconds=error.retry_after)
    return t_code("error", error.code, error.message or t("error.server_error"))
