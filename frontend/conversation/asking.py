"""From a question in the input to a chat that the API has accepted, once, whatever happens in between.

A question is first only noted (`ask`), so that the page can show it at once; `deliver` then sends it under its own
idempotency key. While the server is away it stays on the page and is sent again under the same key.
"""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from api_client import ApiClient, ApiError
from api_types import Chat
from conversation import model_choice, screen, waiting
from i18n import t
from visitor import identity, notices

INPUT_KEY: Final = "question_input"
_STATE: Final = "pending_question"
_DRAFT: Final = "draft"
# The API's own limit unless it was changed. The input's `max_chars` would show a counter all the time.
_LONGEST: Final = 32_000
# Quick answers are drawn without a waiting line between.
_QUICK_SECONDS: Final = 0.8


@dataclass
class PendingQuestion:
    """A question that the API has not accepted yet."""

    text: str
    mode: str
    conversation: str | None
    model: str | None
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    asked: datetime = field(default_factory=lambda: datetime.now(UTC))
    problem: ApiError | None = None

    def body(self) -> dict[str, str]:
        body = {"mode": self.mode, "question_text": self.text}
        if self.conversation:
            body["conversation"] = self.conversation
        if self.model:
            body["model"] = self.model
        return body


def ask(text: str, mode: str) -> None:
    """Note the question for this run. One at a time: another one that is still being sent goes first."""
    text = text.strip()
    if not text:
        return
    notices.clear()
    if st.session_state.get(_STATE) is not None:
        keep_draft(text)
        notices.leave("info", t("chat.still_sending"))
        return
    if len(text) > _LONGEST:
        keep_draft(text)
        notices.leave("warning", t("error.too_large"))
        return
    st.session_state[_STATE] = PendingQuestion(text, mode, screen.conversation_id(), model_choice.for_question())


def ask_from_input(mode: str) -> None:
    """Callback of the input."""
    ask(st.session_state.get(INPUT_KEY) or "", mode)


def pending() -> PendingQuestion | None:
    """The question that is on its way from this very page."""
    question: PendingQuestion | None = st.session_state.get(_STATE)
    return question if question and question.conversation == screen.conversation_id() else None


def is_sending() -> bool:
    """Whether this run will send a question at its end."""
    question = pending()
    return question is not None and question.problem is None


def deliver(question: PendingQuestion) -> None:
    """Send the question and draw the page again: with its answer, the waiting line, or what went wrong.

    For a new guest the page is drawn once more before, as only a drawn page can take over the cookie.
    """
    question.problem = None
    try:
        if identity.ensure_session():
            st.rerun()
        identity.wait_for_cookie()
        client = identity.client()
        chat = client.ask(question.body(), key=question.key)
    except ApiError as error:
        _not_accepted(question, error)
    else:
        _accepted(question, client, chat)
    st.rerun()


def edit_pending() -> None:
    """Take a question that could not be sent back into the input."""
    question = pending()
    if question:
        _drop(question, draft=True)


def retry_pending() -> None:
    """Send it again in this run."""
    question = pending()
    if question:
        question.problem = None


def retry(chat: Chat) -> None:
    """Answer a failed, stopped or interrupted turn anew."""
    notices.clear()
    try:
        identity.client().regenerate(chat.question_id, key=uuid.uuid4().hex)
    except ApiError as error:
        notices.leave_error(error)


def keep_draft(text: str) -> None:
    st.session_state[_DRAFT] = text


def put_draft_into_input() -> None:
    """Before the input is drawn in a run: a widget takes a value only then."""
    draft = st.session_state.pop(_DRAFT, None)
    if draft:
        st.session_state[INPUT_KEY] = draft


def start_anew_after_session_end() -> None:
    """The API does not know this session any more: the page becomes empty, the question goes back to the input."""
    question = st.session_state.get(_STATE)
    if question:
        _drop(question, draft=True)
    identity.forget_session()
    screen.show_empty_page()
    notices.leave("info", t("error.session_ended"))


def _accepted(question: PendingQuestion, client: ApiClient, chat: Chat) -> None:
    _drop(question, draft=False)
    if question.model and question.conversation is None:
        model_choice.remember(chat.conversation, question.model)
    screen.show_conversation(chat.conversation)
    if chat.is_running:
        waiting.start(client, question.body(), key=question.key, question_id=chat.question_id)
        waiting.wait_a_moment(chat.question_id, _QUICK_SECONDS)


def _not_accepted(question: PendingQuestion, error: ApiError) -> None:
    if error.is_signed_out:
        start_anew_after_session_end()
    elif error.is_away or error.code == "server_error":
        question.problem = error
    else:
        _drop(question, draft=True)
        if error.status == 404:
            screen.show_empty_page()
        notices.leave_error(error)


def _drop(question: PendingQuestion, *, draft: bool) -> None:
    if draft:
        keep_draft(question.text)
    if st.session_state.get(_STATE) is question:
        st.session_state[_STATE] = None
