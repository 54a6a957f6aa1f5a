"""Guards whatever compares a secret: at most so many wrong ones for an account, and from an address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chat.limits.rules import (
    code_from_address,
    guests_from_address,
    registration_from_address,
    sign_in_from_address,
    sign_in_of_account,
)
from chat.limits.window import Rule, give_back, take
from chat.open_connections import give_back_connection


@contextmanager
def password_attempt(*, account: str, address: str) -> Iterator[None]:
    """Count the attempt before the block compares; a block that ends without an error was none.

    `account` is its uuid: of one name there are many spellings. Raises TooManySignIns, and then
    nothing was compared.
    """
    give_back_connection()
    with _attempt(sign_in_of_account(), account), _attempt(sign_in_from_address(), address):
        yield


@contextmanager
def code_attempt(*, address: str) -> Iterator[None]:
    """The same for one-time codes. Raises TooManyCodes."""
    give_back_connection()
    with _attempt(code_from_address(), address):
        yield


def allow_registration(*, address: str) -> None:
    """Count a new account. Raises TooManyRegistrations."""
    take(registration_from_address(), address)


def allow_guest(*, address: str) -> None:
    """Count a new guest: each has tokens of their own for a day. Raises TooManyGuests."""
    take(guests_from_address(), address)


@contextmanager
def _attempt(rule: Rule, subject: str) -> Iterator[None]:
    ticket = take(rule, subject)
    yield
    give_back(rule, subject, ticket)
