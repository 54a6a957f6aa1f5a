"""Tickets: a browser's one-time pass for the WebSocket, so that no token stands in a URL.

Only the ticket's hash is stored, in Redis, for half a minute.
"""

from __future__ import annotations

from uuid import UUID

from chat.errors import RedisAway, SessionEnded, Unavailable
from chat.redis_client import get_redis_client
from chat.redis_manager import PREFIX
from chat.sessions.tokens import hash_token, new_token

LIVES_SECONDS = 30


def issue_ticket(session_id: UUID) -> str:
    """Return a new ticket for the session. Raises Unavailable while Redis is away."""
    ticket = new_token()
    try:
        get_redis_client().run(lambda redis: redis.set(_key(ticket), str(session_id), ex=LIVES_SECONDS))
    except RedisAway:
        raise Unavailable(retry_after=2) from None
    return ticket


def redeem_ticket(ticket: str) -> UUID:
    """Return the session of a ticket, which is void from now on. Raises SessionEnded."""
    try:
        found = get_redis_client().run(lambda redis: redis.getdel(_key(ticket)))
    except RedisAway:
        raise Unavailable(retry_after=2) from None
    if not found:
        raise SessionEnded
    return UUID(str(found))


def _key(ticket: str) -> str:
    return f"{PREFIX}ticket:{hash_token(ticket)}"
