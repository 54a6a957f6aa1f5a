"""What a client received and when: the tokens' latencies, and whether any is lost, repeated or out of order."""

import itertools
import re
import time
from collections import Counter
from dataclasses import dataclass, field

_STAMPED = re.compile(r"([0-9]+)t([0-9]+) ")


@dataclass(slots=True)
class Recording:
    """One answer. Pieces are (arrival, offset, text), all of the last attempt to answer."""

    asked: float = 0.0
    first: float = 0.0
    ended: float = 0.0
    ending: str = ""
    pieces: list[tuple[float, int, str]] = field(default_factory=list)

    def add(self, offset: int, text: str) -> None:
        now = time.monotonic()
        self.first = self.first or now
        self.pieces.append((now, offset, text))

    def begin_anew(self) -> None:
        self.pieces.clear()

    def end(self, ending: str) -> None:
        self.ended, self.ending = time.monotonic(), ending

    def text(self) -> str:
        whole = ""
        for _, offset, text in self.pieces:
            whole = whole[:offset] + text if offset < len(whole) else whole + text
        return whole

    def latencies(self) -> list[float]:
        """Seconds from the sending of each token to the arrival of the piece that completed it."""
        found, pieces = [], iter(self.pieces)
        arrival, have = 0.0, 0
        for token in _STAMPED.finditer(self.text()):
            while have < token.end():
                arrival, offset, text = next(pieces)
                have = offset + len(text)
            found.append(arrival - int(token[2]) / 1e6)
        return found


@dataclass(frozen=True)
class Faults:
    lost: int = 0
    repeated: int = 0
    reordered: int = 0

    def __add__(self, other: "Faults") -> "Faults":
        return Faults(self.lost + other.lost, self.repeated + other.repeated, self.reordered + other.reordered)

    def __bool__(self) -> bool:
        return bool(self.lost or self.repeated or self.reordered)


def faults_of(text: str, count: int) -> Faults:
    """Compare a text of stamped tokens with the numbers 0 to `count` - 1 that were sent."""
    numbers = [int(number) for number, _ in _STAMPED.findall(text)]
    seen = Counter(numbers)
    return Faults(
        lost=sum(1 for number in range(count) if number not in seen),
        repeated=sum(times - 1 for times in seen.values()),
        reordered=sum(1 for before, after in itertools.pairwise(numbers) if after < before),
    )


def is_whole(text: str, count: int) -> bool:
    """Nothing but the tokens, each once and in its place."""
    return not faults_of(text, count) and not _STAMPED.sub("", text)
