"""From a question in the input to a chat that the API has accepted, once, whatever happens in between.

A question is first only noted (`ask`), so that the page can show it at once; `deliver` then sends it under its own
idempotency key. While the server is away it stays on the page and is sent again under the same key. An answer that
will be streamed is asked for over the socket that then brings it, and already while the page is being drawn.
"""

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import streamlit as st
from streamlit.typing import ChatInputValue

from api_client import AnswerSocket, ApiClient, ApiError
from api_types import Chat, ConversationSettings
from conversation import (
    chat_settings,
    collection_choice,
    comparing,
    model_choice,
    pictures,
    screen,
    temporary,
    waiting,
)
from conversation.pictures import Picture
from i18n import t
from visitor import identity, notices, tab

# Chats whose answers are streamed over a socket.
STREAMED: Final = frozenset({"ai", "advanced"})
INPUT_KEY: Final = "question_input"
_STATE: Final = "pending_question"
_DRAFT: Final = "draft"
# The API's own limit unless it was changed. The input's `max_chars` would show a counter all the time.
_LONGEST: Final = 32_000
# Quick answers are drawn without a waiting line between.
_QUICK_SECONDS: Final = 0.8
_senders: Final = ThreadPoolExecutor(max_workers=64, thread_name_prefix="ask")


@dataclass
class PendingQuestion:
    """A question that the API has not accepted yet.

    `edits` is the turn that it takes the place of. `settings` are those of a conversation that is still to be opened,
    `opened` is that conversation. `collections` is where the answer is looked for, None: where its conversation looks.
    `models` answer side by side, with `blind` under hidden names; none: `model` alone. `temporary`: so is the
    conversation that it opens.
    `sent_pictures` are the ids of the pictures that the API has. `sending` brings the socket on which it was asked.
    """

    text: str
    mode: str
    conversation: str | None
    model: str | None
    edits: Chat | None = None
    settings: ConversationSettings | None = None
    collections: tuple[str, ...] | None = None
    pictures: tuple[Picture, ...] = ()
    models: tuple[str, ...] = ()
    blind: bool = False
    temporary: bool = False
    sent_pictures: list[str] = field(default_factory=list)
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    asked: datetime = field(default_factory=lambda: datetime.now(UTC))
    problem: ApiError | None = None
    opened: str | None = None
    sending: "Future[AnswerSocket] | None" = None
    accepted: Chat | None = None

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"mode": self.mode, "question_text": self.text}
        if conversation := self.conversation or self.opened:
            body["conversation"] = conversation
        elif self.temporary:
            body["temporary"] = True
        if self.models:
            body |= {"models": list(self.models), "blind": self.blind}
        elif self.model:
            body["model"] = self.model
        if self.edits:
            body["parent"] = self.edits.parent
        if self.collections is not None:
            body["collections"] = list(self.collections)
        if images := [*self._earlier_pictures(), *self.sent_pictures]:
            body["images"] = images
        return body

    def _earlier_pictures(self) -> list[str]:
        """Those of the question that it takes the place of; their address ends with their id."""
        return [url.rstrip("/").rpartition("/")[2] for url in self.edits.pictures] if self.edits else []


def ask(
    text: str,
    mode: str,
    *,
    edits: Chat | None = None,
    collections: Sequence[str] | None = None,
    with_pictures: tuple[Picture, ...] = (),
) -> None:
    """Note the question for this run. One at a time: another one that is still being sent goes first."""
    text = text.strip() or (t("pictures.question") if with_pictures else "")
    if not text:
        return
    notices.clear()
    if refusal := _refusal(text, mode, with_pictures):
        keep_draft(text)
        notices.leave(*refusal)
        return
    if not identity.is_signed_in():
        # The address may name a conversation that could be seen after signing in.
        screen.show_empty_page()
    conversation = screen.conversation_id()
    models = comparing.for_question(mode) if mode in STREAMED else ()
    question = PendingQuestion(
        text,
        mode,
        conversation,
        model_choice.for_question(mode),
        edits,
        None if conversation or mode != "ai" else chat_settings.of_next_conversation(),
        _where_to_look(mode, conversation, collections),
        with_pictures,
        models,
        bool(models) and comparing.is_blind(),
        conversation is None and temporary.is_next(),
    )
    st.session_state[_STATE] = question
    try:
        # Before the page is drawn, which then takes the cookie over.
        identity.ensure_session()
    except ApiError as error:
        if error.code in {"guests_closed", "too_many_guests"}:
            _drop(question, draft=True)
            notices.leave("info", notices.sentence(error), offers_sign_in=True)
        question.problem = error
        return
    if mode in STREAMED:
        _send_early(question)


def _where_to_look(mode: str, conversation: str | None, named: Sequence[str] | None) -> tuple[str, ...] | None:
    if mode != "advanced":
        return None
    if named is not None:
        return tuple(named)
    return None if conversation else collection_choice.current()


