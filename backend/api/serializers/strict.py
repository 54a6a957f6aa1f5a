"""The base of every serializer that reads a request: unknown fields are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers


class CollectionIdsField(serializers.ListField):
    """Ids of collections, each once, in the order of the request."""

    MOST = 100

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.UUIDField(), max_length=self.MOST, required=False, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        return list(dict.fromkeys(super().to_internal_value(data)))


class StrictSerializer(serializers.Serializer[Any]):
    """A misspelt field must be an error, not a silently ignored wish."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(str(key) for key in set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({key: ["Unknown field."] for key in unknown})
        return super().to_internal_value(data)
