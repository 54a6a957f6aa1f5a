"""The shapes of insights."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers.comparisons import RankedSerializer
from api.serializers.strict import StrictSerializer
from chat.insights.tables import PARTS

_FIRST_YEAR, _LAST_YEAR = 2000, 2100


class TimesSerializer(serializers.Serializer[Any]):
    """Milliseconds that half, and that 95% of the whole answers took, right to about a tenth; null without any."""

    p50 = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)


class FiguresSerializer(serializers.Serializer[Any]):
    """`good` and `bad`: answers with a thumb up or down."""

    questions = serializers.IntegerField(source="figures.questions")
    failed = serializers.IntegerField(source="figures.failed")
    input_tokens = serializers.IntegerField(source="figures.input_tokens")
    output_tokens = serializers.IntegerField(source="figures.output_tokens")
    good = serializers.IntegerField(source="figures.good")
    bad = serializers.IntegerField(source="figures.bad")


class DayFiguresSerializer(FiguresSerializer):
    day = serializers.DateField()


class TimedFiguresSerializer(FiguresSerializer):
    """`first_token` and `total` count from the question on."""

    first_token = TimesSerializer()
    total = TimesSerializer()


class ModelFiguresSerializer(TimedFiguresSerializer):
    """`model` is blank for answers whose model a blind comparison hides."""

    model = serializers.CharField(allow_blank=True)


class QuerySerializer(serializers.Serializer[Any]):
    query = serializers.CharField()
    searches = serializers.IntegerField()
    empty = serializers.IntegerField(help_text="How many of them found nothing.")


class SearchesSerializer(serializers.Serializer[Any]):
    """The newest 50,000 searches at most, without regard to capitals: what was searched and what found nothing."""

    counted = serializers.IntegerField()
    empty = serializers.IntegerField()
    top = QuerySerializer(many=True)
    top_empty = QuerySerializer(many=True)


class _FromTo(serializers.Serializer[Any]):
    """Calls `first` and `last` by the names of the API, which Python cannot write down as attributes."""

    def get_fields(self) -> dict[str, Any]:
        fields = dict(super().get_fields())
        return {"from": fields.pop("first"), "to": fields.pop("last"), **fields}


class InsightsSerializer(_FromTo):
    first = serializers.DateField(source="span.first")
    last = serializers.DateField(source="span.last")
    zone = serializers.CharField(source="span.zone")
    all = serializers.BooleanField(source="span.everybodys", help_text="Everybody's, or yours?")
    totals = TimedFiguresSerializer()
    days = DayFiguresSerializer(many=True, help_text="Every day, also those without a question.")
    models = ModelFiguresSerializer(many=True, help_text="The one asked most first.")
    modes = serializers.DictField(child=serializers.IntegerField(), help_text="Questions by chat.")
    failures = serializers.DictField(child=serializers.IntegerField(), help_text="Failed answers by code.")
    ranking = RankedSerializer(many=True, help_text="By choices of these days.")
    searches = SearchesSerializer()


class InsightsFilterSerializer(_FromTo, StrictSerializer):
    """The query string of GET insights/."""

    first = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The first day; else thirty days up to the last one."
    )
    last = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The last day, which counts; else today."
    )
    zone = serializers.CharField(
        max_length=64, required=False, default="UTC", help_text="The time zone of the days, like Asia/Seoul."
    )
    all = serializers.BooleanField(required=False, default=False, help_text="Everybody's; counts for staff only.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("from", "to"):
            if attrs[name] and not _FIRST_YEAR <= attrs[name].year <= _LAST_YEAR:
                raise serializers.ValidationError({name: [f"A day from {_FIRST_YEAR} to {_LAST_YEAR}."]})
        return attrs


class TableFilterSerializer(InsightsFilterSerializer):
    """The query string of GET insights/csv/."""

    part = serializers.ChoiceField(choices=list(PARTS), required=False, default="days")
