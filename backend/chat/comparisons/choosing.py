"""Which of the answers side by side was better: the user's choice, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from chat.answers.branches import switch_branch
from chat.answers.questions import stop_answer
from chat.answers.showing import SHOWN_WITH_COMPARISON, answer_in_slot, shown_answers
from chat.errors import AnswerRunning, ComparisonDecided, Invalid, NotFound
from chat.notifications.nudges import nudge_on_commit
from models.models import AnswerStatus, Chat, ComparedPair, Comparison, User, Verdict


def list_comparisons(user: User) -> QuerySet[Comparison]:
    visible = Comparison.objects.filter(user=user, conversation__deleted_at=None)
    return visible.prefetch_related(*SHOWN_WITH_COMPARISON)


def access_comparison(user: User, comparison_id: UUID) -> Comparison:
    """Return the user's comparison with its answers; raise NotFound for anyone else's."""
    comparison = list_comparisons(user).filter(pk=comparison_id).first()
    if comparison is None:
        raise NotFound
    return comparison


def choice_of(comparison: Comparison) -> str | None:
    """Return the id of the chosen answer, "tie", "none" (all are bad), or None as long as nothing was chosen."""
    if comparison.verdict != Verdict.CHOSEN:
        return comparison.verdict or None
    chosen = answer_in_slot(comparison, comparison.chosen_slot)
    return str(chosen) if chosen else None


def choose_answer(user: User, comparison_id: UUID, choice: str) -> Comparison:
    """Store which answer was better (its id, "tie" or "none"); the conversation goes on from a chosen one.

    The names of the models are shown from then on. A choice can be changed, but not a blind
    one: it was made without the names, and that is what it is worth. Raises AnswerRunning
    until all answers have ended, ComparisonDecided, Invalid for what cannot be chosen.
    """
    access_comparison(user, comparison_id)
    with transaction.atomic():
        # While it is held no answer is written anew, and nobody else chooses.
        comparison = Comparison.objects.select_for_update(of=["self"]).get(pk=comparison_id)
        answers = shown_answers(access_comparison(user, comparison_id))
        verdict, slot = _read_choice(choice, answers)
        if (verdict, slot) != (comparison.verdict, comparison.chosen_slot):
            if comparison.blind and comparison.verdict:
                raise ComparisonDecided
            _decide(comparison, verdict, slot)
            _note_pairs(comparison, answers)
        if slot is not None:
            switch_branch(comparison.conversation, UUID(choice))
        nudge_on_commit(user.uuid)
    return access_comparison(user, comparison_id)


def stop_comparison(user: User, comparison_id: UUID) -> Comparison:
    """Stop all answers that are on their way; what has come so far is kept."""
    for chat in shown_answers(access_comparison(user, comparison_id)):
        if chat.is_running:
            stop_answer(user, chat.pk)
    return access_comparison(user, comparison_id)


def _read_choice(choice: str, answers: Sequence[Chat]) -> tuple[Verdict, int | None]:
    if any(chat.is_running for chat in answers):
        raise AnswerRunning("The answers are still being written. Wait for them, or stop them.")
    if choice in (Verdict.TIE, Verdict.NONE):
        return Verdict(choice), None
    chosen = next((chat for chat in answers if str(chat.pk) == choice), None)
    if chosen is None or not chosen.response_text:
        raise Invalid(details={"choice": ['The id of one of the answers that has a text, "tie" or "none".']})
    return Verdict.CHOSEN, chosen.slot


def _decide(comparison: Comparison, verdict: Verdict, slot: int | None) -> None:
    comparison.verdict, comparison.chosen_slot = verdict, slot
    comparison.chosen_datetime = timezone.now()
    comparison.save(update_fields=["verdict", "chosen_slot", "chosen_datetime"])
    comparison.answers.filter(model_hidden=True).update(model_hidden=False)


def _note_pairs(comparison: Comparison, answers: Sequence[Chat]) -> None:
    """What the ranking counts. A model that failed or was stopped was not compared."""
    comparison.pairs.all().delete()
    ComparedPair.objects.bulk_create(
        ComparedPair(
            comparison=comparison,
            user=comparison.user,
            better=better.model,
            worse=worse.model,
            tie=comparison.verdict == Verdict.TIE,
        )
        for better, worse in _pairs(comparison, [chat for chat in answers if chat.status == AnswerStatus.DONE])
        if better.model != worse.model
    )


def _pairs(comparison: Comparison, answers: Sequence[Chat]) -> Iterator[tuple[Chat, Chat]]:
    if comparison.verdict == Verdict.TIE:
        yield from combinations(answers, 2)
    elif comparison.verdict == Verdict.CHOSEN:
        for better in (chat for chat in answers if chat.slot == comparison.chosen_slot):
            yield from ((better, worse) for worse in answers if worse is not better)
