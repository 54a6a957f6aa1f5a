"""Tokens: 32 random bytes for the client; only their SHA-256 is stored, anywhere."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return the hash as 64 hexadecimal digits. A random token needs no salt."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
