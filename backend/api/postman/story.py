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
            Step("users_me", keeps={"user_id": "user_id"}),
            # Codes come from an administrator.
            Step("sessions_redeem", also=(400,)),
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
        "Documents",
        (
            Step("collections_create", keeps={"collection_id": "id"}),
            Step("collections_list"),
            Step("collections_read"),
            Step("collections_change"),
            # Choose files in the body; there are none in the collection.
            Step("documents_add", also=(400,)),
            Step("documents_samples"),
            Step("documents_add_sample", keeps={"document_id": "id"}),
            Step("documents_list"),
            Step("documents_read"),
            Step("documents_passages"),
            Step("documents_file"),
            # Put the number of a picture into the address: image_urls of the passages have them.
            Step("document_images_read", also=(404,)),
            Step("documents_cancel", also=(409,)),
            Step("documents_retry", also=(409,)),
            Step("documents_change"),
            Step("documents_delete"),
            Step("documents_restore"),
            Step("collections_delete"),
            Step("collections_restore"),
        ),
    ),
    Chapter(
        "Questions and answers",
        (
            Step("chats_ask", keeps={"question_id": "question_id", "conversation_id": "conversation"}, query=_WAIT),
            Step("chats_read"),
            # A language model answers Basic chat without a search.
            Step("chats_search", also=(404,)),
            Step("chats_events"),
            Step("chats_list"),
            Step("conversations_chats"),
            Step("chats_rate"),
            Step("chats_cancel"),
            Step("chats_regenerate", query=_WAIT),
            Step("conversations_export", query={"as": "json"}),
            # Needs two models that answer; a fresh server has one.
            Step(
                "chats_ask",
                title="Ask several models",
                example="Several models",
                also=(400,),
                keeps={"comparison_id": "group.id"},
            ),
            Step("comparisons_read", also=(400, 404)),
            Step("comparisons_cancel", also=(400, 404)),
            Step("comparisons_choose", also=(400, 404, 409)),
            Step("comparisons_ranking"),
        ),
    ),
    Chapter(
        "Insights",
        (Step("insights_read", query={"zone": "Asia/Seoul"}), Step("insights_table", query={"part": "models"})),
    ),
    Chapter("Notifications", (Step("notifications_list"), Step("notifications_read"))),
)
# Without a file, which only you can choose, there is no attachment.
_PICTURES = Chapter(
    "Pictures",
    (
        Step("attachments_add", also=(400,), keeps={"attachment_id": "id"}),
        Step("attachments_read", also=(404,)),
        Step("attachments_delete", also=(404,)),
    ),
)
# Choose a file in the body; there is none in the collection, and so no import to look at.
_IMPORTS = Chapter(
    "Imports",
    (
        Step("conversations_import", also=(400,), keeps={"import_id": "id"}),
        Step("imports_list"),
        Step("imports_read", also=(404,)),
        Step("imports_cancel", also=(404, 409)),
    ),
)
_SEARCHING = Chapter(
    "Passages and search",
    (
        Step("rag_data_create", keeps={"data_id": "data_id"}),
        Step("rag_data_list"),
        Step("rag_data_read"),
        Step("rag_data_change"),
        Step("search"),
        Step("search_embeddings"),
        Step("search_logs_list"),
        Step("rag_data_delete"),
    ),
)
# For staff; everybody else is refused, and then there is no invitation to withdraw.
_STAFF = Chapter(
    "Accounts, for staff",
    (
        Step("users_list", also=(403,)),
        Step("users_read", also=(403,)),
        Step("users_change", also=(403, 409)),
        Step("users_reset_password", also=(403, 409)),
        Step("users_invite", also=(403,), keeps={"invitation_id": "id"}),
        Step("users_invitations", also=(403,)),
        Step("users_withdraw_invitation", also=(403, 404)),
    ),
)
_ACCOUNT = Chapter(
    "Your account",
    (
        # The name is taken when this is run again: choose your own.
        Step("users_register", also=(409,), keeps={"token": "token"}),
        Step("users_change_me", also=(403, 409)),
        Step("users_export_me"),
    ),
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
    told_first = (*_OPENING, _SEARCHING, _PICTURES, _IMPORTS, _STAFF, _ACCOUNT)
    chapters = [_only(known, chapter) for chapter in (*told_first, _FAREWELL)]
    told = {step.operation for chapter in chapters for step in chapter.steps}
    further = Chapter("Further operations", tuple(Step(operation) for operation in sorted(known - told)))
    for chapter in (*chapters[:-1], further, chapters[-1]):
        if chapter.steps:
            yield chapter


def _only(known: set[str], chapter: Chapter) -> Chapter:
    return replace(chapter, steps=tuple(step for step in chapter.steps if step.operation in known))
