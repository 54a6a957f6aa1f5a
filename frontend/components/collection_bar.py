"""Which collection is on screen, and what can be done with it; new ones are made here."""

from functools import partial
from typing import Final

import streamlit as st

from api_client import ApiError
from api_library_types import Collection
from components.markup import plain_label
from i18n import t
from library import collections
from visitor import identity, notices

_RENAMING: Final = "renaming_collection"
_CREATING: Final = "creating_collection"
_LONGEST_NAME: Final = 120


def draw(chosen: Collection | None) -> None:
    known = {each.id: each for each in collections.read()}
    with st.container(key="collection-bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.selectbox(t("collections.choose"), [collections.ALL, *known], key=collections.CHOICE_KEY,
                     label_visibility="collapsed", width=320, filter_mode=None if len(known) < 8 else "fuzzy",
                     format_func=lambda each: _label(known.get(each)))  # fmt: skip
        if chosen and chosen.shared:
            st.badge(t("collections.shared"), icon=":material/group:", color="gray", help=t("collections.shared_says"))
        if chosen and chosen.mine:
            _draw_menu(chosen)
        st.button(t("collections.new"), key="new-collection", icon=":material/create_new_folder:", type="tertiary",
                  on_click=_open_new)  # fmt: skip


def _label(collection: Collection | None) -> str:
    """A select box draws plain text."""
    if collection is None:
        return t("scope.all")
    name = collections.shown_name(collection)
    counted = f"{name} ({collection.document_count})"
    return f"{counted} · {t('collections.shared')}" if collection.shared else counted


def _draw_menu(collection: Collection) -> None:
    actions = {"rename": f":material/edit: {t('list.rename')}"}
    if _is_staff():
        share = t("collections.unshare") if collection.shared else t("collections.share")
        actions["share"] = f":material/group: {share}"
    if not collection.is_default:
        actions["delete"] = f":material/delete: {t('list.delete')}"
    name = plain_label(collections.shown_name(collection))
    st.menu_button(t("list.menu", title=name), list(actions), key="collection-menu", icon=":material/more_horiz:",
                   type="tertiary", format_func=actions.__getitem__, on_click=_act, args=(collection,))  # fmt: skip


def _is_staff() -> bool:
    user = identity.current_user()
    return user is not None and user.is_staff


def _act(collection: Collection) -> None:
    action = st.session_state.get("collection-menu")
    if action == "rename":
        st.session_state[_RENAMING] = collection
    elif action == "share":
        collections.toggle_shared(collection)
    elif action == "delete":
        collections.delete(collection)


def _open_new() -> None:
    st.session_state[_CREATING] = True


def is_open() -> bool:
    return st.session_state.get(_RENAMING) is not None or bool(st.session_state.get(_CREATING))


def draw_dialog() -> None:
    """When one is to be made or renamed; stays open over reruns until it is saved or closed."""
    collection = st.session_state.get(_RENAMING)
    title = t("collections.rename") if collection else t("collections.new")
    st.dialog(title, on_dismiss=_close)(partial(_draw_form, collection))()


def _close() -> None:
    st.session_state.pop(_RENAMING, None)
    st.session_state.pop(_CREATING, None)


def _draw_form(collection: Collection | None) -> None:
    with st.form("collection", border=False):
        name = st.text_input(t("rename.name"), value=collection.name if collection else "", max_chars=_LONGEST_NAME)
        if not st.form_submit_button(t("rename.save"), type="primary"):
            return
    name = (name or "").strip()
    if not name:
        st.error(t("rename.empty"))
        return
    try:
        collections.rename(collection, name) if collection else collections.create(name)
    except ApiError as error:
        st.error(t("rename.failed") if collection else notices.sentence(error))
        return
    _close()
    st.rerun()
