"""Asking a question, the same through every door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from api.serializers.chats import ChatSerializer, QuestionSerializer
from chat.answers.questions import Question, submit_question
from chat.errors import Invalid
from chat.models_on_offer import choose_model
from chat.sessions.verifying import SignedIn

_KEY_CHARACTERS = 128
# A question is written down as activity at once, unless something was within the interval of the write-behind.
_LONGEST_UNWRITTEN = timedelta(seconds=5)

# Once: making their fields anew for every question costs as much as a query.
_asked, _shown = QuestionSerializer(), ChatSerializer()


def ask_question(session: SignedIn, body: Any, *, client_key: str) -> dict[str, Any]:
    """Validate `body` (see QuestionSerializer), store the question and return it (see ChatSerializer).

    Raises ValidationError for the body, and what `submit_question` raises.
    """
    fields = _asked.run_validation({} if body is None else body)
    chat = submit_question(
        user=session.user,
        question=Question(
            mode=fields["mode"],
            text=fields["question_text"],
            models=tuple(choose_model(model) for model in fields["models"] or [fields["model"]]),
            wanted_model=fields["model"],
            blind=fields["blind"],
            conversation_id=fields["conversation"],
            parent_id=fields["parent"],
            has_parent="parent" in body,
            collections=None if fields["collections"] is None else tuple(fields["collections"]),
            images=tuple(dict.fromkeys(fields["images"])),
            temporary=fields["temporary"],
        ),
        client_key=checked_client_key(client_key),
        seen_in=session.session_id if session.unwritten > _LONGEST_UNWRITTEN else None,
    )
    return _shown.to_representation(chat)


def checked_client_key(key: str) -> str | None:
    """Return the client's name for its question, or None when it gave none."""
    key = key.strip()
    if len(key) > _KEY_CHARACTERS or not key.isprintable():
        raise Invalid(f"Idempotency-Key must be at most {_KEY_CHARACTERS} printable characters.")
    return key or None
