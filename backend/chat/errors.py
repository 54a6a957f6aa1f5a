"""One family of errors. The API and the socket map them in one place each.

`message` is safe to show: no path, no secret, no provider's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class ServiceError(Exception):
    """Something the caller can be told. `status` is the HTTP status it maps to."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    message: ClassVar[str] = "The request could not be carried out."

    def __init__(
        self,
        message: str | None = None,
        *,
        details: Mapping[str, object] | None = None,
        retry_after: int | None = None,
    ) -> None:
        self.text = message or self.message
        self.details = dict(details or {})
        # Seconds; becomes the header Retry-After.
        self.retry_after = retry_after
        super().__init__(self.text)


class Invalid(ServiceError):
    code = "invalid"
    message = "The request is not valid. See details."


class NotFound(ServiceError):
    code = "not_found"
    status = 404
    message = "There is nothing here, or it is not yours."


class NotSignedIn(ServiceError):
    code = "not_signed_in"
    status = 401
    message = "Sign in first: POST /api/sessions/ gives a token. Send it as Authorization: Bearer <token>."


class InvalidCredentials(ServiceError):
    code = "invalid_credentials"
    status = 401
    message = "The name or the password is wrong."


class SessionEnded(ServiceError):
    code = "session_ended"
    status = 401
    message = "This session has ended. Sign in again."


class AnswerRunning(ServiceError):
    code = "answer_running"
    status = 409
    message = "The last question of this conversation is still being answered. Wait for it, or stop it."


class IdempotencyConflict(ServiceError):
    code = "idempotency_conflict"
    status = 409
    message = "This Idempotency-Key was used for another question."


class ComparisonDecided(ServiceError):
    code = "comparison_decided"
    status = 409
    message = "This comparison was decided already."


class ModelUnknown(ServiceError):
    code = "model_unknown"
    message = "There is no such model. GET /api/models/ lists them."


class ModelCannotSee(ServiceError):
    code = "model_cannot_see"
    message = "This model takes no pictures. Choose one whose capabilities have images, or ask without them."


class PictureRefused(ServiceError):
    code = "picture_refused"
    message = "This is no picture that can be read: a PNG, JPEG, WebP or GIF."


class TooLarge(ServiceError):
    code = "too_large"
    status = 413
    message = "The request is too large."


class TooMany(ServiceError):
    code = "throttled"
    status = 429
    message = "Too many at once. Try again shortly."


class LimitReached(TooMany):
    """A limit of the settings. `details` carries `retry_after`, too, for clients that see no headers."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(details={"retry_after": retry_after}, retry_after=retry_after)


class TooManySignIns(LimitReached):
    code = "too_many_sign_ins"
    message = "Too many wrong passwords. Wait before you try again."


class TooManyCodes(LimitReached):
    code = "too_many_codes"
    message = "Too many wrong codes. Wait before you try again."


class TooManyRegistrations(LimitReached):
    code = "too_many_registrations"
    message = "Too many new accounts from this address. Try again later."


class TooManyGuests(LimitReached):
    code = "too_many_guests"
    message = "Too many new guests from this address. Sign in, or try again later."


class TooManyQuestions(LimitReached):
    code = "too_many_questions"
    message = "Too many questions in one minute. Try again shortly."


class TooManyAnswers(LimitReached):
    code = "too_many_answers"
    message = "Too many answers are being written for you at once. Wait until one has ended."


class DailyTokensUsed(LimitReached):
    code = "daily_tokens_used"
    message = "You have used all tokens of a day. The wait says when the first ones are free again."


class TooManyUploads(LimitReached):
    code = "too_many_uploads"
    message = "Too many files in one hour. Try again later."


class Forbidden(ServiceError):
    code = "forbidden"
    status = 403
    message = "You may not do this."


class RegistrationClosed(Forbidden):
    code = "registration_closed"
    message = "New accounts are made by invitation only. Ask an administrator for one."


class GuestsClosed(Forbidden):
    code = "guests_closed"
    message = "Guests are not admitted here. Sign in."


class WrongPassword(ServiceError):
    code = "wrong_password"
    status = 403
    message = "The present password is wrong or missing."


class UserIdInvalid(ServiceError):
    code = "user_id_invalid"
    message = "This name cannot be used. See details."


class UserIdTaken(ServiceError):
    code = "user_id_taken"
    status = 409
    message = "This name is taken."


class PasswordWeak(ServiceError):
    code = "password_weak"
    message = "This password is too easy to guess. See details."


class NotGuest(ServiceError):
    code = "is_guest"
    status = 409
    message = "A guest has no password. Register first: POST /api/users/ keeps every chat."


class AlreadyAccount(ServiceError):
    code = "is_account"
    status = 409
    message = "You have an account already."


class CodeInvalid(ServiceError):
    code = "code_invalid"
    message = "This code is wrong, used, or too old. Ask for a new one."


class NotYourself(ServiceError):
    code = "not_yourself"
    status = 409
    message = "You cannot take this from yourself. Another administrator can."


class SettingInvalid(ServiceError):
    code = "setting_invalid"
    status = 409
    message = "A setting of the server cannot be used."


class Unavailable(ServiceError):
    code = "unavailable"
    status = 503
    message = "A part of the service is away for the moment. Try again shortly."


class RedisAway(Unavailable):
    """Redis does not answer. Callers that can go on without it catch this one."""
