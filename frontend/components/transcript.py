"""The turns of a conversation: the question as a bubble on the right, the answer with its sources on the left."""

from datetime import datetime
from pathlib import Path
from typing import Final

import streamlit as st

from api_client import ApiError
from api_types import BUILT_IN, Chat, Citation
from components import models_panel
from components.markup import answer_markdown, html_text, plain_label, quote_html
from conversation import asking, screen, waiting
from conversation.asking import PendingQuestion
from conversation.screen import History
from i18n import t, t_code
from visitor import identity, notices

MARK: Final = str(Path(__file__).resolve().parent.parent / "static" / "mark.svg")
_POLL_SECONDS: Final = 0.7
_WORTH_TELLING: Final = 0.1


def draw(history: History, *, followed: bool) -> None:
    """Every turn that was read, the oldest first; `followed` by a question that is still on its way, or not."""
    if history.older_cursor:
        st.button(t("chat.older"), key="older-turns", type="tertiary", icon=":material/expand_less:", width="stretch",
                  on_click=screen.read_older)  # fmt: skip
    turns = history.oldest_first
    for chat in turns:
        place = "latest" if chat is turns[-1] and not followed else "earlier"
        with st.container(key=f"turn-{place}-{chat.question_id}", gap="small"):
            draw_question(chat.question)
            if chat.is_running:
                _watch_answer(chat)
            else:
                _draw_answer(chat)


def draw_question(text: str) -> None:
    st.html(f'<div class="tc-question" role="group" aria-label="{html_text(t("chat.you"))}">{html_text(text)}</div>')


def draw_pending(question: PendingQuestion) -> None:
    """A question that the API has not accepted yet: on its way, or kept until the server is back."""
    with st.container(key=f"turn-latest-{question.key}", gap="small"):
        draw_question(question.text)
        if question.problem is None:
            with st.chat_message("assistant", avatar=MARK):
                _draw_waiting_line(question.asked)
            return
        with st.container(key="not-sent"):
            reason = notices.sentence(question.problem)
            if question.problem.is_away:
                st.warning(t("chat.not_sent", reason=reason), icon=":material/cloud_off:")
            else:
                st.warning(t("chat.kept", reason=reason), icon=":material/error:")
            with st.container(horizontal=True, gap="small"):
                st.button(t("chat.retry"), key="retry-pending", icon=":material/refresh:",
                          on_click=asking.retry_pending)  # fmt: skip
                st.button(t("chat.edit"), key="edit-pending", type="tertiary", icon=":material/edit:",
                          on_click=asking.edit_pending)  # fmt: skip


def _watch_answer(chat: Chat) -> None:
    with st.chat_message("assistant", avatar=MARK):
        if chat.answer:
            st.markdown(answer_markdown(chat.answer, anchor="", ranks=()), anchors=False)
        st.fragment(_watch, run_every=_POLL_SECONDS)(chat.question_id, chat.asked)


def _watch(question_id: str, asked: datetime) -> None:
    """A fragment: the rest of the page stays usable while the answer is being made."""
    away = False
    try:
        if waiting.is_finished(identity.client(), question_id):
            st.rerun()
    except ApiError as error:
        if not error.is_away:
            st.rerun()
        away = True
    with st.container(key=f"waiting-{question_id}", horizontal=True, vertical_alignment="center", gap="small"):
        _draw_waiting_line(asked, away=away)
        st.button(t("chat.stop"), key=f"stop-{question_id}", type="tertiary", icon=":material/stop_circle:",
                  on_click=_stop, args=(question_id,))  # fmt: skip


def _stop(question_id: str) -> None:
    notices.clear()
    try:
        identity.client().cancel(question_id)
    except ApiError as error:
        notices.leave_error(error)


def _draw_waiting_line(asked: datetime, *, away: bool = False) -> None:
    """The seconds are counted by `page.js`."""
    text = t("waiting.away") if away else t("waiting.thinking")
    st.html(
        '<div class="tc-waiting" role="status"><span class="tc-dots" aria-hidden="true"><i></i><i></i><i></i></span>'
        f"<span>{html_text(text)}</span>"
        f'<span class="tc-elapsed" aria-hidden="true" data-since="{asked.timestamp():.3f}"></span></div>',
        width="content",
    )


def _draw_answer(chat: Chat) -> None:
    anchor = f"source-{chat.question_id}"
    with st.chat_message("assistant", avatar=MARK):
        if chat.answer:
            kind = "quoted" if chat.model == BUILT_IN else "written"
            ranks = [citation.rank for citation in chat.citations]
            with st.container(key=f"answer-{kind}-{chat.question_id}"):
                st.markdown(answer_markdown(chat.answer, anchor=anchor, ranks=ranks), anchors=False)
        if chat.can_retry:
            _draw_problem(chat)
        if chat.citations:
            with st.container(key=f"sources-{chat.question_id}", horizontal=True, gap="xsmall"):
                for citation in chat.citations:
                    _draw_source(citation, key=f"{anchor}-{citation.rank}")
        if chat.answer:
            _draw_footer(chat)


def _draw_problem(chat: Chat) -> None:
    texts = {"cancelled": t("answer.stopped"), "interrupted": t("answer.interrupted")}
    reason = t_code("error", chat.error.code, chat.error.message) if chat.error else t("answer.failed")
    with st.container(key=f"problem-{chat.question_id}", gap="small"):
        if chat.status == "cancelled":
            st.caption(texts["cancelled"])
        else:
            st.warning(f"{texts.get(chat.status, '')} {reason}".strip(), icon=":material/error:")
        with st.container(horizontal=True, gap="small"):
            st.button(t("chat.retry"), key=f"retry-{chat.question_id}", icon=":material/refresh:",
                      on_click=asking.retry, args=(chat,))  # fmt: skip
            if chat.error and chat.error.code.startswith("model_"):
                st.button(t("answer.look_at_models"), key=f"models-{chat.question_id}", type="tertiary",
                          icon=":material/neurology:", on_click=models_panel.open_panel)  # fmt: skip


def _draw_source(citation: Citation, *, key: str) -> None:
    title = " · ".join(plain_label(part) for part in (citation.title, citation.heading) if part)
    with st.popover(f"**{citation.rank}** {title}", type="secondary", key=key):
        st.markdown(f"**{plain_label(citation.title)}**")
        if citation.heading:
            st.caption(plain_label(citation.heading))
        st.html(f'<blockquote class="tc-quote">{quote_html(citation.quote)}</blockquote>')


def _draw_footer(chat: Chat) -> None:
    model = html_text(t("models.builtin") if chat.model == BUILT_IN else chat.model)
    seconds = (chat.finished - chat.started).total_seconds() if chat.finished and chat.started else None
    took = (
        f" · {html_text(t('answer.took', seconds=f'{seconds:.1f}'))}" if seconds and seconds >= _WORTH_TELLING else ""
    )
    st.html(
        '<div class="tc-answer-foot">'
        f'<button type="button" class="tc-copy" aria-label="{html_text(t("answer.copy"))}"'
        f' title="{html_text(t("answer.copy"))}" data-copy="{html_text(chat.answer)}"></button>'
        f"<span>{model}{took}</span></div>"
    )
