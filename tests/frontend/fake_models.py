"""What the fake API offers: the built-in model, one that cannot see pictures, one that can, and their twins."""

from __future__ import annotations

from typing import Any

Body = dict[str, Any]


def model_list(*, language_model: bool) -> Body:
    capabilities = {"streaming": True, "images": False, "passages": True, "embeddings": False}
    refused = {"code": "model_unreachable", "message": "English sentence for model_unreachable"}
    builtin = {
        "id": "builtin", "name": "Built-in", "kind": "basic", "capabilities": capabilities, "endpoint": "",
        "is_language_model": False, "available": True, "reason": None,
    }  # fmt: skip
    qwen = {
        **builtin, "id": "ollama/qwen3:8b", "name": "qwen3:8b", "endpoint": "ollama", "is_language_model": True,
        "available": language_model, "reason": None if language_model else refused,
    }  # fmt: skip
    llava = {**qwen, "id": "ollama/llava", "name": "llava", "capabilities": {**capabilities, "images": True}}
    models = [builtin, qwen, llava] if language_model else [builtin, qwen]
    twins = [{**each, "id": f"cited/{each['id']}", "kind": "advanced"} for each in models]
    ollama = {
        "name": "ollama", "base_url": "http://localhost:11434/v1", "found_by": "ollama", "ok": language_model,
        "reason": None if language_model else refused, "models": ["qwen3:8b"] if language_model else [],
    }  # fmt: skip
    default = qwen["id"] if language_model else "builtin"
    return {"results": [*models, *twins], "endpoints": [ollama], "default": default,
            "default_advanced": f"cited/{default}"}  # fmt: skip
