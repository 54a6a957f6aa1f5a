"""Search over one's own questions and answers: turns that hold all words of a query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from chat.search.snippets import Snippet, make_snippet
from chat.search.terms import terms_to_find, wanted_tokens
from models.chat import RUNNING
from models.models import Chat, Conversation, User


@dataclass(frozen=True, slots=True)
class Match:
    """A turn that holds the words, and the place in it that shows them."""

    question_id: UUID
    snippet: Snippet


def find_turns(user: User, query: str) -> QuerySet[Chat]:
    """The user's turns with all words of the query in the question or the answer; unordered."""
    terms = terms_to_find(user.uuid, query)
    if not terms:
        return Chat.objects.none()
    # Both states by name: the index of the words is for turns that have ended, and the few
    # that run have one of their own.
    ended = ~Q(status__in=RUNNING)
    return Chat.objects.filter(ended | Q(status__in=RUNNING), user=user, search_terms__contains=terms)


def newest_matches(user: User, query: str, conversations: Sequence[Conversation]) -> dict[UUID, Match]:
    """The newest turn found in each of the conversations; those found by their title alone are left out."""
    turns = (
        find_turns(user, query)
        .filter(conversation__in=[conversation.pk for conversation in conversations])
        .order_by("conversation", "-question_created_datetime")
        .distinct("conversation")
        .only("question_id", "conversation_id", "question_text", "response_text")
    )
    wanted = wanted_tokens(query)
    return {
        turn.conversation_id: Match(turn.pk, make_snippet(wanted, [turn.question_text, turn.response_text]))
        for turn in turns
    }
