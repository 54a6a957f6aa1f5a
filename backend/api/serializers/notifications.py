"""The shapes of notifications."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers.strict import StrictSerializer
from models.models import NotificationKind

_LARGEST_ID = 2**63 - 1


class NotificationSerializer(serializers.Serializer[Any]):
    """`payload`: ids and titles, by `kind`; see docs/websocket.md."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=NotificationKind.choices)
    payload = serializers.DictField(child=serializers.JSONField(allow_null=True))
    created_datetime = serializers.DateTimeField()
    read = serializers.BooleanField()


class NewsSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True, help_text="The rest, in the same order.")
    previous = serializers.URLField(allow_null=True, help_text="Always null.")
    results = NotificationSerializer(many=True)
    cursor = serializers.IntegerField(help_text="Send it as `after` to hear of what is new since now.")
    unread = serializers.IntegerField(help_text="How many are not read; 100 stands for 100 or more.")
    changes = serializers.CharField(
        help_text="Differs from the last one when a chat was asked or a notification came since, on whatever device."
    )


class NewsFilterSerializer(StrictSerializer):
    """The query string of GET notifications/."""

    after = serializers.IntegerField(
        required=False, min_value=0, max_value=_LARGEST_ID, help_text="Those after this id, the oldest first."
    )
    before = serializers.IntegerField(
        required=False, min_value=1, max_value=_LARGEST_ID, help_text="Those before this id, the newest first."
    )
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=30)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "after" in attrs and "before" in attrs:
            raise serializers.ValidationError({"before": ["Give after or before, not both."]})
        return attrs


class ReadSerializer(StrictSerializer):
    """One of the two."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=_LARGEST_ID), required=False, max_length=1000
    )
    all_until = serializers.IntegerField(
        required=False, min_value=1, max_value=_LARGEST_ID, help_text="All up to this id, itself included."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError({"ids": ["Give either ids or all_until."]})
        return attrs
