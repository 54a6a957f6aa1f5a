"""The rules, as the settings say: who may do what how often."""

from __future__ import annotations

from django.conf import settings

from chat.errors import (
    TooManyCodes,
    TooManyGuests,
    TooManyQuestions,
    TooManyRegistrations,
    TooManySignIns,
    TooManyUploads,
)
from chat.limits.window import Rule
from models.models import User

MINUTE, HOUR = 60, 3600


def sign_in_of_account() -> Rule:
    return Rule("sign-in", settings.SIGN_IN_ATTEMPTS, settings.SIGN_IN_WINDOW_SECONDS, TooManySignIns)


def sign_in_from_address() -> Rule:
    limit = settings.SIGN_IN_ATTEMPTS_PER_ADDRESS
    return Rule("sign-in-from", limit, settings.SIGN_IN_WINDOW_SECONDS, TooManySignIns)


def code_from_address() -> Rule:
    return Rule("code-from", settings.SIGN_IN_ATTEMPTS, settings.SIGN_IN_WINDOW_SECONDS, TooManyCodes)


def registration_from_address() -> Rule:
    return Rule("registration-from", settings.REGISTRATIONS_PER_HOUR, HOUR, TooManyRegistrations)


def guests_from_address() -> Rule:
    return Rule("guests-from", settings.GUESTS_PER_HOUR, HOUR, TooManyGuests)


def questions_of_user() -> Rule:
    return Rule("questions", settings.QUESTIONS_PER_MINUTE, MINUTE, TooManyQuestions)


def uploads_of_user() -> Rule:
    return Rule("uploads", settings.UPLOADS_PER_HOUR, HOUR, TooManyUploads)


def is_exempt(user: User) -> bool:
    """Staff is bound only when the setting says so; to signing in everybody is."""
    return user.is_staff and not settings.LIMITS_FOR_STAFF
