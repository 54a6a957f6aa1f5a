"""How long what was deleted can be had back."""

from __future__ import annotations

from datetime import timedelta

UNDO_FOR = timedelta(hours=24)
