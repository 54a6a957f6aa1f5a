"""An answer that has ended: its thoughts folded away, its text, its sources, and what can be done with it."""

from pathlib import Path
from typing import Final

import streamlit as st

from api_types import Chat, is_built_in
from components import evidence, models_panel, sources, thumbs, why_dialog
from components.blocks import pieces_of
from components.markup import answer_markdown, html_text
from components.unsupported import drawn_marks, with_marks
from conversation import asking, model_choice, screen
from i18n import t, t_code

MARK: Final = str(Path(__file__).resolve().parent.parent / "static" / "mark.svg")
_WORTH_TELLING: Final = 0.1
_AGAIN: Final = ""


def draw(chat: Chat, mode: str, *, busy: bool, beside_others: bool = False) -> None:
    """Inside a chat message, or `beside_others` under its name.

    The order of its parts is that of `growing_answer`, so that nothing moves at the end.
    """
    draw_thought(chat.reasoning) if chat.reasoning else st.empty()
    evidence.draw_confidence(chat)
    _draw_text(chat)
    with st.container(key=f"under-{screen.turn_name(chat)}", gap="small"):
        if chat.can_retry:
            _draw_problem(chat, busy=busy)
        if chat.citations:
            sources.draw(chat)
        if chat.unsupported:
            evidence.draw_legend()
        if chat.confidence == "not_found":
            sources.draw_not_found(chat)
        _draw_footer(chat, mode, busy=busy, facts=_measured(chat) if beside_others else _facts(chat))
        thumbs.draw_reason(chat)


def draw_thought(reasoning: str, *, growing: bool = False) -> None:
    """What the model thought before it answered; not part of the answer."""
    label = t("answer.thinking") if growing else t("answer.thought")
    with st.expander(label, icon=":material/psychology:", type="compact"):
        st.markdown(answer_markdown(reasoning, anchor="", ranks=()), anchors=False)


def text_key(chat: Chat) -> str:
    kind = "quoted" if is_built_in(chat.model) else "written"
    return f"answer-{kind}-{screen.turn_name(chat)}"


def _draw_text(chat: Chat) -> None:
    ranks = [citation.rank for citation in chat.citations]
    with st.container(key=text_key(chat), gap=None):
        for piece in pieces_of(with_marks(chat.answer, chat.unsupported)):
            text = answer_markdown(piece, anchor=sources.anchor(chat), ranks=ranks)
            st.markdown(drawn_marks(text), anchors=False)


def _draw_problem(chat: Chat, *, busy: bool) -> None:
    texts = {"cancelled": t("answer.stopped"), "interrupted": t("answer.interrupted")}
    reason = t_code("error", chat.error.code, chat.error.message) if chat.error else t("answer.failed")
    with st.container(key=f"problem-{chat.question_id}", gap="small"):
        if chat.status == "cancelled":
            st.caption(texts["cancelled"])
        else:
            st.warning(f"{texts.get(chat.status, '')} {reason}".strip(), icon=":material/error:")
        with st.container(horizontal=True, gap="small"):
            st.button(t("chat.retry"), key=f"retry-{chat.question_id}", icon=":material/refresh:", disabled=busy,
                      on_click=asking.answer_again, args=(chat,))  # fmt: skip
            if chat.error and chat.error.code.startswith("model_"):
                st.button(t("answer.look_at_models"), key=f"models-{chat.question_id}", type="tertiary",
                          icon=":material/neurology:", on_click=models_panel.open_panel)  # fmt: skip


def _draw_footer(chat: Chat, mode: str, *, busy: bool, facts: str) -> None:
    with st.container(key=f"tools-answer-{screen.turn_name(chat)}", horizontal=True, vertical_alignment="center",
                      gap=None):  # fmt: skip
        if chat.answer:
            label = html_text(t("answer.copy"))
            st.html(
                f'<button type="button" class="tc-copy" aria-label="{label}" title="{label}"'
                f' data-copy="{html_text(chat.answer)}"></button>',
                width="content",
            )
            thumbs.draw(chat)
        if chat.confidence:
            st.button(t("why.title"), key=f"why-{chat.question_id}", icon=":material/manage_search:", type="tertiary",
                      on_click=why_dialog.open_for, args=(chat,))  # fmt: skip
        _draw_again(chat, mode, busy=busy)
        st.html(f'<span class="tc-answer-foot">{facts}</span>', width="content")


def _draw_again(chat: Chat, mode: str, *, busy: bool) -> None:
    """The same question once more, with the same model or with another one."""
    listing = model_choice.models()
    available = [model.id for model in model_choice.offered(listing, mode) if model.available] if listing else []
    # As long as its name is hidden, another one cannot be wished for.
    others = [each for each in available if each != chat.model] if chat.model else []
    names = {_AGAIN: f":material/refresh: {t('answer.again')}"}
    names |= {each: f":material/neurology: {model_choice.shown_name(each)}" for each in others}
    key = f"again-{chat.question_id}"
    st.menu_button(t("answer.again"), list(names), key=key, icon=":material/refresh:", type="tertiary", disabled=busy,
                   format_func=names.__getitem__, on_click=_answer_again, args=(chat, key))  # fmt: skip


def _answer_again(chat: Chat, key: str) -> None:
    asking.answer_again(chat, st.session_state.get(key) or "")


def _facts(chat: Chat) -> str:
    """Model, time to the first token and speed; for an answer that came at once the whole time."""
    facts = [html_text(model_choice.shown_name(chat.model))]
    if chat.started and chat.first_token and chat.finished:
        first = (chat.first_token - chat.started).total_seconds()
        writing = (chat.finished - chat.first_token).total_seconds()
        if chat.output_tokens and writing >= _WORTH_TELLING:
            facts.append(_fact(t("answer.first_token", seconds=f"{first:.2g}"), t("answer.first_token_says")))
            facts.append(_fact(t("answer.speed", tokens=f"{chat.output_tokens / writing:.0f}"), t("answer.speed_says")))
        elif first + writing >= _WORTH_TELLING:
            facts.append(_fact(t("answer.took", seconds=f"{first + writing:.1f}"), t("answer.took_says")))
    return " · ".join(facts)


def _measured(chat: Chat) -> str:
    """What tells answers side by side apart: time to the first token, the whole time, tokens."""
    facts = []
    if chat.started and chat.first_token:
        first = (chat.first_token - chat.started).total_seconds()
        facts.append(_fact(t("answer.first_token", seconds=f"{first:.2g}"), t("answer.first_token_says")))
    if chat.started and chat.finished:
        took = (chat.finished - chat.started).total_seconds()
        seconds = f"{took:.1f}" if took >= 1 else f"{took:.2g}"
        facts.append(_fact(t("answer.took", seconds=seconds), t("answer.took_says")))
    if chat.output_tokens:
        facts.append(_fact(t("answer.tokens", count=chat.output_tokens), t("answer.tokens_says")))
    return " · ".join(facts)


def _fact(text: str, meaning: str) -> str:
    return f'<span title="{html_text(meaning)}">{html_text(text)}</span>'
