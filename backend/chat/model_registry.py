"""The one registry of models of this process, fed from the settings."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings

from ai_models.basic.connection import Timeouts
from ai_models.endpoints import Endpoint, SettingError, read_endpoints
from ai_models.registry import EndpointState, ModelEntry, Registry
from chat.errors import SettingInvalid
from config.env import read_environment

# The API shows entries and states, and knows of models only through here.
__all__ = ["EndpointState", "ModelEntry", "model_registry", "require_readable_settings"]

logger = logging.getLogger(__name__)


class _Endpoints:
    """What the settings named last, when they could be read.

    A slip while editing `.env` must not take the models away from running answers.
    """

    def __init__(self) -> None:
        self._last: Sequence[Endpoint] = ()

    def __call__(self) -> Sequence[Endpoint]:
        try:
            self._last = read_endpoints(read_environment())
        except SettingError as error:
            logger.warning("%s is not usable; the endpoints stay as they were", error.variable)
        return self._last


@lru_cache(maxsize=1)
def model_registry() -> Registry:
    timeouts = Timeouts(
        connect=settings.MODEL_CONNECT_SECONDS,
        first_token=settings.MODEL_FIRST_TOKEN_SECONDS,
        between_tokens=settings.MODEL_GAP_SECONDS,
        total=settings.MODEL_TOTAL_SECONDS,
        longest_retry_after=settings.MODEL_RETRY_AFTER_SECONDS,
        rest=settings.MODEL_REST_SECONDS,
    )
    return Registry(_Endpoints(), timeouts=timeouts)


def require_readable_settings() -> None:
    """Raise SettingInvalid when `.env` names endpoints in a way that cannot be read."""
    try:
        read_endpoints(read_environment())
    except SettingError as error:
        raise SettingInvalid(str(error), details={"variable": error.variable}) from None
