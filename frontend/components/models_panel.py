"""The Models panel: the state of every endpoint, what to paste where to connect one, and 'check again'."""

from typing import Final

import streamlit as st

from api_client import ApiError
from api_model_types import Endpoint, ModelList
from components.markup import plain_label
from conversation import model_choice
from i18n import t, t_code
from visitor import notices

_OPEN: Final = "models_panel_open"
_DOTS: Final = {"connected": ":green[●]", "quoting": ":orange[●]", "failing": ":red[●]"}

_OLLAMA: Final = "ollama pull qwen3:8b\nollama serve"
_OPENAI: Final = "OPENAI_API_KEY=sk-..."
_OTHER: Final = "OPENAI_BASE_URL=http://localhost:8080/v1\nOPENAI_API_KEY=..."
_SEVERAL: Final = (
    'AI_ENDPOINTS=[{"name": "openai", "base_url": "https://api.openai.com/v1", "api_key": "sk-..."},'
    ' {"name": "vllm", "base_url": "http://localhost:8080/v1", "api_key": "", "models": ["qwen3-8b"]}]'
)


def open_panel() -> None:
    st.session_state[_OPEN] = True


def is_open() -> bool:
    return bool(st.session_state.get(_OPEN))


def draw_entry() -> None:
    """The sidebar's button; its dot tells at a glance whether a language model answers."""
    listing = model_choice.models()
    states = {"connected": t("models.connected"), "quoting": t("models.quoting"), "failing": t("models.failing")}
    if listing is None:
        label = t("models.title")
    else:
        state = model_choice.state_of(listing)
        label = f"{t('models.title')} {_DOTS[state]} :gray[{states[state]}]"
    st.button(label, key="open-models", icon=":material/neurology:", type="tertiary", width="stretch",
              on_click=open_panel)  # fmt: skip


def draw_dialog() -> None:
    """When it was opened; stays open over reruns (an answer that arrives) until it is closed."""
    if is_open():
        st.dialog(t("models.title"), width="medium", on_dismiss=_close)(_draw)()


def _close() -> None:
    st.session_state.pop(_OPEN, None)


def _draw() -> None:
    if st.button(t("models.check_again"), key="check-models", icon=":material/refresh:", type="primary"):
        _check_again()
    listing = model_choice.models()
    if listing is None:
        st.warning(t("error.api_unreachable"), icon=":material/cloud_off:")
        return
    _draw_states(listing)
    _draw_steps()


def _check_again() -> None:
    with st.spinner(t("models.checking")):
        try:
            model_choice.check_again()
        except ApiError as error:
            st.error(notices.sentence(error))


def _draw_states(listing: ModelList) -> None:
    with st.container(key="endpoints", gap="small"):
        for endpoint in listing.endpoints:
            _draw_endpoint(endpoint)
        with st.container(border=True, gap=None):
            st.markdown(f":green[●] **{t('models.builtin')}**")
            st.caption(t("models.builtin_says"))


def _draw_endpoint(endpoint: Endpoint) -> None:
    # An Ollama that was only looked for is an offer, not a failure.
    dot = ":green[●]" if endpoint.ok else ":gray[●]" if endpoint.found_by == "ollama" else ":red[●]"
    with st.container(border=True, gap=None):
        st.markdown(f"{dot} **{plain_label(endpoint.name)}** :gray[{plain_label(endpoint.base_url)}]")
        if endpoint.ok:
            names = ", ".join(plain_label(name) for name in endpoint.models)
            st.caption(t("models.offers", names=names) if names else t("reason.no_models"))
        elif endpoint.reason:
            st.caption(t_code("reason", endpoint.reason.code, endpoint.reason.message))


def _draw_steps() -> None:
    st.subheader(t("models.connect"), anchor=False)
    ollama, openai, other = st.tabs([t("models.tab_ollama"), t("models.tab_openai"), t("models.tab_other")])
    with ollama:
        st.markdown(t("models.ollama_steps"))
        st.code(_OLLAMA, language="bash")
        st.caption(t("models.ollama_elsewhere"))
    with openai:
        st.markdown(t("models.openai_steps"))
        st.code(_OPENAI, language="ini")
    with other:
        st.markdown(t("models.other_steps"))
        st.code(_OTHER, language="ini")
        st.caption(t("models.several"))
        st.code(_SEVERAL, language="ini", wrap_lines=True)
