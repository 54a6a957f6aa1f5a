"""The conversation on screen: named by `?c=` in the address, read from the API on every run.

Turns that were seen stay in this tab, so a long conversation is read page by page and only its newest page again. Of
the tree that regenerated and edited turns make, one path is on screen.
"""

from dataclasses import dataclass, field, replace
from typing import Final

import streamlit as st

from api_client import ApiError
from api_types import Chat, Comparison, Conversation
from visitor import identity, notices

PARAMETER: Final = "c"
_STATE: Final = "history"
_NAMES: Final = "turn_names"
_SHOWN: Final = "conversation_shown"
_AHEAD: Final = "turn_shown_ahead"
_MODE: Final = "chat_mode"
_LEAVE: Final = "leave_for_chat"
# So many turns are drawn at first and with each "Show earlier messages".
_TURNS: Final = 10


@dataclass
class History:
    """What this tab has read of one conversation; `leaf` is the newest turn of the path on screen."""

    conversation: Conversation
    turns: dict[str, Chat] = field(default_factory=dict)
    leaf: str | None = None
    drawn: int = _TURNS

    @property
    def path(self) -> list[Chat]:
        """The turns on screen as far as they were read, the oldest first."""
        path, turn = [], self.turns.get(self.leaf or "")
        while turn:
            path.append(turn)
            turn = self.turns.get(turn.parent or "")
        return path[::-1]

    @property
    def running(self) -> tuple[Chat, ...]:
        """The answers that are being written: one, or several side by side."""
        return tuple(answer for turn in self.path for answer in turn.answers if answer.is_running)

    def note(self, changed: Chat) -> None:
        """Show an answer as it is now, until the turns are read again."""
        for turn in list(self.turns.values()):
            if turn.group and changed.question_id in [each.question_id for each in turn.group.chats]:
                alone = replace(changed, group=None)
                chats = tuple(alone if each.question_id == alone.question_id else each for each in turn.group.chats)
                self.note_group(replace(turn.group, chats=chats))
            elif turn.question_id == changed.question_id:
                self.turns[turn.question_id] = replace(changed, siblings=turn.siblings)

    def note_group(self, group: Comparison) -> None:
        """The same for answers side by side."""
        for answer in group.chats:
            if turn := self.turns.get(answer.question_id):
                self.turns[answer.question_id] = replace(answer, siblings=turn.siblings, group=group)


def conversation_id() -> str | None:
    """The id in the address, whether or not it can be opened."""
    return st.query_params.get(PARAMETER) or None


def open_history() -> History | None:
    """The conversation in the address with its newest turns; None on the empty page. Raises ApiError.

    Whoever is not signed in sees none; its address stays, for when they are.
    """
    wanted = conversation_id()
    if wanted is None or not identity.is_signed_in():
        forget_history()
        return None
    return _read(wanted)


def seen_history() -> History | None:
    """What was read before, without asking the API: for when it is away."""
    history: History | None = st.session_state.get(_STATE)
    return history if history and history.conversation.id == conversation_id() else None


def draw_more() -> None:
    """Add turns before the oldest one on screen, from the API when this tab has read no more."""
    history = seen_history()
    if history is None:
        return
    history.drawn += _TURNS
    path = history.path
    if len(path) >= history.drawn or not path or path[0].parent is None:
        return
    try:
        older = identity.client().chats(history.conversation.id, until=path[0].parent)
    except ApiError as error:
        notices.leave_error(error)
        return
    history.turns.update({chat.question_id: chat for chat in older})


def show_branch(question_id: str) -> None:
    """Show the path through this turn, down to its newest one."""
    history = seen_history()
    if history is None:
        return
    try:
        identity.client().update_conversation(history.conversation.id, current_leaf=question_id)
    except ApiError as error:
        notices.leave_error(error)


def name_turn(chat: Chat, name: str) -> None:
    """A question that was drawn before the API knew it keeps its name, so that its elements stay where they are."""
    names = st.session_state.setdefault(_NAMES, {})
    for slot, answer in enumerate(chat.answers):
        names[answer.question_id] = column_name(name, slot)


def column_name(turn: str, slot: int) -> str:
    """What an answer side by side with others is called; the first one as its turn."""
    return f"{turn}-{slot}" if slot else turn


def turn_name(chat: Chat) -> str:
    """What the elements of a turn are called in this tab."""
    return str(st.session_state.get(_NAMES, {}).get(chat.question_id, chat.question_id))


def show_conversation(conversation: str) -> None:
    """The one that the question on screen has opened."""
    st.session_state[_SHOWN] = conversation
    st.query_params[PARAMETER] = conversation


def is_another_conversation() -> bool:
    """Whether this run draws another conversation than the last one; asked once in a run."""
    before, st.session_state[_SHOWN] = st.session_state.get(_SHOWN), conversation_id()
    return before != conversation_id()


def note_turn_ahead() -> None:
    """The newest turn is on screen already, drawn before the page."""
    st.session_state[_AHEAD] = True


def is_turn_ahead() -> bool:
    """Asked once."""
    return bool(st.session_state.pop(_AHEAD, False))


def note_mode(mode: str) -> None:
    """The chat that is open: a new one begins there, from whichever page."""
    st.session_state[_MODE] = mode


def start_new_chat() -> None:
    """Callback: the empty page; a page that is no chat goes to one."""
    show_empty_page()
    st.session_state[_LEAVE] = True


def wanted_chat() -> str | None:
    """The mode of the chat to go to from a page that is no chat; asked once."""
    return str(st.session_state.get(_MODE, "basic")) if st.session_state.pop(_LEAVE, False) else None


def show_empty_page() -> None:
    notices.clear()
    st.query_params.clear()
    forget_history()


def forget_history() -> None:
    st.session_state.pop(_STATE, None)


def _read(wanted: str) -> History:
    client = identity.client()
    history = seen_history()
    newest = client.chats(wanted)
    if history is None:
        history = History(client.conversation(wanted))
        st.session_state[_STATE] = history
    history.turns.update({chat.question_id: chat for chat in newest})
    history.leaf = newest[0].question_id if newest else None
    return history
