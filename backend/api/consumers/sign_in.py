"""Who opens a socket: a token in the header, or for browsers a ticket in the subprotocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from chat.errors import SessionEnded
from chat.sessions.tickets import redeem_ticket
from chat.sessions.verifying import SignedIn, verify_session, verify_session_id

SUBPROTOCOL = "triple-chat"
_TICKET = "ticket."


class OriginRefused(Exception):
    """A page of another site tried to open a socket in its visitor's name."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What the client's opening request said."""

    headers: dict[str, str]
    subprotocols: tuple[str, ...]

    @classmethod
    def of(cls, scope: dict[str, Any]) -> Handshake:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        return cls(headers, tuple(scope.get("subprotocols") or ()))

    @property
    def accepted_subprotocol(self) -> str | None:
        return SUBPROTOCOL if SUBPROTOCOL in self.subprotocols else None


def sign_in_socket(handshake: Handshake) -> SignedIn:
    """Return who opens the socket. Raises OriginRefused, SessionEnded, and Unavailable."""
    check_origin(handshake.headers.get("origin"), handshake.headers.get("host", ""))
    scheme, _, token = handshake.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return verify_session(token.strip())
    tickets = [name.removeprefix(_TICKET) for name in handshake.subprotocols if name.startswith(_TICKET)]
    if not tickets:
        raise SessionEnded
    return verify_session_id(redeem_ticket(tickets[0]))


def check_origin(origin: str | None, host: str) -> None:
    """Refuse pages of other sites. Clients that are no browsers send no Origin."""
    if origin is None:
        return
    allowed = {_site(settings.PUBLIC_URL)}
    # A name that somebody else points to this address is no host of ours.
    if validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        allowed |= {_site(f"http://{host}"), _site(f"https://{host}")}
    if _site(origin) not in allowed:
        raise OriginRefused


def _site(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port, which together are an origin."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        raise OriginRefused from None
