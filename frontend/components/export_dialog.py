"""One conversation to take along: as Markdown to read, or as JSON to bring it in somewhere else."""

import re
from functools import partial
from typing import Final

import streamlit as st

from api_portable import ExportFormat
from api_types import Conversation
from i18n import current_language, t
from visitor import identity, preferences

_OPEN: Final = "export_dialog"
_FORMS: Final[dict[ExportFormat, tuple[str, str]]] = {
    "markdown": ("md", "text/markdown"),
    "json": ("json", "application/json"),
}
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


def open_for(conversation: Conversation) -> None:
    st.session_state[_OPEN] = conversation


def is_open() -> bool:
    return st.session_state.get(_OPEN) is not None


def draw_dialog() -> None:
    st.dialog(t("export.title"), on_dismiss=_close)(partial(_draw, st.session_state[_OPEN]))()


def _close() -> None:
    st.session_state.pop(_OPEN, None)


def _draw(conversation: Conversation) -> None:
    """Each is fetched when it is clicked."""
    says = {"markdown": t("export.markdown"), "json": t("export.json")}
    st.caption(t("export.says"))
    for form, (ending, media_type) in _FORMS.items():
        fetch = partial(identity.client().portable.export_conversation, conversation.id, form,
                        language=current_language(), zone=str(preferences.time_zone()))  # fmt: skip
        st.download_button(says[form], fetch, f"{_file_name(conversation.title)}.{ending}", media_type,
                           key=f"export-{form}", icon=":material/download:", on_click="ignore", width="stretch")  # fmt: skip


def _file_name(title: str) -> str:
    """The title, without what a file's name may not have on some system."""
    return " ".join(_NOT_IN_NAMES.sub(" ", title).split()).strip(". ")[:80] or t("list.untitled")
