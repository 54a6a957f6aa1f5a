"""Example values of the library that the OpenAPI schema and the Postman collection show."""

from __future__ import annotations

from typing import Any

COLLECTION: dict[str, Any] = {
    "id": "3f6c1f0e-58a5-4e0b-8f0a-6d7f1c2b9e55",
    "name": "Handbooks",
    "is_default": False,
    "shared": False,
    "mine": True,
    "document_count": 1,
    "passage_count": 24,
    "created_datetime": "2026-11-26T09:00:00.000000Z",
}

DOCUMENT: dict[str, Any] = {
    "id": "8a1c7f52-0d3b-4c69-9b1e-7e5f3a2d1c66",
    "collection": COLLECTION["id"],
    "title": "handbook",
    "file_name": "handbook.docx",
    "media_type": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "size_bytes": 48213,
    "source": "upload",
    "language": "en",
    "status": "done",
    "progress": 100,
    "error": None,
    "page_count": None,
    "passage_count": 24,
    "created_datetime": "2026-11-26T09:00:00.000000Z",
    "mine": True,
}

READING_DOCUMENT: dict[str, Any] = {
    **DOCUMENT,
    "language": "",
    "status": "queued",
    "progress": 0,
    "passage_count": 0,
}

UPLOADED: dict[str, Any] = {
    "documents": [READING_DOCUMENT],
    "refused": [{"file_name": "empty.txt", "code": "document_empty", "message": "The file is empty."}],
}

PASSAGE: dict[str, Any] = {
    "data_id": 12,
    "data_text": "Meeting rooms are booked in the portal, at most two weeks ahead.",
    "image_urls": ["/api/document-images/5b0d2c1a-4e6f-4a7b-8c9d-0e1f2a3b4c77/"],
    "title": "",
    "heading": "The office > Meeting rooms",
    "page": 3,
    "position": 0,
    "external_id": None,
    "document": DOCUMENT["id"],
    "collection": COLLECTION["id"],
}

SAMPLES_ON_OFFER: list[dict[str, Any]] = [
    {
        "language": "en",
        "title": "Team handbook of Lantern Bay Maps",
        "questions": ["How many days of annual leave does a new colleague have?"],
    }
]
