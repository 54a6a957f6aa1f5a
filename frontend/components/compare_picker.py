"""Beside the choice of the model: others that answer the same question side by side with it, if wanted blind."""

import streamlit as st

from components.markup import plain_label
from conversation import asking, comparing, model_choice, screen
from i18n import t


def draw(mode: str) -> None:
    """Nothing while there is nothing to compare."""
    candidates = comparing.candidates(mode) if mode in asking.STREAMED else ()
    if not candidates:
        return
    added = comparing.added(mode)
    names = {each.id: plain_label(model_choice.shown_name(each.id)) for each in candidates}
    chosen = [each.id for each in added]
    label = ", ".join(names[each] for each in chosen) or t("compare.add")
    icon = ":material/visibility_off:" if chosen and comparing.is_blind() else ":material/add:"
    with st.popover(label, type="tertiary", key="compare-picker", icon=icon):
        key = f"compared-{screen.conversation_id() or 'new'}-{hash(tuple(chosen))}"
        st.pills(t("compare.pick"), list(names), selection_mode="multi", default=chosen, key=key,
                 format_func=names.__getitem__, on_change=_add, args=(key, chosen))  # fmt: skip
        st.caption(t("compare.says", most=comparing.MOST))
        blind = f"compared-blind-{screen.conversation_id() or 'new'}"
        st.toggle(t("compare.blind"), value=comparing.is_blind(), key=blind, help=t("compare.blind_says"),
                  on_change=lambda: comparing.hide_names(st.session_state[blind]))  # fmt: skip


def _add(key: str, before: list[str]) -> None:
    now = st.session_state.get(key) or []
    # In the order in which they were added.
    comparing.add([*(each for each in before if each in now), *(each for each in now if each not in before)])
