"""Pages that were just loaded, and whether their browser has drawn all of them: `static/page.js` tells the route.

Known in this process' memory, for as long as their tab is.
"""

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakValueDictionary

# A browser that has not told until then never will.
PATIENCE_SECONDS: Final = 30.0


@dataclass(eq=False)
class PageLoad:
    """Shared by the script runs of a tab and the route that hears of it."""

    name: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    _began: float = field(default_factory=time.monotonic)
    _told: threading.Event = field(default_factory=threading.Event)

    @property
    def is_whole(self) -> bool:
        return self._told.is_set() or time.monotonic() - self._began > PATIENCE_SECONDS

    def mark_whole(self) -> None:
        self._told.set()


_known: Final[WeakValueDictionary[str, PageLoad]] = WeakValueDictionary()


def begin() -> PageLoad:
    """A page that is being loaded."""
    page = PageLoad()
    _known[page.name] = page
    return page


def note_whole(name: str) -> None:
    """The browser has drawn all of this page. One that is not known is left alone."""
    if page := _known.get(name):
        page.mark_whole()
