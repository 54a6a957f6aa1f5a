"""In which order the collection calls the operations, and what it keeps of their replies.

Later steps need what earlier ones made: a token, a conversation, a question. What the
schema has beyond this story is called before the farewell, so that nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Step:
    """One request.

    `example` names the body when the operation shows several; `also` holds statuses
    beside the successful ones that are right here; `keeps` maps a collection variable
    to the field of the reply that fills it; `query` holds parameters that are sent.
    """

    operation: str
    title: str = ""
    example: str = ""
    also: tuple[int, ...] = ()
    keeps: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A folder of the collection."""

    title: str
    steps: tuple[Step, ...]


_BECOME_GUEST = Step("sessions_open", title="Become a guest", example="A guest", keeps={"token": "token"})
_WAIT = {"wait": "true"}

_OPENING = (
    Chapter("Health", (Step("health_live"), Step("health_ready"))),
    Chapter(
        "Sessions",
        (
            _BECOME_GUEST,
            # Put your own account into the body; there is none on a fresh server.
            Step("sessions_open", title="Sign in", example="An account", also=(401,), keeps={"token": "token"}),
            Step("users_me"),
            Step("sessions_current", keeps={"session_id": "id"}),
            Step("sessions_list"),
            Step("sessions_ticket"),
            Step("sessions_revoke_others"),
        ),
    ),
    Chapter("Models", (Step("models_list"), Step("models_check"))),
    Chapter(
        "Conversations",
        (
            Step("conversations_create", keeps={"conversation_id": "id"}),
            Step("conversations_list"),
            Step("conversations_read"),
            Step("conversations_change"),
            Step("conversations_delete"),
            Step("conversations_restore"),
        ),
    ),
    Chapter(
        "Questions and answers",
        (
            Step("chats_ask", keeps={"question_id": "question_id", "conversation_id": "conversation"}, query=_WAIT),
            Step("chats_read"),
            Step("chats_events"),
            Step("chats_list"),
            Step("conversations_chats"),
            Step("chats_cancel"),
            Step("chats_regenerate", query=_WAIT),
        ),
    ),
    Chapter("Notifications", (Step("notifications_list"), Step("notifications_read"))),
)
# Each of these ends the session that it is called with.
_FAREWELL = Chapter(
    "Farewell",
    (
        Step("sessions_current", title="Note the session", keeps={"session_id": "id"}),
        Step("sessions_revoke"),
        replace(_BECOME_GUEST, title="Become another guest"),
        Step("users_delete_me"),
        replace(_BECOME_GUEST, title="Become a third guest"),
        Step("sessions_sign_out"),
    ),
)


def tell_story(operations: Iterable[str]) -> Iterator[Chapter]:
    """Yield the chapters with all `operations` (their ids) in them and no others."""
    known = set(operations)
    chapters = [_only(known, chapter) for chapter in (*_OPENING, _FAREWELL)]
    told = {step.operation for chapter in chapters for step in chapter.steps}
    further = Chapter("Further operations", tuple(Step(operation) for operation in sorted(known - told)))
    for chapter in (*chapters[:-1], further, chapters[-1]):
        if chapter.steps:
            yield chapter


def _only(known: set[str], chapter: Chapter) -> Chapter:
    return replace(chapter, steps=tuple(step for step in chapter.steps if step.operation in known))
