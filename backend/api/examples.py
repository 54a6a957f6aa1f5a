"""Example values that the OpenAPI schema and the Postman collection show."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

QUESTION = {"mode": "basic", "question_text": "How do I connect a language model?"}

CHAT: dict[str, Any] = {
    "question_id": "5f0e8a52-6f43-4f0b-9b0e-3b8f6f0c7a11",
    "conversation": "0b9b4a5e-8d0f-4a55-9f5c-0a3b8a0e7c22",
    "parent": None,
    "mode": "basic",
    "model": "builtin",
    "slot": 0,
    "label": "",
    "question_text": "How do I connect a language model?",
    "question_created_datetime": "2026-11-23T09:00:00.000000Z",
    "attachments": [],
    "status": "done",
    "response_text": "> Write the endpoint into `.env` and choose Check again. [1]",
    "reasoning_text": "",
    "data": 4,
    "collections": [],
    "citations": [
        {
            "rank": 1,
            "data": 4,
            "document": None,
            "title": "Triple Chat user guide",
            "heading": "Connect a language model",
            "page": None,
            "quote": "Write the endpoint into `.env` and choose Check again.",
            "start": 0,
            "end": 54,
            "image_urls": [],
        }
    ],
    "confidence": "",
    "unsupported": [],
    "error": None,
    "usage": None,
    "started_datetime": "2026-11-23T09:00:00.010000Z",
    "first_token_datetime": "2026-11-23T09:00:00.020000Z",
    "finished_datetime": "2026-11-23T09:00:00.030000Z",
    "attempts": 1,
    "feedback": None,
    "siblings": ["5f0e8a52-6f43-4f0b-9b0e-3b8f6f0c7a11"],
    "group": None,
}

QUEUED_CHAT: dict[str, Any] = {
    **CHAT,
    "status": "queued",
    "response_text": "",
    "data": None,
    "citations": [],
    "started_datetime": None,
    "first_token_datetime": None,
    "finished_datetime": None,
    "attempts": 0,
}

ATTACHMENT: dict[str, Any] = {
    "id": "2b8f6f0c-7a11-4f0b-9b0e-5f0e8a526f43",
    "file_name": "tower.jpg",
    "media_type": "image/jpeg",
    "size_bytes": 48213,
    "width": 1024,
    "height": 768,
    "url": "/api/attachments/2b8f6f0c-7a11-4f0b-9b0e-5f0e8a526f43/",
}

SEARCH_BEHIND: dict[str, Any] = {
    "search_id": "6b1f7f0e-1f7c-4a58-8e57-0f5d1c2b3a44",
    "query": "How do I connect a language model?",
    "collections": [],
    "searching_time": "2026-11-23T09:00:00.012000Z",
    "duration_ms": 1.8,
    "results": [
        {
            "rank": 1,
            "score": 7.25,
            "data": 4,
            "data_text": "Write the endpoint into `.env` and choose Check again.",
            "title": "Triple Chat user guide",
            "heading": "Connect a language model",
            "page": None,
            "document": "1f0a4c83-52d5-4e3e-9f0e-2f8b6f0c7a11",
            "image_urls": [],
            "cited_as": 1,
            "quote": "Write the endpoint into `.env` and choose Check again.",
        }
    ],
}

CONVERSATION: dict[str, Any] = {
    "id": "0b9b4a5e-8d0f-4a55-9f5c-0a3b8a0e7c22",
    "mode": "basic",
    "title": "How do I connect a language model?",
    "title_by": "question",
    "model": "",
    "system_prompt": "",
    "parameters": {},
    "collections": [],
    "current_leaf": CHAT["question_id"],
    "temporary": False,
    "pinned": False,
    "archived": False,
    "created_datetime": "2026-11-23T09:00:00.000000Z",
    "updated_datetime": "2026-11-23T09:00:00.000000Z",
    "running": False,
    "match": None,
}

FOUND_CONVERSATION: dict[str, Any] = {
    **CONVERSATION,
    "match": {
        "question_id": CHAT["question_id"],
        "snippet": "How do I connect a language model?",
        "marks": [[9, 16]],
    },
}

MODELS: dict[str, Any] = {
    "results": [
        {
            "id": "builtin",
            "name": "Built-in",
            "kind": "basic",
            "capabilities": {"streaming": True, "images": False, "passages": True, "embeddings": False},
            "is_language_model": False,
            "available": True,
            "reason": None,
            "endpoint": None,
        }
    ],
    "endpoints": [
        {
            "name": "ollama",
            "base_url": "http://localhost:11434/v1",
            "found_by": "ollama",
            "ok": False,
            "reason": {"code": "ollama_not_found", "message": "No Ollama runs on its usual port."},
            "models": [],
        }
    ],
    "default": "builtin",
    "default_advanced": "cited/builtin",
}

USER: dict[str, Any] = {
    "user_id": "guest-3f2b9a7c1d05",
    "uuid": "c2a6f1de-3f0c-4a53-9d0b-5f6f4f9d1b33",
    "is_guest": True,
    "is_staff": False,
    "created_datetime": "2026-11-23T09:00:00.000000Z",
    "last_activity": "2026-11-23T09:00:00.000000Z",
    "expires_at": "2026-12-23T09:00:00.000000Z",
}

SESSION: dict[str, Any] = {
    "id": "9d2c7b1e-4a7f-4c86-8a55-2f1f0f6f5c44",
    "device": "Chrome on Windows",
    "place": "203.0.113.0/24",
    "created_datetime": "2026-11-23T09:00:00.000000Z",
    "last_activity": "2026-11-23T09:00:00.000000Z",
    "expires_at": "2026-12-23T09:00:00.000000Z",
    "current": True,
}

OPENED_SESSION: dict[str, Any] = {
    "token": "qkYc0R3mZ2xw8m4o4hV1bq2b4e1rS8m9xkqT6n0aJ5E",
    "expires_at": "2026-12-23T09:00:00.000000Z",
    "user": USER,
}

OPENED_ACCOUNT: dict[str, Any] = {**OPENED_SESSION, "user": {**USER, "user_id": "minji", "is_guest": False}}

ACCOUNT: dict[str, Any] = {
    "user_id": "minji",
    "uuid": "c2a6f1de-3f0c-4a53-9d0b-5f6f4f9d1b33",
    "is_guest": False,
    "is_staff": False,
    "is_superuser": False,
    "is_active": True,
    "created_datetime": "2026-11-23T09:00:00.000000Z",
    "last_activity": "2026-11-23T09:00:00.000000Z",
    "expired_datetime": None,
}

ISSUED_CODE: dict[str, Any] = {
    "code": "7KQD-M2XP-9RTV",
    "expires_datetime": "2026-11-24T09:00:00.000000Z",
    "id": "6a1d6f6e-0f0a-4a39-9b27-2b7d5f0c9e66",
}

INVITATION: dict[str, Any] = {
    "id": ISSUED_CODE["id"],
    "note": "For Seojun",
    "is_staff": False,
    "created_by": "minji",
    "created_datetime": "2026-11-23T09:00:00.000000Z",
    "expires_datetime": "2026-11-24T09:00:00.000000Z",
}

CONVERSATION_EXPORT: dict[str, Any] = {
    "format": "triple-chat",
    "version": 1,
    "exported_datetime": "2026-11-23T09:00:00Z",
    "conversations": [
        {
            "id": CONVERSATION["id"],
            "title": CONVERSATION["title"],
            "chats": [
                {
                    "question_id": CHAT["question_id"],
                    "parent_id": None,
                    "question_text": CHAT["question_text"],
                    "response_text": CHAT["response_text"],
                    "citations": [],
                }
            ],
        }
    ],
}

EXPORT: dict[str, Any] = {
    **CONVERSATION_EXPORT,
    "user": {"user_id": "minji", "is_guest": False},
    "sessions": [],
    "comparisons": [],
    "collections": [],
    "documents": [],
    "attachments": [],
    "search_logs": [],
}

NEWS: dict[str, Any] = {
    "next": None,
    "previous": None,
    "results": [
        {
            "id": 57,
            "kind": "answer_finished",
            "payload": {
                "question": CHAT["question_id"],
                "conversation": CONVERSATION["id"],
                "title": CONVERSATION["title"],
                "mode": "basic",
                "model": "builtin",
                "status": "done",
            },
            "created_datetime": "2026-11-23T09:00:00.030000Z",
            "read": False,
        }
    ],
    "cursor": 57,
    "unread": 1,
    "changes": "1795424400030000-57",
}

HEALTH: dict[str, Any] = {
    "status": "ok",
    "parts": {"database": {"ok": True}, "redis": {"ok": True}, "worker": {"ok": True}},
}


def request_example(value: object, name: str = "Request", media_type: str = "application/json") -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True, media_type=media_type)


def response_example(
    value: object, name: str = "Response", status: int = 200, media_type: str = "application/json"
) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)], media_type=media_type)
