"""The shapes of the health reports."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class LiveSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()


class HealthPartSerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField()


class HealthPartsSerializer(serializers.Serializer[Any]):
    database = HealthPartSerializer()
    redis = HealthPartSerializer()
    worker = HealthPartSerializer()


class HealthSerializer(serializers.Serializer[Any]):
    """`status` is "ok" when every part is there, else "degraded"."""

    status = serializers.CharField()
    parts = HealthPartsSerializer()
