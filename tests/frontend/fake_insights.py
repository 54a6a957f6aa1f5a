"""The fake API's insights: what the visitor of a test is shown, and the queries that asked for it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.frontend.fake_api import FakeApi

Body = dict[str, Any]
NONE: Body = {"questions": 0, "failed": 0, "input_tokens": 0, "output_tokens": 0, "good": 0, "bad": 0}
_NO_TIME: Body = {"p50": None, "p95": None}


def insights(first: str, last: str, *, everybodys: bool, asked: bool) -> Body:
    """Twelve questions on the first day, or none at all."""
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    some = {**NONE, "questions": 12, "failed": 2, "input_tokens": 1500, "output_tokens": 800, "good": 3, "bad": 1}
    times = {"first_token": {"p50": 350.0, "p95": 1900.0}, "total": {"p50": 4200.0, "p95": 120_000.0}}
    nothing = {"first_token": _NO_TIME, "total": _NO_TIME}
    rows = [{"day": str(date.fromisoformat(first) + timedelta(days=day)), **NONE} for day in range(days)]
    if asked:
        rows[0].update(some)
    score = {"score": 1093.1, "low": 1003.2, "high": 1183.0} if everybodys else dict.fromkeys(("score", "low", "high"))
    return {
        "from": first, "to": last, "zone": "UTC", "all": everybodys,
        "totals": {**some, **times} if asked else {**NONE, **nothing},
        "days": rows,
        "models": [{"model": "cited/<b>odd</b>", **some, **times}] if asked else [],
        "modes": {"advanced": 12} if asked else {},
        "failures": {"model_timeout": 2} if asked else {},
        "ranking": [{"model": "ollama/qwen3:4b", "wins": 7, "losses": 2, "ties": 1, **score}] if asked else [],
        "searches": {
            "counted": 4 if asked else 0, "empty": 1 if asked else 0,
            "top": [{"query": "battery <life>", "searches": 3, "empty": 0}] if asked else [],
            "top_empty": [],
        },
    }  # fmt: skip


class InsightsRoutes:
    """Mixed into the handler of `fake_api`."""

    api: FakeApi
    query: dict[str, str]
    user: Body

    def _insights(self, method: str) -> None:
        self.api.insights_asked.append(self.query)
        everybodys = self.query.get("all") == "true"
        self._send(200, insights(self.query["from"], self.query["to"], everybodys=everybodys, asked=self.api.was_asked))

    def _send(self, status: int, body: Body | None = None) -> None:
        raise NotImplementedError(status)


ROUTES = ((r"insights/", "insights"),)
