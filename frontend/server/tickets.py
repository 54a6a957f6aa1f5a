"""Single-use tickets that carry a session token from a script run to the route that sets the cookie.

A script run cannot set a cookie, and a token must reach neither JavaScript nor a URL. So the page is given a ticket,
the browser posts it back, and the route swaps it for the token. Tickets live in this process' memory only, for 30
seconds; a page whose ticket was not used in time is given a new one.
"""

import asyncio
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

LIFETIME_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 0.05
_MOST_OPEN: Final = 10_000


@dataclass
class Ticket:
    """Shared by the script run that issued it and the route that redeems it.

    `ends`: the cookie is to go, if it still holds this token.
    """

    token: str = field(repr=False)
    ends: bool = False
    value: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    expires: float = field(default_factory=lambda: time.monotonic() + LIFETIME_SECONDS)
    _used: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def is_used(self) -> bool:
        return self._used.is_set()

    @property
    def is_open(self) -> bool:
        return not self.is_used and self.expires >= time.monotonic()

    def mark_used(self) -> None:
        self._used.set()

    def wait_until_used(self, seconds: float) -> None:
        """Return when the browser has its cookie, or when the time is up."""
        self._used.wait(seconds)


@dataclass
class Handover:
    """From a browser's session to the one that takes its place; `ticket` is that one's, as soon as it is known."""

    ticket: Ticket | None = None
    expires: float = field(default_factory=lambda: time.monotonic() + LIFETIME_SECONDS)

    @property
    def is_open(self) -> bool:
        return self.expires >= time.monotonic()

    @property
    def is_done(self) -> bool:
        return self.ticket is not None and self.ticket.is_used


@dataclass
class TicketOffice:
    """The open tickets of this process. Called from script threads and from the event loop."""

    _open: dict[str, Ticket] = field(default_factory=dict)
    # By the token that is given up.
    _handovers: dict[str, Handover] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def issue(self, token: str, *, ends: bool = False) -> Ticket:
        """A new ticket for the token."""
        ticket = Ticket(token, ends=ends)
        with self._lock:
            self._open = {value: each for value, each in self._open.items() if each.is_open}
            if len(self._open) >= _MOST_OPEN:
                self._open.pop(next(iter(self._open)))
            self._open[ticket.value] = ticket
        return ticket

    def redeem(self, value: str) -> Ticket | None:
        """The ticket, once; None for one that is unknown, used or too old."""
        with self._lock:
            ticket = self._open.pop(value, None)
            if ticket is None or not ticket.is_open:
                return None
            ticket.mark_used()
        return ticket

    @contextmanager
    def handing_over(self, token: str) -> Iterator[Handover]:
        """Around what puts another session in the place of this token's; the ticket of that one is to be noted."""
        handover = Handover()
        with self._lock:
            self._handovers = {old: each for old, each in self._handovers.items() if each.is_open}
            self._handovers[token] = handover
        try:
            yield handover
        finally:
            with self._lock:
                if handover.ticket is None and self._handovers.get(token) is handover:
                    del self._handovers[token]

    async def is_handed_over(self, token: str) -> bool:
        """Whether the browser has the cookie of the session that took this token's place; waits for it, if it is due."""
        while (handover := self._handovers.get(token)) and handover.is_open:
            if handover.is_done:
                return True
            await asyncio.sleep(_LOOK_SECONDS)
        return False


office: Final = TicketOffice()
