"""Example values of exports and imports, for the schema and the Postman collection."""

from __future__ import annotations

from typing import Any

from api.examples import CONVERSATION

MARKDOWN = """# How do I connect a language model?

Exported from Triple Chat, 2026-11-23 09:05 UTC

## 1. You · 2026-11-23 09:00 UTC

How do I connect a language model?

### builtin · 2026-11-23 09:00 UTC · 0.0 s

> Write the endpoint into `.env` and choose Check again. [^1-1]

[^1-1]: Triple Chat user guide, Connect a language model: “Write the endpoint into `.env` and choose Check again.”
"""

IMPORT: dict[str, Any] = {
    "id": "4d1c7b1e-9a7f-4c86-8a55-2f1f0f6f5c55",
    "file_name": "conversations.zip",
    "size_bytes": 1834212,
    "source": "chatgpt",
    "status": "done",
    "progress": 100,
    "error": None,
    "conversations_taken": 211,
    "conversations_extended": 0,
    "conversations_known": 3,
    "conversations_refused": 1,
    "turns_taken": 1204,
    "report": [
        {
            "outcome": "taken",
            "title": "A tower in the rain",
            "conversation": CONVERSATION["id"],
            "turns": 4,
            "left_out": {"pictures": 2},
            "code": "",
        },
        {
            "outcome": "refused",
            "title": "New chat",
            "conversation": None,
            "turns": 0,
            "left_out": {},
            "code": "conversation_empty",
        },
    ],
    "report_left_off": 0,
    "created_datetime": "2026-11-23T09:00:00.000000Z",
    "finished_datetime": "2026-11-23T09:00:04.000000Z",
}

WAITING_IMPORT: dict[str, Any] = {
    **IMPORT,
    **dict.fromkeys(
        ("progress", "conversations_taken", "conversations_known", "conversations_refused", "turns_taken"), 0
    ),
    "source": "",
    "status": "queued",
    "report": [],
    "finished_datetime": None,
}
