"""Pictures of documents and questions. They are fetched by this server with the visitor's token: the browser never
asks the API, and addresses of other hosts, which a passage may hold as well, are never followed."""

import re
from collections import OrderedDict
from typing import Final

import streamlit as st

from api_client import ApiError
from visitor import identity

_STATE: Final = "pictures"
_MOST_KEPT: Final = 24
_OURS: Final = re.compile(r"/api/((?:document-images|attachments)/[0-9a-fA-F-]{36}/)")


def read(url: str) -> bytes | None:
    """The picture, or None when it is not ours, gone, or cannot be had now."""
    match = _OURS.fullmatch(url)
    if match is None:
        return None
    kept: OrderedDict[str, bytes] = st.session_state.setdefault(_STATE, OrderedDict())
    if url not in kept:
        try:
            kept[url] = identity.client().library.picture(match[1])
        except ApiError:
            return None
        while len(kept) > _MOST_KEPT:
            kept.popitem(last=False)
    kept.move_to_end(url)
    return kept[url]


def read_all(urls: tuple[str, ...]) -> list[bytes]:
    return [picture for picture in map(read, urls) if picture]
