"""Accepting questions: one transaction stores the row and wakes a worker."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.db.models.functions import Now
from django.utils import timezone

from chat.answers.doorbell import hang_up, ring
from chat.answers.showing import SHOWN_WITH_GROUP, SHOWN_WITH_IT
from chat.answers.storing import store_and_ring
from chat.attachments import named_attachments
from chat.comparisons.opening import models_in_slots, open_comparison
from chat.conversations import access_conversation, title_from_question
from chat.errors import AnswerRunning, ComparisonDecided, IdempotencyConflict, Invalid, LimitReached, NotFound
from chat.library.collections import named_collections
from chat.limits.asking import allow_question, require_room_for_answer
from chat.models_on_offer import fit_to_mode, require_sight
from chat.notifications.nudges import nudge_on_commit
from chat.search.terms import terms_to_store
from models.chat import RUNNING
from models.models import AnswerStatus, Attachment, Chat, Comparison, Conversation, Mode, User

_NO_ATTACHMENTS = Attachment.objects.none()
_RETRYABLE = (AnswerStatus.FAILED, AnswerStatus.INTERRUPTED, AnswerStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Question:
    """What a client asks: of one of `models`, which was chosen for `wanted_model` ("" for any), or of several.

    Several answer side by side, and with `blind` nobody sees which is which. `comparison` and
    `slot`: where among them an answer is written again. `collections` None: those of the conversation; () means all that the user may read.
    `conversation_id` None opens a new conversation. `parent_id` counts with `has_parent`
    only: the question then follows that turn (None: opens the conversation anew), beside
    what followed it before; so an earlier question is edited.
    """

    mode: str
    text: str
    models: tuple[str, ...]
    wanted_model: str = ""
    blind: bool = False
    comparison: Comparison | None = None
    slot: int = 0
    conversation_id: UUID | None = None
    parent_id: UUID | None = None
    has_parent: bool = False
    collections: tuple[UUID, ...] | None = None
    # Ids of attachments.
    images: tuple[UUID, ...] = ()
    # The new conversation that it opens is a temporary one (chat/temporary.py).
    temporary: bool = False

    @property
    def fingerprint(self) -> str:
        parent = str(self.parent_id) if self.has_parent else ""
        body = json.dumps([self.mode, self.text, self.wanted_model, str(self.conversation_id), parent, *self._extras()])
        return hashlib.sha256(body.encode()).hexdigest()

    def _extras(self) -> list[list[str]]:
        collections = [] if self.collections is None else [["collections", *sorted(map(str, self.collections))]]
        images = [["images", *map(str, self.images)]] if self.images else []
        models = [["models", *self.models, str(self.blind)]] if len(self.models) > 1 else []
        place = [["comparison", str(self.comparison.pk), str(self.slot)]] if self.comparison else []
        temporary = [["temporary"]] if self.temporary else []
        return [*collections, *images, *models, *place, *temporary]


def list_chats(user: User) -> QuerySet[Chat]:
    """The user's questions, unordered; those of temporary conversations are not listed."""
    return _accessible(user).filter(conversation__temporary=False).prefetch_related(*SHOWN_WITH_IT)


def access_chat(user: User, question_id: UUID) -> Chat:
    """Return the user's question with its answer and those beside it; raise NotFound for anyone else's."""
    chat = _accessible(user).prefetch_related(*SHOWN_WITH_GROUP).filter(pk=question_id).first()
    if chat is None:
        raise NotFound
    return chat


def read_accepted_chat(question_id: UUID) -> Chat | None:
    """Return a question that was accepted in this very request: who may see it was settled then.

    None when it was deleted meanwhile.
    """
    return Chat.objects.prefetch_related(*SHOWN_WITH_GROUP).filter(pk=question_id).first()


def _accessible(user: User) -> QuerySet[Chat]:
    return Chat.objects.filter(user=user, conversation__deleted_at=None)


