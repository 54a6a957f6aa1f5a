"""How a place in a document is written: its page and the path of its headings."""

from typing import Final

from components.markup import plain_label
from i18n import t

_STEP: Final = " > "


def place_of(page: int | None, heading: str) -> str:
    """ "page 3 · Heading > Sub"; "" for a place that has neither."""
    return " · ".join(part for part in (page_name(page), heading) if part)


def page_name(page: int | None) -> str:
    return t("place.page", page=page) if page is not None else ""


def titled(title: str, page: int | None, heading: str = "") -> str:
    return " · ".join(part for part in (title, place_of(page, below(title, heading))) if part)


def below(title: str, heading: str) -> str:
    """The path without its first heading where that is the document's title again."""
    first, _, rest = heading.partition(_STEP)
    return rest if first.strip() == title.strip() else heading


def as_label(title: str, page: int | None, heading: str = "") -> str:
    """The same for a Streamlit label."""
    return plain_label(titled(title, page, heading))