def _refusal(text: str, mode: str, with_pictures: tuple[Picture, ...]) -> tuple[notices.Kind, str] | None:
    if st.session_state.get(_STATE) is not None:
        return "info", t("chat.still_sending")
    if len(text) > _LONGEST:
        return "warning", t("error.too_large")
    if len(with_pictures) > pictures.MOST:
        return "warning", t("pictures.too_many", most=pictures.MOST)
    if with_pictures and not (model_choice.sees(mode) and all(each.sees for each in comparing.added(mode))):
        return "warning", _cannot_see(mode)
    history = screen.seen_history()
    if history and history.running and history.conversation.mode in STREAMED:
        return "info", t("error.answer_running")
    return None


def _cannot_see(mode: str) -> str:
    seeing = model_choice.one_that_sees(mode)
    return t("pictures.choose", model=seeing) if seeing else t("error.model_cannot_see")


def ask_from_input(mode: str) -> None:
    """Callback of the input."""
    given = st.session_state.get(INPUT_KEY) or ""
    if isinstance(given, ChatInputValue):
        ask(given.text, mode, with_pictures=pictures.taken_from(given.files))
    else:
        ask(given, mode)


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


def deliver_to_stream(question: PendingQuestion) -> tuple[Chat, AnswerSocket] | None:
    """Send the question; return its chat and the socket that brings the answer. None: it was not accepted.

    May be stopped anywhere and called again by the next run.
    """
    question.problem = None
    try:
        if identity.ensure_session():
            st.rerun()
        sending = question.sending or _send_early(question)
        link = sending.result()
        question.accepted = question.accepted or link.accepted()
    except ApiError as error:
        question.sending = None
        _not_accepted(question, error)
        return None
    _drop(question, draft=False)
    _show(question, question.accepted)
    return question.accepted, link


def _send_early(question: PendingQuestion) -> "Future[AnswerSocket]":
    question.sending = _senders.submit(_ask_over_socket, identity.client(), question, identity.cookie_waiter())
    return question.sending


def _ask_over_socket(client: ApiClient, question: PendingQuestion, wait_for_cookie: Callable[[], None]) -> AnswerSocket:
    if question.settings and not question.opened:
        fields = {"mode": question.mode, "model": question.model or "", "temporary": question.temporary}
        fields |= question.settings.as_fields()
        question.opened = client.create_conversation(fields).id
    if question.pictures:
        wait_for_cookie()
        pictures.send(client, question.pictures, question.sent_pictures)
    link = client.open_socket()
    try:
        wait_for_cookie()
        link.ask(question.body(), key=question.key)
    except ApiError:
        link.close()
        raise
    return link


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


def answer_again(chat: Chat, model: str = "") -> None:
    """A failed, stopped or interrupted answer is made anew in its place; a finished one, or with another model, beside."""
    notices.clear()
    try:
        identity.client().regenerate(chat.question_id, key=uuid.uuid4().hex, model=model)
    except ApiError as error:
        notices.leave_error(error)


def stop(*question_ids: str) -> None:
    """What has come so far is kept."""
    notices.clear()
    try:
        for question_id in question_ids:
            identity.client().cancel(question_id)
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
    """The API does not know this session any more: its chats leave the page, the question goes back to the input.

    Nothing of this when it was one that the tab has replaced meanwhile: drawn anew, the page asks as whoever it is now.
    The address stays: an account can sign in and go on there, and so does another tab of a guest who became one.
    """
    if not identity.has_ended():
        return
    question = st.session_state.get(_STATE)
    if question:
        _drop(question, draft=True)
    user = identity.known_user()
    draft = st.session_state.get(_DRAFT)
    identity.forget_session()
    tab.forget_visitor()
    if draft:
        keep_draft(draft)
    if user and user.is_guest:
        notices.leave("info", t("error.session_ended"))
    else:
        notices.leave("warning", t("signing_in.ended"), offers_sign_in=True)


def _accepted(question: PendingQuestion, client: ApiClient, chat: Chat) -> None:
    _drop(question, draft=False)
    _show(question, chat)
    if chat.is_running:
        waiting.start(client, question.body(), key=question.key, question_id=chat.question_id)
        waiting.wait_a_moment(chat.question_id, _QUICK_SECONDS)


def _show(question: PendingQuestion, chat: Chat) -> None:
    screen.name_turn(chat, question.key)
    if question.conversation is None:
        chat_settings.forget()
        collection_choice.forget()
        comparing.carry_over(chat.conversation)
        if question.temporary:
            temporary.note(chat.conversation)
        if question.model and not question.opened:
            model_choice.carry_over(chat.conversation, question.model)
    screen.show_conversation(chat.conversation)


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