def submit_question(*, user: User, question: Question, client_key: str | None, seen_in: UUID | None = None) -> Chat:
    """Store the question and wake a worker; with a `client_key` at most once.

    Asked of several models, it is stored for each of them, and the first one's is returned. `seen_in`: the session to be
    written down as active along with it. Raises AnswerRunning while the conversation's last answer is on its way,
    IdempotencyConflict when the key was used for something else, LimitReached, and SessionEnded for a user who is gone.
    """
    try:
        allow_question(user, client_key=client_key)
        with transaction.atomic():
            require_room_for_answer(user, answers=len(question.models))
            chat = _store(user, question, client_key, seen_in)
            # Other tabs and devices show it as well.
            nudge_on_commit(user.uuid)
            return chat
    except LimitReached:
        # One that was accepted before is no new question.
        if chat_before := _asked_before(user, question, client_key):
            return chat_before
        raise
    except IntegrityError as error:
        return _resolve_conflict(error, user, question, client_key)


def _asked_before(user: User, question: Question, client_key: str | None) -> Chat | None:
    if client_key is None:
        return None
    asked = _accessible(user).filter(client_key=client_key, slot=question.slot)
    chat = asked.prefetch_related(*SHOWN_WITH_GROUP).first()
    if chat and chat.client_fingerprint != question.fingerprint:
        raise IdempotencyConflict
    return chat


def _store(user: User, question: Question, client_key: str | None, seen_in: UUID | None) -> Chat:
    question_ids = [uuid4() for _ in question.models]
    is_new = question.conversation_id is None
    conversation = _conversation_for(user, question, question_ids[0])
    models = models_in_slots(question.models, mode=conversation.mode, blind=question.blind)
    images = _images_for(user, question, models)
    comparison = _comparison_for(conversation, question)
    shared: dict[str, Any] = {
        "user": user,
        "conversation": conversation,
        "parent_id": _parent_of(conversation, question, None if is_new else conversation.current_leaf_id),
        "mode": conversation.mode,
        "collections": _collections_for(user, conversation, question, is_new=is_new),
        "question_text": question.text,
        "question_created_datetime": timezone.now(),
        "client_key": client_key,
        "client_fingerprint": question.fingerprint,
        "comparison": comparison,
        "model_hidden": comparison is not None and comparison.blind,
        "search_terms": None if conversation.temporary else terms_to_store(user.uuid, question.text),
    }
    chats = [
        Chat(question_id=question_id, model=model, slot=slot, **shared)
        for slot, (question_id, model) in enumerate(zip(question_ids, models, strict=True), start=question.slot)
    ]
    store_and_ring([conversation, *chats] if is_new else chats, user=user.uuid, seen_in=seen_in)
    for chat in chats if images else ():
        chat.attachments.set(images)
    if not images:
        # So that nobody looks for any; as `prefetch_related_objects`, which takes a query's time for it.
        chats[0]._prefetched_objects_cache = {"attachments": _NO_ATTACHMENTS}  # type: ignore[attr-defined]
    if not is_new:
        _move_on(conversation, chats[0])
    if comparison is not None:
        prefetch_related_objects(chats[:1], *SHOWN_WITH_GROUP)
    return chats[0]


def _comparison_for(conversation: Conversation, question: Question) -> Comparison | None:
    """Return where the answers stand side by side; None for an ordinary one."""
    if len(question.models) > 1:
        return open_comparison(conversation, blind=question.blind)
    if question.comparison is None:
        return None
    # Not while it is being decided.
    undecided = Comparison.objects.select_for_update().filter(pk=question.comparison.pk, verdict="").first()
    if undecided is None:
        raise ComparisonDecided
    return undecided


def _images_for(user: User, question: Question, models: tuple[str, ...]) -> list[Attachment]:
    for model in models if question.images else ():
        require_sight(model)
    return named_attachments(user, question.images)


def _conversation_for(user: User, question: Question, question_id: UUID) -> Conversation:
    """Return the conversation; one that is made for this question has it as its leaf already, and is not stored yet."""
    if question.conversation_id is not None:
        conversation = access_conversation(user, question.conversation_id)
        if question.temporary and not conversation.temporary:
            raise Invalid(details={"temporary": ["This conversation is none. Ask without `conversation`."]})
        return conversation
    return Conversation(
        user=user,
        mode=question.mode,
        title="" if question.temporary else title_from_question(question.text),
        temporary=question.temporary,
        current_leaf_id=question_id,
    )


def _collections_for(user: User, conversation: Conversation, question: Question, *, is_new: bool) -> list[UUID]:
    """Where the answer is looked for; a conversation that this question opens looks there from then on."""
    if question.collections is None:
        is_advanced = conversation.mode == Mode.ADVANCED and not is_new
        return list(conversation.collections.values_list("pk", flat=True)) if is_advanced else []
    named = named_collections(user, question.collections)
    if is_new and named:
        conversation.collections.set(named)
    return list(question.collections)


