"""The bell in the sidebar: what has happened elsewhere, as toasts when it happens and as a history when it is opened.

A fragment with a clock of its own. It draws the page anew only when that shows something that is not true any more,
and never under somebody's hands.
"""

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from account_types import Note
from api_client import ApiError
from components import dialogs, page_links, question
from components.markup import html_text, plain_label
from conversation import screen
from i18n import t
from visitor import identity, moments, news

_KEY: Final = "bell"
_WITH_PAGE: Final = "bell_drawn_with_page"
_COUNT: Final = "bell_count"
_MANY: Final = 100


def draw() -> None:
    """Nothing for somebody who is not signed in."""
    if not identity.is_signed_in():
        return
    # The first run of a fragment is part of the page's own, which has just looked.
    st.session_state[_WITH_PAGE] = True
    st.fragment(_draw, run_every=news.LOOK_SECONDS)()


def keep_up() -> None:
    """For a run that streams an answer: until it has ended, the fragment's clock stands still.

    Raises ApiError only when the session has ended.
    """
    news.look()
    _tell()
    if count := st.session_state.get(_COUNT):
        _draw_count(count)


def _draw() -> None:
    try:
        if not st.session_state.pop(_WITH_PAGE, False) and news.look() and not _is_busy():
            st.rerun()
        _tell()
        _draw_bell()
    except ApiError as error:
        # The page finds out by itself what to say.
        if error.is_signed_out:
            st.rerun()


def _is_busy() -> bool:
    """Whether the visitor is typing something that a new drawing could take away."""
    return question.is_editing() or dialogs.is_open()


def _tell() -> None:
    for note in news.take_untold():
        if note.said("conversation") != screen.conversation_id():
            st.toast(plain_label(_sentence(note)), icon=_icon(note), duration="long")


def _draw_bell() -> None:
    if not st.session_state.get(_KEY):
        news.close_history()
    # Read first, so that the count is that of what is not on screen.
    history = _read_history() if st.session_state.get(_KEY) else None
    with st.container(key="bell-place", width="content"):
        st.session_state[_COUNT] = count = st.empty()
        _draw_count(count)
        # Its label never changes: it would be another one then, and closed.
        with st.popover(t("bell.title"), icon=":material/notifications:", type="tertiary", key=_KEY, on_change="rerun"):
            if history is not None:
                _draw_history(history)


def _draw_count(place: DeltaGenerator) -> None:
    if unread := news.unread():
        says = html_text(t("bell.unread", count=unread))
        number = "99+" if unread >= _MANY else unread
        place.html(f'<span class="tc-count" role="status" aria-label="{says}">{number}</span>')


def _read_history() -> tuple[Note, ...]:
    try:
        return news.open_history()
    except ApiError as error:
        if error.is_signed_out:
            raise
        return news.seen_history()


def _draw_history(history: tuple[Note, ...]) -> None:
    st.markdown(f"**{t('bell.title')}**")
    if not history:
        st.caption(t("bell.empty"))
    with st.container(key="bell-history", gap=None):
        for note in history:
            _draw_note(note)
    if news.has_more():
        st.button(t("bell.more"), key="bell-more", type="tertiary", on_click=news.show_more)


def _draw_note(note: Note) -> None:
    look = "read" if note.read else "unread"
    with st.container(key=f"note-{look}-{note.id}", gap=None):
        st.html(f'<p class="tc-note">{html_text(_sentence(note))}<small>{html_text(moments.ago(note.created))}'
                "</small></p>")  # fmt: skip
        page = page_links.all_pages().get(note.said("mode"))
        if page and note.said("conversation"):
            st.page_link(page, label=t("bell.open_chat"), query_params={screen.PARAMETER: note.said("conversation")})


def _icon(note: Note) -> str:
    icons = {
        "answer_finished": ":material/forum:",
        "document_ready": ":material/task:",
        "document_failed": ":material/error:",
        "import_ended": ":material/move_to_inbox:",
        "session_ending": ":material/schedule:",
        "new_sign_in": ":material/login:",
        "model_up": ":material/neurology:",
        "model_down": ":material/cloud_off:",
    }
    return icons.get(note.kind, ":material/notifications:")


def _sentence(note: Note) -> str:
    """Plain text."""
    title = note.said("title") or t("list.untitled")
    device = note.said("device") or t("sessions.unknown")
    texts = {
        "answer_finished": t("news.answer", title=title)
        if note.said("status") == "done"
        else t("news.answer_failed", title=title),
        "document_ready": t("news.document_ready", title=title),
        "document_failed": t("news.document_failed", title=title),
        "import_ended": _import_sentence(note),
        "session_ending": t("news.session_ending", device=device),
        "new_sign_in": t("news.sign_in", device=device),
        "model_up": t("news.model_up", name=note.said("name")),
        "model_down": t("news.model_down", name=note.said("name")),
    }
    return texts.get(note.kind, t("news.something"))


def _import_sentence(note: Note) -> str:
    name = note.said("file_name") or t("import.file")
    if note.said("status") != "done":
        return t("news.import_failed", name=name)
    taken = sum(int(note.payload.get(f"conversations_{what}") or 0) for what in ("taken", "extended"))
    refused = int(note.payload.get("conversations_refused") or 0)
    losses = t("news.import_refused", count=f"{refused:,}") if refused else ""
    return " ".join(filter(None, (t("news.import_done", name=name, count=f"{taken:,}"), losses)))
