"""The turns of a conversation are a tree; what is on screen is one path through it.

A regenerated or edited turn is a sibling. The conversation remembers the newest turn of
the path, its leaf.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from chat.answers.showing import SHOWN_WITH_GROUP
from chat.errors import Invalid
from models.models import Chat, Conversation

PAGE_TURNS = 30

_PATH = """
    WITH RECURSIVE path AS (
        SELECT question_id, parent_id, 1 AS depth FROM chats
         WHERE question_id = %(leaf)s AND conversation_id = %(conversation)s
         UNION ALL
        SELECT c.question_id, c.parent_id, depth + 1 FROM path JOIN chats c ON c.question_id = path.parent_id
         WHERE depth < %(turns)s
    )
    SELECT question_id FROM path ORDER BY depth
"""
# Of answers side by side the chosen one is followed, or the first.
_NEWEST_LEAF = """
    WITH RECURSIVE below AS (
        SELECT question_id, question_created_datetime FROM chats
         WHERE question_id = %(top)s AND conversation_id = %(conversation)s
         UNION ALL
        SELECT newest.question_id, newest.question_created_datetime FROM below CROSS JOIN LATERAL (
            SELECT c.question_id, c.question_created_datetime
              FROM chats c LEFT JOIN comparisons k ON k.id = c.comparison_id
             WHERE c.parent_id = below.question_id
             ORDER BY coalesce(k.chosen_slot, 0) = c.slot DESC, c.question_created_datetime DESC LIMIT 1
        ) AS newest
    )
    SELECT question_id FROM below ORDER BY question_created_datetime DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Branch:
    """Turns of the path, the newest first; `older` is the turn before them, None at the top."""

    turns: tuple[Chat, ...]
    older: UUID | None


def read_branch(conversation: Conversation, *, until: UUID | None = None) -> Branch:
    """Return up to `PAGE_TURNS` turns of the path on screen, or of the one that ends with `until`."""
    leaf = until or conversation.current_leaf_id
    path = _question_ids(_PATH, leaf=leaf, conversation=conversation.pk, turns=PAGE_TURNS + 1)
    shown = path[:PAGE_TURNS]
    turns = Chat.objects.prefetch_related(*SHOWN_WITH_GROUP).in_bulk(shown)
    return Branch(tuple(turns[pk] for pk in shown), path[PAGE_TURNS] if len(path) > PAGE_TURNS else None)


def path_of(conversation: Conversation) -> list[UUID]:
    """The whole path on screen, the oldest turn first."""
    everything = conversation.chats.count()
    return _question_ids(_PATH, leaf=conversation.current_leaf_id, conversation=conversation.pk, turns=everything)[::-1]


def siblings_of(conversation: Conversation, turns: Sequence[Chat]) -> dict[UUID, list[UUID]]:
    """For each turn all turns that stand in its place, itself included, the oldest first."""
    places: defaultdict[UUID | None, list[UUID]] = defaultdict(list)
    rows = conversation.chats.order_by("question_created_datetime", "slot").values_list("question_id", "parent_id")
    parents = {turn.parent_id for turn in turns}
    top = rows.filter(parent=None) if None in parents else rows.none()
    for question_id, parent_id in [*top, *rows.filter(parent__in=parents - {None})]:
        places[parent_id].append(question_id)
    return {turn.pk: places[turn.parent_id] for turn in turns}


def switch_branch(conversation: Conversation, turn: UUID) -> None:
    """Show the path through `turn`, down to its newest leaf."""
    leaf = _question_ids(_NEWEST_LEAF, top=turn, conversation=conversation.pk)
    if not leaf:
        raise Invalid(details={"current_leaf": ["There is no such question in this conversation."]})
    conversation.current_leaf_id = leaf[0]
    conversation.save(update_fields=["current_leaf"])


def _question_ids(statement: str, **parameters: Any) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [row[0] for row in cursor.fetchall()]
