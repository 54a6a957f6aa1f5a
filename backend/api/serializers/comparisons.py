"""The shapes of rankings."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers.strict import StrictSerializer


class RankedSerializer(serializers.Serializer[Any]):
    """A model in the ranking. `score` (400 points are odds of ten to one, 1,000 is average) and its 95% interval are
    null in your own ranking, which only counts."""

    model = serializers.CharField()
    wins = serializers.IntegerField()
    losses = serializers.IntegerField()
    ties = serializers.IntegerField()
    score = serializers.FloatField(source="strength.score", allow_null=True, default=None)
    low = serializers.FloatField(source="strength.low", allow_null=True, default=None)
    high = serializers.FloatField(source="strength.high", allow_null=True, default=None)


class RankingSerializer(serializers.Serializer[Any]):
    results = RankedSerializer(many=True)


class RankingFilterSerializer(StrictSerializer):
    all = serializers.BooleanField(
        required=False, default=False, help_text="Everybody's choices; counts for staff only."
    )
