"""Example values of comparisons, for the schema and the Postman collection."""

from __future__ import annotations

from typing import Any

from api.examples import CHAT, QUEUED_CHAT

COMPARISON_QUESTION = {
    "mode": "ai",
    "question_text": "What is a tide?",
    "models": ["ollama/qwen3:4b", "builtin"],
    "blind": True,
}

_SECOND_ID = "77c0a3de-54f2-4b0e-8f6f-1e2d3c4b5a69"


def _answers(chat: dict[str, Any], models: tuple[str, str]) -> list[dict[str, Any]]:
    plain = {key: value for key, value in chat.items() if key != "group"}
    shared = {**plain, "mode": "ai", "question_text": "What is a tide?", "data": None, "citations": []}
    second = {"question_id": _SECOND_ID, "siblings": [_SECOND_ID]}
    return [
        {**shared, "model": models[0], "slot": 0, "label": "A"},
        {**shared, **second, "model": models[1], "slot": 1, "label": "B"},
    ]


COMPARISON: dict[str, Any] = {
    "id": "c0a3de77-54f2-4b0e-8f6f-1e2d3c4b5a69",
    "conversation": CHAT["conversation"],
    "blind": True,
    "choice": _SECOND_ID,
    "created_datetime": "2026-11-23T09:00:00.000000Z",
    "chosen_datetime": "2026-11-23T09:01:00.000000Z",
    "chats": _answers(CHAT, ("builtin", "ollama/qwen3:4b")),
}

_UNDECIDED = {**COMPARISON, "choice": None, "chosen_datetime": None}
STOPPED_COMPARISON = {
    **_UNDECIDED,
    "chats": [{**chat, "status": "cancelled"} for chat in _answers(CHAT, ("", ""))],
}
_QUEUED = {**_UNDECIDED, "chats": _answers(QUEUED_CHAT, ("", ""))}
QUEUED_COMPARISON: dict[str, Any] = {**_QUEUED["chats"][0], "group": _QUEUED}

RANKING: dict[str, Any] = {
    "results": [
        {"model": "ollama/qwen3:4b", "wins": 7, "losses": 2, "ties": 1, "score": None, "low": None, "high": None},
        {"model": "builtin", "wins": 2, "losses": 7, "ties": 1, "score": None, "low": None, "high": None},
    ]
}
RANKING_OF_ALL: dict[str, Any] = {
    "results": [
        {
            "model": "ollama/qwen3:4b",
            "wins": 70,
            "losses": 20,
            "ties": 10,
            "score": 1093.1,
            "low": 1003.2,
            "high": 1183.0,
        },
        {"model": "builtin", "wins": 20, "losses": 70, "ties": 10, "score": 906.9, "low": 817.0, "high": 996.8},
    ]
}