def _move_on(conversation: Conversation, chat: Chat) -> None:
    conversation.updated_datetime = timezone.now()
    changed = ["updated_datetime"]
    # The first of several is followed until one of them is chosen, also when another is written again.
    if chat.slot == 0:
        conversation.current_leaf = chat
        changed.append("current_leaf")
    # Nothing is written over a title: it may have been given since this one was read.
    if not conversation.title and not conversation.temporary:
        conversation.title = title_from_question(chat.question_text)
        changed.append("title")
    conversation.save(update_fields=changed)


def _parent_of(conversation: Conversation, question: Question, leaf: UUID | None) -> UUID | None:
    if not question.has_parent:
        return leaf
    if question.parent_id is not None and not conversation.chats.filter(pk=question.parent_id).exists():
        raise Invalid(details={"parent": ["There is no such question in this conversation."]})
    return question.parent_id


def _resolve_conflict(error: IntegrityError, user: User, question: Question, client_key: str | None) -> Chat:
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    if constraint not in ("chat_one_running_per_conversation", "chat_asked_once"):
        raise error
    # A question that is asked again while its answer runs offends against both.
    if chat := _asked_before(user, question, client_key):
        return chat
    raise (AnswerRunning if constraint == "chat_one_running_per_conversation" else IdempotencyConflict) from None


def stop_answer(user: User, question_id: UUID) -> Chat:
    """Ask for the answer to be stopped; what has come so far is kept.

    Its worker stores the end, normally within milliseconds, so that what is stored is what
    was shown. Finished answers stay as they are.
    """
    chat = access_chat(user, question_id)
    with transaction.atomic():
        # Nobody has begun: there is nobody to wait for.
        never_begun = Chat.objects.filter(pk=chat.pk, status=AnswerStatus.QUEUED).update(
            status=AnswerStatus.CANCELLED, finished_datetime=Now(), lease_until=None
        )
        # Also one whose worker has just given it back: nobody may claim it again.
        begun = Chat.objects.filter(pk=chat.pk, status__in=RUNNING).update(stop_requested=True)
    chat = access_chat(user, question_id)
    if begun and not never_begun:
        hang_up(chat.pk)
    return chat


def regenerate_answer(*, user: User, question_id: UUID, model: str, client_key: str | None) -> Chat:
    """Answer the same question again.

    An answer that failed, was stopped or was interrupted is rerun in its own row, unless
    another `model` is wanted. A finished one stays, and the new one becomes its sibling; in
    a comparison without a choice the new one takes its place.
    """
    chat = access_chat(user, question_id)
    if model and chat.model_hidden:
        raise Invalid(details={"model": ["Not before the choice: it would tell which model this is."]})
    model = fit_to_mode(model, chat.mode) if model else ""
    if chat.status in _RETRYABLE and model in ("", chat.model):
        return _rerun(user, chat)
    if chat.status in RUNNING:
        raise AnswerRunning
    is_compared = chat.comparison is not None and not chat.comparison.verdict
    question = Question(
        mode=chat.mode,
        text=chat.question_text,
        models=(model or chat.model,),
        wanted_model=model,
        comparison=chat.comparison if is_compared else None,
        slot=chat.slot if is_compared else 0,
        conversation_id=chat.conversation_id,
        parent_id=chat.parent_id,
        has_parent=True,
        collections=tuple(chat.collections),
        images=tuple(attachment.pk for attachment in chat.attachments.all()),
    )
    return submit_question(user=user, question=question, client_key=client_key)


def _rerun(user: User, chat: Chat) -> Chat:
    try:
        allow_question(user, client_key=None)
        with transaction.atomic():
            require_room_for_answer(user)
            queued = Chat.objects.filter(pk=chat.pk, status__in=_RETRYABLE).update(
                status=AnswerStatus.QUEUED,
                error_code="",
                attempts=0,
                stop_requested=False,
                lease_until=Now() + timedelta(seconds=settings.ANSWER_LEASE_SECONDS),
            )
            if not queued:
                raise AnswerRunning
            ring()
    except IntegrityError:
        raise AnswerRunning from None
    return access_chat(user, chat.pk)
