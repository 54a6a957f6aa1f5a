"""The shapes of exports and imports."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.models import ReasonSerializer
from api.serializers.strict import StrictSerializer
from chat.portable.refusals import refusal_for
from chat.portable.wording import LANGUAGES
from models.models import ConversationImport


class TimeZoneField(serializers.CharField):
    """A name such as Asia/Seoul."""

    def to_internal_value(self, data: Any) -> Any:
        name = super().to_internal_value(data)
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise serializers.ValidationError("There is no such time zone.") from None
        return name


class ConversationExportFilterSerializer(StrictSerializer):
    """The query string of GET conversations/{id}/export/."""

    language = serializers.ChoiceField(
        choices=LANGUAGES, default="en", help_text="Of the few words that Markdown adds to what was written."
    )
    timezone = TimeZoneField(max_length=64, default="UTC", help_text="For the times in Markdown, such as Asia/Seoul.")

    def get_fields(self) -> dict[str, Any]:
        # No attribute of a class can be called so.
        return {"as": serializers.ChoiceField(choices=["markdown", "json"], default="markdown"), **super().get_fields()}


class NewImportSerializer(StrictSerializer):
    file = serializers.FileField()


class ReportedConversationSerializer(serializers.Serializer[Any]):
    """`left_out` counts what was not taken, by what it was; `code` says why a refused one was not taken at all."""

    outcome = serializers.ChoiceField(choices=["taken", "extended", "known", "refused"])
    title = serializers.CharField(allow_blank=True)
    conversation = serializers.UUIDField(allow_null=True)
    turns = serializers.IntegerField()
    left_out = serializers.DictField(child=serializers.IntegerField())
    code = serializers.CharField(allow_blank=True)


class ImportSerializer(serializers.ModelSerializer[ConversationImport]):
    """How far an import is, and what became of the conversations in its file.

    `taken` are new, `known` were there already, and `extended` ones got turns that they lacked.
    `report` tells of those first that are not whole; of `report_left_off` more it says nothing.
    """

    error = serializers.SerializerMethodField()
    report = ReportedConversationSerializer(many=True, read_only=True)

    class Meta:
        model = ConversationImport
        fields = [
            *("id", "file_name", "size_bytes", "source", "status", "progress", "error"),
            *("conversations_taken", "conversations_extended", "conversations_known", "conversations_refused"),
            *("turns_taken", "report", "report_left_off", "created_datetime", "finished_datetime"),
        ]
        read_only_fields = fields

    @extend_schema_field(ReasonSerializer(allow_null=True))
    def get_error(self, row: ConversationImport) -> dict[str, str] | None:
        if not row.error_code:
            return None
        reason = refusal_for(row.error_code)
        return {"code": reason.code, "message": reason.text}
