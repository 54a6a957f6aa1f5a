"""A page without a conversation: a greeting, three questions that work, and the state of the models."""

from typing import Final

import streamlit as st

from components import models_panel
from components.markup import html_text, plain_label
from conversation import asking, model_choice
from i18n import t

_WIDTH: Final = 560


def draw(mode: str, questions: tuple[str, ...]) -> None:
    with st.container(key="empty-state", horizontal_alignment="center", gap="small"):
        draw_greeting(t("empty.greeting"), t("empty.lead"))
        with st.container(key="suggestions", gap="xsmall", width=_WIDTH):
            draw_questions(questions, mode)
        _draw_model_state(mode)


def draw_greeting(greeting: str, lead: str) -> None:
    # Not st.image: that offers to fill the screen with it.
    st.html(
        f'<img class="tc-mark" src="app/static/mark.svg" alt="" /><h1 class="tc-greeting">{html_text(greeting)}</h1>'
        f'<p class="tc-lead">{html_text(lead)}</p>'
    )


def draw_questions(questions: tuple[str, ...], mode: str, collections: tuple[str, ...] | None = None) -> None:
    """Each asks itself; in Advanced chat in these collections."""
    for number, question in enumerate(questions):
        st.button(plain_label(question), key=f"suggestion-{number}", icon=":material/north_east:",
                  icon_position="right", width="stretch", on_click=asking.ask, args=(question, mode),
                  kwargs={"collections": collections})  # fmt: skip


def _draw_model_state(mode: str) -> None:
    listing = model_choice.models()
    if listing is None or model_choice.state_of(listing) == "connected":
        return
    if mode == "ai":
        _draw_steps()
        return
    with st.container(key="model-state", width=_WIDTH, horizontal=True, vertical_alignment="center",
                      gap="small"):  # fmt: skip
        st.markdown(f":material/lightbulb: {t('empty.no_model')}", width="stretch")
        st.button(t("empty.connect"), key="connect-model", on_click=models_panel.open_panel)


def _draw_steps() -> None:
    """AI chat without a language model: what to do, and that the built-in one can be asked meanwhile."""
    with st.container(key="model-steps", width=_WIDTH, gap="small"):
        st.markdown(f"**{t('ai.no_model')}**")
        st.markdown(t("ai.steps"))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(t("models.check_again"), key="check-again", type="primary", icon=":material/refresh:",
                      on_click=model_choice.check_again_quietly)  # fmt: skip
            st.button(t("ai.other_ways"), key="connect-model", type="tertiary", on_click=models_panel.open_panel)
        st.caption(t("ai.builtin_meanwhile"))
