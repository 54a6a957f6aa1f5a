"""A way of finding passages of one's own: the entry points of the group `triple_chat.retrievers`.

The retriever does not see the library. It is given a search over exactly what the user may
read, calls it with the words that it thinks right, and chooses among what it gets back.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import ClassVar

GROUP = "triple_chat.retrievers"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that a search has found. `score`: higher is better, comparable within one search."""

    passage_id: int
    text: str
    title: str
    heading: str
    score: float


# The words to search for, and how many passages to find at most; best first.
Search = Callable[[str, int], Sequence[Candidate]]


class Retriever(ABC):
    """One instance serves all searches, several at a time in threads: keep nothing of a user in it."""

    name: ClassVar[str]

    @abstractmethod
    def retrieve(self, query: str, search: Search, top_k: int) -> Sequence[Candidate]:
        """Return up to `top_k` of the passages that `search` has given, best first."""


class RetrieverUnusable(Exception):
    """The retriever of that name cannot be loaded; the cause says why."""


def load_retriever(name: str) -> Retriever:
    """Load the installed retriever of that name. Raises RetrieverUnusable."""
    try:
        (entry_point,) = entry_points(group=GROUP, name=name)
        retriever = entry_point.load()()
    except Exception as error:  # Foreign code: whatever it raises is its own business.
        raise RetrieverUnusable(name) from error
    if not isinstance(retriever, Retriever):
        raise RetrieverUnusable(name)
    return retriever
