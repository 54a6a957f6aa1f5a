"""Where Advanced chat looks, beside the choice of its model: some collections, or all of them."""

import streamlit as st

from components.markup import plain_label
from conversation import collection_choice, screen
from i18n import t
from library import collections


def draw() -> None:
    known = {each.id: collections.shown_name(each) for each in collections.read_quietly()}
    chosen = [each for each in collection_choice.current() if each in known]
    with st.popover(_label([known[each] for each in chosen]), type="tertiary", icon=":material/folder_open:",
                    key="collection-picker", help=t("scope.pick")):  # fmt: skip
        if not known:
            st.caption(t("scope.none_yet"))
            return
        key = f"collections-{screen.conversation_id() or 'new'}-{hash(tuple(chosen))}"
        st.pills(t("scope.pick"), list(known), selection_mode="multi", default=chosen, key=key,
                 format_func=lambda each: plain_label(known[each]), on_change=_choose, args=(key,))  # fmt: skip
        st.caption(t("scope.says"))


def _label(names: list[str]) -> str:
    if not names:
        return t("scope.all")
    return plain_label(names[0]) if len(names) == 1 else t("scope.some", count=len(names))


def _choose(key: str) -> None:
    collection_choice.choose(tuple(st.session_state.get(key) or ()))
