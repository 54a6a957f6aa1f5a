"""The events by which an answer is shown: plain dictionaries with `kind`, ready for JSON.

`docs/websocket.md` describes them. `delta` and `reasoning` carry `offset` (characters):
the text from there on is replaced, so an event that comes twice changes nothing.
"""

from __future__ import annotations

from typing import Any

from chat.answers.live_log import Event
from chat.answers.rows import Outcome
from models.models import AnswerStatus

ENDINGS = frozenset({"done", "error"})


def log_end(outcome: Outcome) -> Event:
    """The last entry of the log.

    `lengths` lets a reader who has all of the text end without reading the row. Citations
    are only there: an answer that has some names lengths that nobody has.
    """
    usage = outcome.usage and (outcome.usage.input_tokens, outcome.usage.output_tokens)
    lengths = {"delta": len(outcome.text), "reasoning": len(outcome.reasoning)}
    return {
        **end_event(outcome.status, outcome.error_code, outcome.assessed.confidence if outcome.assessed else ""),
        "usage": usage,
        "lengths": {} if outcome.citations else lengths,
    }


def usage_event(input_tokens: int, output_tokens: int | None) -> Event:
    return {"kind": "usage", "input_tokens": input_tokens, "output_tokens": output_tokens}


def end_event(status: str, error_code: str, confidence: str = "") -> dict[str, Any]:
    """`done` for an answer that ended as wanted (also when stopped), `error` for the others.

    `confidence` is that of an answer from passages, "" for one that needed none.
    """
    kind = "done" if status in (AnswerStatus.DONE, AnswerStatus.CANCELLED) else "error"
    event = {"kind": kind, "status": str(status)}
    if kind == "done":
        event["confidence"] = confidence
    return {**event, "code": error_code} if error_code else event
