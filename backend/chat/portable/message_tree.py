"""Turns made of a tree of messages, as ChatGPT and Open WebUI keep it.

There a message is a node. Here a turn is a question with one answer, so every way from a
question down to the next one (or to the end) is a turn; what was regenerated becomes its sibling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chat.portable.incoming import MOST_TURNS, IncomingTurn, from_the_top
from chat.portable.refusals import ConversationEmpty, ConversationTooLarge
from models.models import AnswerStatus, Mode

# Messages of an answer: what a model looked up and ran between the question and its last word.
_MOST_STEPS = 2000
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Node:
    """A message. `role`: "user", "assistant", or anything else, which only holds the tree together."""

    id: str
    parent: str | None
    role: str
    text: str = ""
    reasoning: str = ""
    model: str = ""
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """A node on the way down from its question, linked to the one before it."""

    node: Node
    before: _Step | None
    length: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is: the turn above (by its id and time), the question at hand, the answer so far."""

    node: Node
    above: str | None
    above_asked: datetime
    question: Node | None = None
    answer: _Step | None = None


def first_moment(nodes: Mapping[str, Node]) -> datetime:
    """When a conversation began that does not say so itself: with its first message, or now."""
    return min((node.time for node in nodes.values() if node.time), default=datetime.now(UTC))


def turns_of(nodes: Mapping[str, Node], *, began: datetime, model: str) -> list[IncomingTurn]:
    """Return the turns, each behind its parent. `began` and `model` stand where a message names none.

    Raise ConversationRefused. A turn has the id of the last message of its answer.
    """
    if len(nodes) > MOST_TURNS:
        raise ConversationTooLarge
    turns = from_the_top(_walk(nodes, began, model))
    if not turns:
        raise ConversationEmpty
    return turns


def _walk(nodes: Mapping[str, Node], began: datetime, model: str) -> Iterator[IncomingTurn]:
    below: dict[str | None, list[Node]] = {}
    for node in nodes.values():
        below.setdefault(node.parent if node.parent in nodes else None, []).append(node)
    begun: set[str] = set()
    waiting = [_Place(node, None, began) for node in reversed(below.get(None, []))]
    while waiting:
        place = _with_node(waiting.pop())
        replies = below.get(place.node.id, [])
        above, asked = place.above, place.above_asked
        ends = not replies or any(reply.role == "user" for reply in replies)
        if place.question and ends:
            turn = _turn(place, is_first=place.question.id not in begun, model=model)
            begun.add(place.question.id)
            above, asked = turn.source_id, turn.asked
            yield turn
        for reply in reversed(replies):
            if reply.role == "user":
                waiting.append(_Place(reply, above, asked))
            else:
                waiting.append(_Place(reply, place.above, place.above_asked, place.question, place.answer))


def _with_node(place: _Place) -> _Place:
    node = place.node
    if node.role == "user":
        return _Place(node, place.above, place.above_asked, question=node)
    length = place.answer.length + 1 if place.answer else 1
    if length > _MOST_STEPS:
        raise ConversationTooLarge
    return _Place(node, place.above, place.above_asked, place.question, _Step(node, place.answer, length))


def _turn(place: _Place, *, is_first: bool, model: str) -> IncomingTurn:
    question, steps = place.question, _steps(place.answer)
    assert question is not None
    times = [step.time for step in steps if step.time]
    # A regenerated answer was asked for when it began, and a turn comes behind the one above it.
    wanted = question.time if is_first else next(iter(times), question.time)
    asked = max(wanted or place.above_asked, place.above_asked + _INSTANT)
    answer = "\n\n".join(step.text for step in steps if step.text)
    fields: dict[str, Any] = {
        "mode": Mode.AI,
        "model": next((step.model for step in reversed(steps) if step.model), model),
        "status": AnswerStatus.DONE if answer else AnswerStatus.CANCELLED,
        "reasoning_text": "\n\n".join(step.reasoning for step in steps if step.reasoning),
        "finished_datetime": max(times, default=asked),
    }
    return IncomingTurn(place.node.id, place.above, question.text, answer, asked, fields)


def _steps(last: _Step | None) -> list[Node]:
    found: list[Node] = []
    while last:
        if last.node.role == "assistant":
            found.append(last.node)
        last = last.before
    return found[::-1]
