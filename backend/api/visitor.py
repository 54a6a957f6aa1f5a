"""From which address a request comes. X-Forwarded-For is not looked at: anybody can write it.

Our own client speaks for its visitors: it signs their address with a secret that only both servers know.
Whoever else calls is taken by the address of the connection.
"""

from __future__ import annotations

import hashlib
import hmac
import time

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from chat.sessions.place import parse_address

# The clocks of both servers may differ a little; an old signature is no use to anybody.
_VALID_SECONDS = 300


def visitor_address(request: Request | HttpRequest) -> str:
    """Return the visitor's address in its usual form, or "" when the connection has none (a unix socket)."""
    signed = _signed_address(request.headers.get("X-Visitor", ""))
    parsed = parse_address(signed or request.META.get("REMOTE_ADDR") or "")
    return str(parsed or "")


def _signed_address(header: str) -> str:
    """`<seconds since 1970>;<address>;<HMAC-SHA256 of what stands before>`; "" unless it is right and fresh."""
    said, _, signature = header.rpartition(";")
    when, _, address = said.partition(";")
    expected = hmac.new(settings.VISITOR_SECRET.encode(), said.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()) or not (when.isascii() and when.isdigit()):
        return ""
    return address if abs(time.time() - int(when)) <= _VALID_SECONDS else ""
