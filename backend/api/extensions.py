"""Endpoints of installed packages: the entry points of the group `triple_chat.endpoints`.

An entry point names a list of URL patterns, which are served under `/api/extensions/<its name>/`.
They run with all rights of the API: only what the operator has installed is there. A broken
package is reported and never takes the others down.
"""

from __future__ import annotations

import logging
from importlib.metadata import entry_points
from typing import Any

from django.urls import URLPattern, URLResolver, include, path

GROUP = "triple_chat.endpoints"
PREFIX = "extensions/"

logger = logging.getLogger(__name__)


def extension_patterns() -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for entry_point in sorted(entry_points(group=GROUP)):
        try:
            found.append(path(f"{PREFIX}{entry_point.name}/", include(list(entry_point.load()))))
        except Exception:  # Foreign code: whatever it raises is its own business.
            logger.exception("the endpoints of %s cannot be used", entry_point.name)
    return found


def leave_out_extensions(endpoints: list[Any], **_: Any) -> list[Any]:
    """drf-spectacular's pre-processing hook: the schema describes this project, not what is installed beside it."""
    return [each for each in endpoints if not each[0].startswith(f"/api/{PREFIX}")]
