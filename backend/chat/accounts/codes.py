"""One-time codes: made, and used up by `redeeming`. They are typed, so they are short: 59 random bits.

Stored is an HMAC with the signing key, which lies in no database: from a stolen dump nobody can find the
code by trying. Online a few wrong ones from an address are all that is compared (`chat.limits`).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from models.models import CodeKind, OneTimeCode, User

# 31 signs, none of which is mistaken for another (no 0 and O, no 1, I and L).
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 3, 4


@dataclass(frozen=True)
class IssuedCode:
    """The only moment at which the code exists in clear."""

    code: str
    row: OneTimeCode


def issue_code(
    kind: CodeKind, *, user: User | None = None, by: User | None = None, makes_staff: bool = False, note: str = ""
) -> IssuedCode:
    """Store a new code and return it."""
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    row = OneTimeCode.objects.create(
        kind=kind,
        code_hash=hash_code(code),
        user=user,
        created_by=by,
        makes_staff=makes_staff,
        note=note,
        expires_datetime=timezone.now() + settings.ONE_TIME_CODE_AGE,
    )
    return IssuedCode(code, row)


def issue_first_admin_code() -> IssuedCode | None:
    """Return the code that makes the first administrator; None when there is one. Earlier ones are void."""
    with transaction.atomic():
        if User.objects.filter(is_staff=True, is_active=True).exists():
            return None
        OneTimeCode.objects.filter(kind=CodeKind.FIRST_ADMIN).delete()
        return issue_code(CodeKind.FIRST_ADMIN)


def hash_code(code: str) -> str:
    """The same for a code that was typed with blanks, in small letters, or without hyphens."""
    plain = "".join(code.split()).replace("-", "").upper()
    return hmac.new(f"one-time code {settings.SECRET_KEY}".encode(), plain.encode(), hashlib.sha256).hexdigest()


def usable_codes() -> Q:
    return Q(used_datetime=None, expires_datetime__gt=Now())
