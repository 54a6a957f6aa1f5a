"""Several answers to one question: in columns, or by tabs where there is no room (`styles.css`), until one is chosen.

Then that one stands alone, and the others can be shown again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from api_client import ApiError
from api_types import Chat, Comparison
from components import answer
from components.growing_answer import AnswerPainter
from components.markup import answer_markdown, html_text
from conversation import asking, following, judging, model_choice, screen
from conversation.asking import PendingQuestion
from conversation.following import Growing
from i18n import t
from visitor import identity

_OPEN: Final = "groups_open"
_LABELS: Final = "ABC"


class Column(AnswerPainter):
    """One of several growing answers; one that has ended is drawn whole while the others go on."""

    def __init__(self, *, name: str, asked: datetime, mode: str, seen: Growing, stop_place: DeltaGenerator) -> None:
        self._place = st.empty()
        self._stop_place = stop_place
        self._has_stop = self._is_whole = False
        with self._place.container(gap="small"):
            super().__init__(key=f"answer-growing-{name}", asked=asked, mode=mode, seen=seen)

    def paint(self, growing: Growing) -> None:
        if self._is_whole:
            return
        if growing.ended and (chat := _read_quietly(growing.question_id)):
            self._draw_whole(chat)
            return
        if growing.question_id and not self._has_stop:
            self._has_stop = True
            self._stop_place.button(t("chat.stop"), key=f"stop-one-{growing.question_id}", icon=":material/stop_circle:",
                                    type="tertiary", on_click=asking.stop, args=(growing.question_id,))  # fmt: skip
        super().paint(growing)

    def _draw_whole(self, chat: Chat) -> None:
        self._is_whole = True
        self._stop_place.empty()
        with self._place.container(gap="small"):
            answer.draw(chat, self._mode, busy=False, beside_others=True)


def _read_quietly(question_id: str) -> Chat | None:
    try:
        return identity.client().chat(question_id)
    except ApiError:
        return None


def draw_pending(pending: PendingQuestion) -> list[AnswerPainter]:
    """The columns of a question that is on its way."""
    hidden = [t("compare.label", label=label) for label in _LABELS]
    names = (
        hidden[: len(pending.models)] if pending.blind else [model_choice.shown_name(each) for each in pending.models]
    )
    painters: list[AnswerPainter] = []
    with _columns(pending.key, names) as columns:
        for slot, column in enumerate(columns):
            with column, st.container(key=f"column-{screen.column_name(pending.key, slot)}", gap="small"):
                stop_place = _draw_head(names[slot], screen.column_name(pending.key, slot))
                painters.append(
                    Column(name=screen.column_name(pending.key, slot), asked=pending.asked, mode=pending.mode,
                           seen=Growing(""), stop_place=stop_place)
                )  # fmt: skip
    st.caption(t("compare.wait"))
    return painters


def draw(turn: Chat, mode: str, *, busy: bool, streams: bool) -> list[AnswerPainter]:
    """`busy`: an answer of this conversation is on its way. `streams`: one that is being written gets a painter."""
    group = turn.group
    assert group is not None
    if group.choice and not group.is_running and not _is_open(group):
        _draw_decided(turn, group, mode, busy=busy)
        return []
    name = screen.turn_name(turn)
    painters: list[AnswerPainter] = []
    with _columns(name, [_name(chat) for chat in group.chats]) as columns:
        for slot, (column, chat) in enumerate(zip(columns, group.chats, strict=True)):
            with column:
                painters += _draw_column(chat, turn, mode, screen.column_name(name, slot), busy=busy, streams=streams)
    _draw_verdict(group)
    return painters


@contextmanager
def _columns(name: str, titles: Sequence[str]) -> Iterator[list[DeltaGenerator]]:
    """The tabs are there always, and in sight where the style sheet finds too little room for columns."""
    tabs = "".join(
        f'<label><input type="radio" name="tabs-{name}"{"" if number else " checked"}>'
        f"<span>{html_text(title)}</span></label>"
        for number, title in enumerate(titles)
    )
    with st.container(key=f"beside-{name}", gap="small"):
        st.html(f'<fieldset class="tc-tabs"><legend>{html_text(t("compare.answers"))}</legend>{tabs}</fieldset>')
        yield list(st.columns(len(titles), gap="small"))


def _draw_column(chat: Chat, turn: Chat, mode: str, name: str, *, busy: bool, streams: bool) -> list[AnswerPainter]:
    group = turn.group
    assert group is not None
    look = "chosen" if group.choice == chat.question_id else "one"
    painters: list[AnswerPainter] = []
    with st.container(key=f"column-{look}-{name}", gap="small"):
        stop_place = _draw_head(_name(chat), name, is_chosen=look == "chosen")
        if chat.is_running and streams:
            seen = following.seen_of(chat)
            painters.append(Column(name=name, asked=chat.asked, mode=mode, seen=seen, stop_place=stop_place))
        elif chat.is_running:
            st.markdown(answer_markdown(chat.answer, anchor="", ranks=()), anchors=False)
        else:
            with st.empty().container(gap="small"):
                # Beside others that are being written one can be made again, while nothing is decided.
                answer.draw(chat, mode, busy=busy and (bool(group.choice) or not group.is_running), beside_others=True)
        if not group.is_running:
            _draw_decision(chat, group, is_shown=chat.question_id == turn.question_id)
    return painters


def _draw_decision(chat: Chat, group: Comparison, *, is_shown: bool) -> None:
    """What can be decided in a column. `is_shown`: the conversation goes on from this answer already."""
    is_changeable = not (group.blind and group.choice) and group.choice != chat.question_id
    with st.container(key=f"decide-{chat.question_id}", gap="xsmall"):
        if is_changeable and chat.answer:
            st.button(t("compare.better"), key=f"better-{chat.question_id}", icon=":material/check:", width="stretch",
                      on_click=judging.choose, args=(group, chat.question_id))  # fmt: skip
        if group.choice and chat.answer and not is_shown:
            st.button(t("compare.go_on"), key=f"go-on-{chat.question_id}", icon=":material/fork_right:",
                      width="stretch", type="tertiary", on_click=screen.show_branch, args=(chat.question_id,))  # fmt: skip


def _draw_head(name: str, key: str, *, is_chosen: bool = False) -> DeltaGenerator:
    """Return the place of its 'stop'."""
    badge = f'<span class="tc-badge">{html_text(t("compare.chosen"))}</span>' if is_chosen else ""
    with st.container(key=f"tools-column-{key}", horizontal=True, vertical_alignment="center",
                      horizontal_alignment="distribute", gap="xsmall"):  # fmt: skip
        st.html(f'<h3 class="tc-column">{html_text(name)}{badge}</h3>', width="stretch")
        return st.empty()


def _draw_verdict(group: Comparison) -> None:
    """Under the columns: what else can be said of them, or what was said."""
    if group.is_running:
        st.caption(t("compare.wait"))
        return
    with st.container(key=f"verdict-{group.id}", horizontal=True, vertical_alignment="center", gap="small"):
        if group.choice:
            st.html(f'<span class="tc-verdict">{html_text(_verdict(group))}</span>', width="content")
            st.button(t("compare.fold"), key=f"fold-{group.id}", type="tertiary", icon=":material/unfold_less:",
                      on_click=_set_open, args=(group, False))  # fmt: skip
        else:
            st.button(t("compare.tie"), key=f"tie-{group.id}", icon=":material/balance:", on_click=judging.choose,
                      args=(group, judging.TIE))  # fmt: skip
            st.button(t("compare.none"), key=f"none-{group.id}", icon=":material/thumbs_up_down:",
                      on_click=judging.choose, args=(group, judging.NONE))  # fmt: skip


def _draw_decided(turn: Chat, group: Comparison, mode: str, *, busy: bool) -> None:
    """The answer that the conversation goes on from: the chosen one, or the first of equals."""
    with st.chat_message("assistant", avatar=answer.MARK):
        with st.container(key=f"verdict-{group.id}", horizontal=True, vertical_alignment="center", gap="small"):
            st.html(f'<span class="tc-verdict">{html_text(_verdict(group))}</span>', width="content")
            st.button(t("compare.unfold", count=len(group.chats)), key=f"unfold-{group.id}", type="tertiary",
                      icon=":material/view_column:", on_click=_set_open, args=(group, True))  # fmt: skip
        answer.draw(turn, mode, busy=busy)


def _verdict(group: Comparison) -> str:
    """An answer that failed or was stopped was not compared."""
    names = [_name(chat) for chat in group.chats if chat.status == "done" and chat.question_id != group.choice]
    if group.chosen and names:
        return t("compare.verdict", better=_name(group.chosen), others=", ".join(names))
    if group.chosen:
        return t("compare.verdict_only", better=_name(group.chosen))
    told = t("compare.verdict_tie") if group.choice == judging.TIE else t("compare.verdict_none")
    return f"{told} {', '.join(names)}"


def _name(chat: Chat) -> str:
    """Plain text."""
    return model_choice.shown_name(chat.model) if chat.model else t("compare.label", label=chat.label)


def _is_open(group: Comparison) -> bool:
    return group.id in st.session_state.get(_OPEN, set())


def _set_open(group: Comparison, is_open: bool) -> None:
    opened: set[str] = st.session_state.setdefault(_OPEN, set())
    (opened.add if is_open else opened.discard)(group.id)
