"""Turns what a model server says when it will not answer into our own errors.

The server's words are read here for hints and never leave this file.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ai_models.contract import (
    ModelBadAnswer,
    ModelContextTooLong,
    ModelError,
    ModelFailed,
    ModelNotFound,
    ModelRateLimited,
    ModelRefusedKey,
    ModelTimeout,
)

_TOO_LONG = re.compile(
    r"context.{0,20}(?:length|window|size)|maximum context|too many (?:input )?tokens|prompt is too long"
    r"|exceeds? .{0,40}context",
    re.IGNORECASE | re.DOTALL,
)
_NO_MODEL = re.compile(
    r"model_not_found|invalid model|model.{0,100}(?:not found|does not exist)", re.IGNORECASE | re.DOTALL
)


def error_for(status: int, words: str, retry_after: float | None = None) -> ModelError:
    """The error for an HTTP status (or the `code` of an error inside a stream)."""
    if status in {401, 403}:
        return ModelRefusedKey()
    if status == 404:
        return ModelNotFound()
    if status == 408:
        return ModelTimeout()
    if status == 429:
        return ModelRateLimited(retry_after=retry_after)
    if status == 413 or (status < 500 and _TOO_LONG.search(words)):
        return ModelContextTooLong()
    if status < 500 and _NO_MODEL.search(words):
        return ModelNotFound()
    if status < 400:
        return ModelBadAnswer()  # A redirect; following it could carry the key elsewhere.
    return ModelFailed(retryable=status >= 500)


def error_in_stream(event: Mapping[str, object]) -> ModelError | None:
    """The error that an event of a stream reports, if it reports one."""
    error = event.get("error") or (event if event.get("object") == "error" else None)
    if not error:
        return None
    code = error.get("code") if isinstance(error, Mapping) else None
    status = int(code) if isinstance(code, int) or (isinstance(code, str) and code.isdigit()) else 400
    return error_for(status if 400 <= status < 600 else 500, str(error))


def read_retry_after(value: str) -> float | None:
    """Seconds from now, for both forms of the header (RFC 9110, 10.2.3); None if unreadable."""
    if re.fullmatch(r"\d+(?:\.\d+)?", value.strip()):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
