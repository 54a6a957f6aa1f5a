"""The settings of a conversation, beside the choice of its model: what the model is told, and how freely it writes."""

from typing import Final

import streamlit as st

from api_types import ConversationSettings
from conversation import chat_settings, screen
from i18n import t

# The API's own limits.
_LONGEST_PROMPT: Final = 8_000
_MOST_TOKENS: Final = 1_000_000


def draw() -> None:
    settings = chat_settings.current()
    # A dot at the button tells that something was set. Named by what it shows, so that other settings fill it anew.
    look = "plain" if settings == ConversationSettings() else "changed"
    place = f"{screen.conversation_id() or 'new'}-{hash(settings)}"
    with (
        st.popover(t("settings.title"), icon=":material/tune:", type="tertiary", key=f"settings-{look}"),
        st.form(f"settings-form-{place}", border=False),
    ):
        _draw_fields(settings, place)
        st.caption(t("settings.says"))
        st.form_submit_button(t("settings.save"), key=f"settings-save-{place}", type="primary",
                              on_click=_save, args=(place,))  # fmt: skip


def _draw_fields(settings: ConversationSettings, place: str) -> None:
    st.text_area(t("settings.system_prompt"), value=settings.system_prompt, key=f"system_prompt-{place}",
                 placeholder=t("settings.system_prompt_example"), max_chars=_LONGEST_PROMPT, height=110)  # fmt: skip
    default = t("settings.as_the_model_has_it")
    with st.container(horizontal=True, gap="small"):
        st.number_input(t("settings.temperature"), value=settings.temperature, min_value=0.0, max_value=2.0, step=0.1,
                        key=f"temperature-{place}", placeholder=default, help=t("settings.temperature_says"))  # fmt: skip
        st.number_input(t("settings.top_p"), value=settings.top_p, min_value=0.0, max_value=1.0, step=0.05,
                        key=f"top_p-{place}", placeholder=default, help=t("settings.top_p_says"))  # fmt: skip
    st.number_input(t("settings.max_tokens"), value=settings.max_tokens, min_value=1, max_value=_MOST_TOKENS, step=256,
                    key=f"max_tokens-{place}", placeholder=default, help=t("settings.max_tokens_says"))  # fmt: skip


def _save(place: str) -> None:
    names = ("system_prompt", "temperature", "top_p", "max_tokens")
    system_prompt, *parameters = (st.session_state.get(f"{name}-{place}") for name in names)
    chat_settings.save(ConversationSettings((system_prompt or "").strip(), *parameters))
