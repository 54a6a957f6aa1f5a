"""Single-use tickets that carry a session token from a script run to the route that sets the cookie.

A script run cannot set a cookie, and a token must reach neither JavaScript nor a URL. So the page is given a ticket,
the browser posts it back, and the route swaps it for the token. Tickets live in this process' memory only, for 30
seconds; a page whose ticket was not used in time is given a new one.
"""

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Final

LIFETIME_SECONDS: Final = 30.0
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
class TicketOffice:
    """The open tickets of this process. Called from script threads and from the event loop."""

    _open: dict[str, Ticket] = field(default_factory=dict)
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


office: Final = TicketOffice()
