"""Which names an account may have. Two names that look alike are one, or are refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from chat.errors import UserIdInvalid
from models.models import User

SHORTEST, LONGEST = 2, 40
RESERVED_PREFIX = "guest-"
# They stand where a name can stand, under users/.
_ADDRESSES = frozenset({"me", "invitations"})
_PUNCTUATION = frozenset("._-+@")
# Letters by their category, but drawn as nothing: the fillers of Hangul and Khmer, and a joiner of marks.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u17b4\u17b5\u034f")
# Alphabets with letters that look the same; one name keeps to one of them.
_ALIKE = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE"})

_MESSAGES = {
    "length": f"Between {SHORTEST} and {LONGEST} characters.",
    "characters": "Letters and digits of any language, and . _ - + @ between them; no spaces.",
    "edges": "A letter or a digit at the beginning.",
    "mixed_alphabets": "Letters of one alphabet only: some look the same in several.",
    "reserved": f"Not one of ours: {RESERVED_PREFIX}... are guests, and some words are addresses of the API.",
}


def checked_user_id(name: str) -> str:
    """Return the name as it is stored (NFKC). Raises UserIdInvalid with every reason in `details`."""
    plain = unicodedata.normalize("NFKC", name)
    reasons = list(_reasons_against(plain))
    if reasons:
        found = [{"code": f"user_id_{reason}", "message": _MESSAGES[reason]} for reason in reasons]
        raise UserIdInvalid(details={"user_id": found})
    return plain


def users_named(name: str) -> QuerySet[User]:
    """The user of that name, in whatever case and width it was typed; an index serves it."""
    plain = unicodedata.normalize("NFKC", name).replace("\x00", "")
    return User.objects.annotate(key=Lower("user_id")).filter(key=Lower(Value(plain)))


def _reasons_against(name: str) -> Iterator[str]:
    if not SHORTEST <= len(name) <= LONGEST:
        yield "length"
    if not all(_is_allowed(character) for character in name):
        yield "characters"
    elif name and not _is_letter_or_digit(name[0]):
        yield "edges"
    if len(_alike_alphabets(name)) > 1:
        yield "mixed_alphabets"
    if name.lower().startswith(RESERVED_PREFIX) or name.lower() in _ADDRESSES:
        yield "reserved"


def _is_allowed(character: str) -> bool:
    return character in _PUNCTUATION or _is_letter_or_digit(character) or _is_mark(character)


def _is_letter_or_digit(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN" and character not in _BLANK


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Mc"} and character not in _BLANK


def _alike_alphabets(name: str) -> set[str]:
    """The alphabet is the first word of a letter's Unicode name."""
    return {unicodedata.name(character, "?").split(" ")[0] for character in name if character.isalpha()} & _ALIKE
