"""Pages of installed packages: the entry points of the group `triple_chat.pages`.

An entry point names a module, which is a Streamlit script; its name is the page's address and title. The module is not
imported here, it runs for each visitor like every page. Only what the operator has installed is there.
"""

import logging
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Final

GROUP: Final = "triple_chat.pages"
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def own_pages() -> Mapping[str, Path]:
    """The scripts by their addresses. An address has a hyphen, so that it is none of the project's own."""
    found: dict[str, Path] = {}
    for entry_point in sorted(entry_points(group=GROUP)):
        try:
            spec = find_spec(entry_point.value)
            if not _ADDRESS.fullmatch(entry_point.name) or spec is None or spec.origin is None:
                raise ValueError("the name must be words with hyphens, and the value a module")
            found[entry_point.name] = Path(spec.origin)
        except (ImportError, ValueError) as error:
            logger.error("the page %s cannot be used: %s", entry_point.name, error)
    return found


def title_of(address: str) -> str:
    return address.replace("-", " ").capitalize()
