"""The documents of a collection. While one is being read the list draws itself again every second, then it rests."""

import time
from collections.abc import Callable
from typing import Final

import streamlit as st

from api_client import ApiError
from api_library_types import Collection, Document
from api_types import Page
from components import document_dialogs, upload_area
from components.markup import html_text, plain_label
from i18n import t, t_code
from library import collections, deleted, documents, uploading

LOOK_SECONDS: Final = 1.0
_PAGE_IS_DUE: Final = "documents_page_is_due"
_ICONS: Final = {
    "pdf": ":material/picture_as_pdf:",
    "docx": ":material/description:",
    "hwpx": ":material/description:",
    "pptx": ":material/co_present:",
    "xlsx": ":material/table:",
    "csv": ":material/table:",
    "html": ":material/language:",
    "png": ":material/image:",
    "jpg": ":material/image:",
    "jpeg": ":material/image:",
}


def draw(page: Page[Document], collection: Collection | None) -> None:
    """Raises ApiError."""
    wanted = collection.id if collection else None
    st.session_state.pop(_PAGE_IS_DUE, None)
    if _is_busy(page):
        st.fragment(_look, run_every=LOOK_SECONDS)(wanted, page, time.monotonic())
    else:
        _draw_rows(page)
    if page.next_cursor:
        st.button(t("list.more"), key="more-documents", type="tertiary", width="stretch",
                  on_click=documents.show_more, args=(wanted,))  # fmt: skip


def _is_busy(page: Page[Document]) -> bool:
    return bool(uploading.active()) or any(each.is_busy for each in page.items)


def _look(wanted: str | None, page: Page[Document], drawn_at: float) -> None:
    # What is pressed in the list runs the list alone, but changes the page.
    if st.session_state.pop(_PAGE_IS_DUE, False):
        st.rerun()
    # Its first run is part of the page's own, which has just read the list.
    if time.monotonic() - drawn_at >= LOOK_SECONDS / 2:
        try:
            page = documents.read(wanted)
        except ApiError:
            st.rerun()
        if not _is_busy(page):
            collections.forget()
            st.rerun()
    _draw_rows(page)


def _draw_rows(page: Page[Document]) -> None:
    with st.container(key="documents", gap=None):
        upload_area.draw_progress()
        for document in page.items:
            _draw_row(document)
        if not page.items and not uploading.active():
            st.caption(t("documents.none_here"))


def _draw_row(document: Document) -> None:
    with st.container(key=f"file-{document.status}-{document.id}", horizontal=True, vertical_alignment="center",
                      gap="small"):  # fmt: skip
        with st.container(gap=None):
            st.button(plain_label(document.title), key=f"open-{document.id}", type="tertiary", icon=icon_of(document),
                      on_click=_do, args=(documents.open_document, document.id))  # fmt: skip
            draw_state(document)
        if document.mine:
            _draw_actions(document)


def icon_of(document: Document) -> str:
    ending = document.file_name.rpartition(".")[2].lower()
    return _ICONS.get(ending, ":material/article:")


def draw_state(document: Document) -> None:
    """How far it is, what went wrong, or what it holds."""
    st.html(_state(document))


def _state(document: Document) -> str:
    if document.is_busy:
        return _progress(document)
    if document.status == "failed":
        reason = document.error
        text = t_code("refusal", reason.code, reason.message) if reason else t("documents.failed")
        return f'<p class="tc-document tc-failed">{html_text(text)}</p>'
    if document.status == "cancelled":
        return f'<p class="tc-document">{html_text(t("documents.cancelled"))}</p>'
    return f'<p class="tc-document">{html_text(facts_of(document))}</p>'


def _progress(document: Document) -> str:
    name = t("documents.queued") if document.status == "queued" else t("documents.reading", percent=document.progress)
    return (
        f'<p class="tc-document"><span class="tc-progress" role="progressbar" aria-valuenow="{document.progress}"'
        f' aria-valuemin="0" aria-valuemax="100" aria-label="{html_text(name)}">'
        f'<i style="width:{max(document.progress, 3)}%"></i></span>{html_text(name)}</p>'
    )


def facts_of(document: Document) -> str:
    """ "PDF · 12 pages · 84 passages · 1.2 MB"."""
    ending = document.file_name.rpartition(".")[2].upper()
    facts = [ending] if "." in document.file_name and len(ending) <= 5 else []
    if document.page_count:
        facts.append(
            t("documents.one_page") if document.page_count == 1 else t("documents.pages", count=document.page_count)
        )
    if document.status == "done":
        one = document.passage_count == 1
        facts.append(t("documents.one_passage") if one else t("documents.passages", count=document.passage_count))
    return " · ".join([*facts, _size(document.size_bytes)])


def _size(size: int) -> str:
    if size < 1_000_000:
        return f"{max(size / 1000, 0.1):.1f} kB" if size < 10_000 else f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"


def _draw_actions(document: Document) -> None:
    with st.container(key=f"actions-{document.id}", horizontal=True, gap=None, width="content"):
        if document.is_busy:
            st.button(t("documents.cancel"), key=f"cancel-{document.id}", icon=":material/close:", type="tertiary",
                      on_click=_do, args=(documents.cancel, document))  # fmt: skip
        elif document.can_read_again:
            st.button(t("chat.retry"), key=f"read-again-{document.id}", icon=":material/refresh:", type="tertiary",
                      on_click=_do, args=(documents.read_again, document))  # fmt: skip
        draw_menu(document)


def draw_menu(document: Document) -> None:
    actions = {
        "rename": f":material/edit: {t('list.rename')}",
        "move": f":material/drive_file_move: {t('documents.move')}",
        "delete": f":material/delete: {t('list.delete')}",
    }
    key = f"document-menu-{document.id}"
    st.menu_button(t("list.menu", title=plain_label(document.title)), list(actions), key=key,
                   icon=":material/more_horiz:", type="tertiary", format_func=actions.__getitem__,
                   on_click=_act, args=(document, key))  # fmt: skip


def _do(action: Callable[..., None], *arguments: object) -> None:
    st.session_state[_PAGE_IS_DUE] = True
    action(*arguments)


def _act(document: Document, key: str) -> None:
    st.session_state[_PAGE_IS_DUE] = True
    action = st.session_state.get(key)
    if action == "delete":
        documents.delete(document)
    elif action in {"rename", "move"}:
        document_dialogs.open_for(document, action)


def draw_undo() -> None:
    item = deleted.current()
    if item is None:
        return
    with st.container(key="undo-document", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(t("documents.deleted", name=plain_label(item.name)), width="stretch")
        st.button(t("list.undo"), key="undo-deleted", type="tertiary", on_click=deleted.undo)
        st.button(t("list.dismiss"), key="dismiss-deleted", type="tertiary", icon=":material/close:",
                  on_click=deleted.forget)  # fmt: skip
