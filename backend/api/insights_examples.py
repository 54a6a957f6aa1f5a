"""Example values of insights, for the schema and the Postman collection."""

from __future__ import annotations

from typing import Any

from api.comparison_examples import RANKING

_FIGURES = {"questions": 42, "failed": 1, "input_tokens": 9_120, "output_tokens": 14_388, "good": 5, "bad": 1}
_TIMES = {"first_token": {"p50": 412.0, "p95": 1_830.5}, "total": {"p50": 3_204.7, "p95": 9_911.2}}

INSIGHTS: dict[str, Any] = {
    "from": "2026-11-23",
    "to": "2026-11-23",
    "zone": "Asia/Seoul",
    "all": False,
    "totals": {**_FIGURES, **_TIMES},
    "days": [{"day": "2026-11-23", **_FIGURES}],
    "models": [{"model": "ollama/qwen3:4b", **_FIGURES, **_TIMES}],
    "modes": {"ai": 30, "advanced": 12},
    "failures": {"model_timeout": 1},
    "ranking": RANKING["results"],
    "searches": {
        "counted": 12,
        "empty": 1,
        "top": [{"query": "battery life", "searches": 3, "empty": 0}],
        "top_empty": [{"query": "warranty abroad", "searches": 1, "empty": 1}],
    },
}

TABLE = (
    "\ufeffmodel,questions,failed,input_tokens,output_tokens,good,bad,"
    "first_token_p50_ms,first_token_p95_ms,total_p50_ms,total_p95_ms\r\n"
    "ollama/qwen3:4b,42,1,9120,14388,5,1,412.0,1830.5,3204.7,9911.2\r\n"
)
