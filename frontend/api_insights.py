"""Insights: what the API answers about use, speed and quality, and the calls for it. Speaks through `ApiClient`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import urlencode

from api_types import Json

Part = Literal["days", "models", "queries", "ranking"]


@dataclass(frozen=True)
class Span:
    """The days from `first` to `last` in a time zone; `everybodys` counts for staff only."""

    first: date
    last: date
    zone: str
    everybodys: bool = False

    def query(self) -> dict[str, str]:
        days = {"from": self.first.isoformat(), "to": self.last.isoformat(), "zone": self.zone}
        return days | ({"all": "true"} if self.everybodys else {})


@dataclass(frozen=True)
class Figures:
    """`good` and `bad`: answers with a thumb up or down."""

    questions: int
    failed: int
    input_tokens: int
    output_tokens: int
    good: int
    bad: int

    @classmethod
    def read(cls, data: Json) -> "Figures":
        return cls(**{name: data[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Times:
    """Milliseconds that half, and that 95% of the answers took; None without any."""

    p50: float | None
    p95: float | None

    @classmethod
    def read(cls, data: Json) -> "Times":
        return cls(data["p50"], data["p95"])


@dataclass(frozen=True)
class DayFigures:
    day: date
    figures: Figures


@dataclass(frozen=True)
class ModelFigures:
    """`model` is "" where a blind comparison hides it; `first_token` and `total` count from the question on."""

    model: str
    figures: Figures
    first_token: Times
    total: Times

    @classmethod
    def read(cls, data: Json) -> "ModelFigures":
        times = Times.read(data["first_token"]), Times.read(data["total"])
        return cls(data.get("model", ""), Figures.read(data), *times)


@dataclass(frozen=True)
class Ranked:
    """`score` and its 95% interval are None in one's own ranking, which only counts."""

    model: str
    wins: int
    losses: int
    ties: int
    score: float | None
    low: float | None
    high: float | None

    @classmethod
    def read(cls, data: Json) -> "Ranked":
        return cls(**{name: data[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Query:
    """`empty`: how many of the searches found nothing."""

    query: str
    searches: int
    empty: int

    @classmethod
    def read(cls, data: Json) -> "Query":
        return cls(data["query"], data["searches"], data["empty"])


@dataclass(frozen=True)
class Insights:
    """`modes`: questions by chat; `failures`: failed answers by code; `searched` of which `found_nothing`."""

    totals: ModelFigures
    days: tuple[DayFigures, ...]
    models: tuple[ModelFigures, ...]
    modes: Mapping[str, int]
    failures: Mapping[str, int]
    ranking: tuple[Ranked, ...]
    searched: int
    found_nothing: int
    queries: tuple[Query, ...]
    empty_queries: tuple[Query, ...]

    @classmethod
    def read(cls, data: Json) -> "Insights":
        searches = data["searches"]
        return cls(
            ModelFigures.read(data["totals"]),
            tuple(DayFigures(date.fromisoformat(each["day"]), Figures.read(each)) for each in data["days"]),
            tuple(ModelFigures.read(each) for each in data["models"]),
            data["modes"],
            data["failures"],
            tuple(Ranked.read(each) for each in data["ranking"]),
            searches["counted"],
            searches["empty"],
            tuple(Query.read(each) for each in searches["top"]),
            tuple(Query.read(each) for each in searches["top_empty"]),
        )


class InsightsApi:
    """As one visitor sees it. `call` is the client's request for JSON, `fetch` the one for a file's bytes."""

    def __init__(self, call: Callable[..., Json], fetch: Callable[[str], bytes]) -> None:
        self._call = call
        self._fetch = fetch

    def read(self, span: Span) -> Insights:
        return Insights.read(self._call("GET", "insights/", query=span.query()))

    def table(self, span: Span, part: Part) -> bytes:
        """One part as CSV."""
        return self._fetch(f"insights/csv/?{urlencode({**span.query(), 'part': part})}")
