"""The shapes of the models on offer and of the endpoints they come from."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.answer_errors import answer_error
from chat.model_registry import EndpointState, ModelEntry


class ReasonSerializer(serializers.Serializer[Any]):
    """Why something is not available."""

    code = serializers.CharField()
    message = serializers.CharField()


class CapabilitiesSerializer(serializers.Serializer[Any]):
    streaming = serializers.BooleanField()
    images = serializers.BooleanField()
    passages = serializers.BooleanField()
    embeddings = serializers.BooleanField()


class ModelSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    capabilities = CapabilitiesSerializer()
    is_language_model = serializers.BooleanField()
    available = serializers.BooleanField()
    reason = ReasonSerializer(allow_null=True)
    endpoint = serializers.CharField(allow_null=True)


class EndpointSerializer(serializers.Serializer[Any]):
    """`found_by` tells which setting named it; `base_url` carries no credentials."""

    name = serializers.CharField()
    base_url = serializers.CharField()
    found_by = serializers.CharField()
    ok = serializers.BooleanField()
    reason = ReasonSerializer(allow_null=True)
    models = serializers.ListField(child=serializers.CharField())


class ModelsOnOfferSerializer(serializers.Serializer[Any]):
    """`default` is the id of the model that answers when none is named, `default_advanced` in Advanced chat."""

    results = ModelSerializer(many=True)
    endpoints = EndpointSerializer(many=True)
    default = serializers.CharField()
    default_advanced = serializers.CharField()


def model_as_json(entry: ModelEntry) -> dict[str, Any]:
    model = entry.model
    return {
        "id": model.id,
        "name": model.name,
        "kind": model.kind,
        "capabilities": {
            "streaming": model.capabilities.streaming,
            "images": model.capabilities.images,
            "passages": model.capabilities.passages,
            "embeddings": model.capabilities.embeddings,
        },
        "is_language_model": model.is_language_model,
        "available": entry.available,
        "reason": answer_error(entry.reason_code or ""),
        "endpoint": _endpoint_of(model.id),
    }


def _endpoint_of(model_id: str) -> str | None:
    """The name before the model's; a twin for Advanced chat ("cited/lab/llama") is of the same endpoint."""
    basic = model_id.removeprefix("cited/")
    return basic.split("/", 1)[0] if "/" in basic else None


def endpoint_as_json(state: EndpointState) -> dict[str, Any]:
    return {
        "name": state.name,
        "base_url": state.base_url,
        "found_by": state.found_by,
        "ok": state.ok,
        "reason": answer_error(state.reason_code or ""),
        "models": list(state.models),
    }
