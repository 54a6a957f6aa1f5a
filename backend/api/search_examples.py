"""Example values of passages and searches, for the OpenAPI schema and the Postman collection."""

from __future__ import annotations

import json
from typing import Any

NEW_PASSAGE: dict[str, Any] = {
    "data_text": "A charge takes two hours. The battery lasts ten hours of reading, or about a week of standing by.",
    "title": "Reader handbook",
    "heading": "Power > Battery",
    "external_id": "handbook-7",
}
NEW_PASSAGES = [
    NEW_PASSAGE,
    {
        "data_text": "충전에는 두 시간이 걸립니다. 배터리는 책을 읽으면 열 시간, 대기 상태로는 약 일주일 갑니다.",
        "title": "리더 설명서",
        "heading": "전원 > 배터리",
        "external_id": "설명서-7",
    },
]
_COLLECTION = "8a1f2c3d-4b5e-4f60-9a7b-1c2d3e4f5a6b"
_DOCUMENT = "3c9d1e2f-5a6b-4c7d-8e9f-0a1b2c3d4e5f"

PASSAGE: dict[str, Any] = {
    "data_id": 71,
    "data_text": NEW_PASSAGE["data_text"],
    "image_urls": [],
    "title": NEW_PASSAGE["title"],
    "heading": NEW_PASSAGE["heading"],
    "page": None,
    "position": 0,
    "external_id": NEW_PASSAGE["external_id"],
    "document": _DOCUMENT,
    "collection": _COLLECTION,
}
BULK_LINES = "".join(f"{json.dumps(passage, ensure_ascii=False)}\n" for passage in NEW_PASSAGES)
BULK_REPLY = (
    '{"kind":"refused","line":2,"code":"invalid","message":"The line is not valid. See details.",'
    '"details":{"data_text":["This field is required."]}}\n'
    '{"kind":"progress","read":500,"stored":499,"updated":0,"refused":1}\n'
    '{"kind":"done","read":740,"stored":739,"updated":0,"refused":1,"seconds":0.8}\n'
)

SEARCH_RESULT: dict[str, Any] = {
    "search_id": "f3b0c442-98fc-4c14-9afb-f4c8996fb924",
    "duration_ms": 6.2,
    "results": [
        {
            "data_id": 71,
            "score": 7.31,
            "data_text": NEW_PASSAGE["data_text"],
            "snippet": NEW_PASSAGE["data_text"],
            "marks": [[30, 37], [38, 43]],
            "document": None,
            "title": NEW_PASSAGE["title"],
            "heading": NEW_PASSAGE["heading"],
            "page": None,
            "external_id": NEW_PASSAGE["external_id"],
            "image_urls": [],
            "collection": _COLLECTION,
        }
    ],
}
_KOREAN = NEW_PASSAGES[1]
SEARCH_RESULT_KO: dict[str, Any] = {
    **SEARCH_RESULT,
    "results": [
        {
            **SEARCH_RESULT["results"][0],
            **_KOREAN,
            "data_id": 72,
            "snippet": _KOREAN["data_text"],
            "marks": [[17, 20]],
        }
    ],
}
SEARCH_LOG: dict[str, Any] = {
    "search_log_id": 905,
    "search_id": SEARCH_RESULT["search_id"],
    "question": None,
    "query": "How long does a battery last?",
    "data": 71,
    "rank": 1,
    "score": 7.31,
    "searching_time": "2026-11-26T09:00:00.000000Z",
    "duration_ms": 6.2,
    "collections": [],
}
EMBEDDING_PROGRESS: dict[str, Any] = {
    "model": "ollama/bge-m3",
    "ready": True,
    "weight_ko": 0.6,
    "weight_en": 0.6,
    "embedded": 9214,
    "waiting": 784,
    "refused": {"model_failed": 2},
    "mine": {"embedded": 120, "waiting": 0, "refused": {}},
}
