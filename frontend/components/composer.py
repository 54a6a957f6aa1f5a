"""What stands at the foot of a chat page: a notice, the input or 'stop', the choice of the model and its settings."""

from collections.abc import Sequence
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from api_model_types import Model, ModelList
from api_types import Chat, is_built_in
from components import collection_picker, compare_picker, first_words, models_panel, notice, settings_panel
from components.markup import plain_label
from conversation import asking, model_choice, pictures
from i18n import t, t_code

_MODEL: Final = "model_choice"


def draw(mode: str, *, running: Sequence[Chat], next_turn: DeltaGenerator | None = None) -> None:
    """`next_turn` is where a question can be shown before the page is drawn again."""
    asking.put_draft_into_input()
    with st.bottom, st.container(key="composer", gap="xsmall"):
        notice.draw()
        with st.container(key="composer-input"):
            first_words.draw_input(lambda: _draw_input(mode), next_turn if mode in asking.STREAMED else None)
            _draw_stop(running)
        with st.container(key="composer-foot", horizontal=True, vertical_alignment="center",
                          horizontal_alignment="distribute", gap="small"):  # fmt: skip
            with st.container(key="composer-choices", horizontal=True, gap=None, width="content"):
                _draw_model_picker(mode)
                compare_picker.draw(mode)
                if mode == "ai":
                    settings_panel.draw()
                elif mode == "advanced":
                    collection_picker.draw()
            st.html(f'<span class="tc-hint">{t("chat.hint")}</span>', width="content")


def _draw_stop(running: Sequence[Chat]) -> None:
    """Over the input's own button, in reach while answers grow."""
    if not running:
        st.empty()
        return
    ids = tuple(chat.question_id for chat in running)
    st.button(t("chat.stop") if len(ids) == 1 else t("chat.stop_all"), key=f"stop-{ids[0]}",
              type="primary", icon=":material/stop:", on_click=asking.stop, args=ids)  # fmt: skip


def _draw_input(mode: str) -> None:
    placeholder = t("advanced.placeholder") if mode == "advanced" else t("chat.placeholder")
    if mode in asking.STREAMED:
        st.chat_input(placeholder, key=asking.INPUT_KEY, on_submit=asking.ask_from_input, args=(mode,),
                      accept_file="multiple", file_type=pictures.TYPES)  # fmt: skip
    else:
        st.chat_input(placeholder, key=asking.INPUT_KEY, on_submit=asking.ask_from_input, args=(mode,))


def _draw_model_picker(mode: str) -> None:
    listing = model_choice.models()
    if listing is None:
        return
    model = model_choice.effective(listing, mode)
    label = _name(model) if model else t("models.title")
    with st.popover(label, type="tertiary", icon=":material/neurology:", key="model-picker",
                    help=t("models.pick")):  # fmt: skip
        _draw_choices(listing, model, mode)
        st.button(t("models.manage"), key="manage-models", type="tertiary", icon=":material/settings:",
                  on_click=models_panel.open_panel)  # fmt: skip


def _draw_choices(listing: ModelList, current: Model | None, mode: str) -> None:
    offered = model_choice.offered(listing, mode)
    available = {model.id: model for model in offered if model.available}
    ids = list(available)
    st.radio(
        t("models.pick"),
        ids,
        key=_MODEL,
        index=ids.index(current.id) if current and current.id in ids else None,
        format_func=lambda each: _name(available[each]),
        captions=[_says(model, mode) for model in available.values()],
        on_change=lambda: model_choice.choose(st.session_state[_MODEL]),
    )
    for model in offered:
        if not model.available:
            reason = t_code("reason", model.reason.code, model.reason.message) if model.reason else ""
            st.markdown(f":gray[**{_name(model)}** — {plain_label(reason)}]")


def _name(model: Model) -> str:
    return t("models.builtin") if is_built_in(model.id) else plain_label(model.name)


def _says(model: Model, mode: str) -> str:
    if is_built_in(model.id):
        return t("models.builtin_documents") if mode == "advanced" else t("models.builtin_short")
    says = plain_label(model.endpoint)
    return f"{says} · {t('models.sees')}" if model.sees else says
