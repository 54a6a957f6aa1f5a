"""Replies that are a file made while it is sent."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from chat.library.files import display_name

# What Windows takes in no name, and a dot that would hide the file.
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]|^\.+')
_NAME_CHARACTERS = 80


def download_reply(pieces: AsyncIterator[str], *, media_type: str, file_name: str) -> StreamingHttpResponse:
    """Send what the iterator yields, as an attachment of that name. It must be asynchronous to arrive piece by piece."""
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=file_name) or "",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingHttpResponse(pieces, content_type=media_type, headers=headers)


def name_from_title(title: str, suffix: str) -> str:
    """A file name made of a title in any language, safe on every system."""
    words = " ".join(_NOT_IN_NAMES.sub(" ", title).split())[:_NAME_CHARACTERS].strip(" .")
    return f"{display_name(words) if words else 'conversation'}{suffix}"
