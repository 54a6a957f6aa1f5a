"""One sentence above the input that says what went wrong or what changed; gone with the next thing the visitor does."""

from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st

from api_client import ApiError
from i18n import t, t_code

_STATE: Final = "notice"
_MINUTE: Final = 60
_HOUR: Final = 3600
Kind = Literal["info", "success", "warning", "error"]


@dataclass(frozen=True)
class Notice:
    """`offers_sign_in`: with a button that opens the form, over the page as it is."""

    kind: Kind
    text: str
    offers_sign_in: bool = False


def leave(kind: Kind, text: str, *, offers_sign_in: bool = False) -> None:
    st.session_state[_STATE] = Notice(kind, text, offers_sign_in)


def leave_error(error: ApiError) -> None:
    leave("warning" if error.status in {409, 413, 429} else "error", sentence(error))


def clear() -> None:
    st.session_state.pop(_STATE, None)


def current() -> Notice | None:
    notice: Notice | None = st.session_state.get(_STATE)
    return notice


def sentence(error: ApiError) -> str:
    """What the visitor reads: from the catalogue by code, with the time to wait when the API named one."""
    text = t_code("error", error.code, error.message or t("error.server_error"))
    if error.status == 429 and error.retry_after:
        return f"{text} {_wait(error.retry_after)}"
    return text


def sentences(error: ApiError) -> list[str]:
    """The same, in as many sentences as there are faults in what was filled in."""
    items = [item for found in error.details.values() if isinstance(found, list) for item in found]
    faults = [t_code("field", str(item["code"]), str(item["message"])) for item in items if _is_fault(item)]
    return faults or [sentence(error)]


def _is_fault(item: object) -> bool:
    return isinstance(item, dict) and {"code", "message"} <= item.keys()


def _wait(seconds: int) -> str:
    if seconds < 2 * _MINUTE:
        return t("wait.seconds", count=seconds)
    if seconds < 2 * _HOUR:
        return t("wait.minutes", count=-(-seconds // _MINUTE))
    return t("wait.hours", count=-(-seconds // _HOUR))
