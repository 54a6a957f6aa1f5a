"""Visitors with an address, as our client signs it."""

from __future__ import annotations

import hashlib
import hmac
import random
import time

from django.conf import settings


def somewhere() -> str:
    return f"198.51.{random.randrange(256)}.{random.randrange(1, 255)}"


def signed(address: str, *, when: int = 0, secret: str = "") -> dict[str, str]:
    """The header X-Visitor for an address; forged with another `secret`, stale with an old `when`."""
    said = f"{when or int(time.time())};{address}"
    key = (secret or settings.VISITOR_SECRET).encode()
    return {"X-Visitor": f"{said};{hmac.new(key, said.encode(), hashlib.sha256).hexdigest()}"}
