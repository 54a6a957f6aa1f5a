"""The shapes of pictures that come with questions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers.strict import StrictSerializer
from models.models import Attachment


class NewAttachmentSerializer(StrictSerializer):
    file = serializers.FileField(help_text="PNG, JPEG, WebP or GIF; what counts is the content.")


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """`url` shows the picture to its owner. It is stored upright, scaled and without metadata, as PNG or JPEG."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = ["id", "file_name", "media_type", "size_bytes", "width", "height", "url"]
        read_only_fields = fields

    def get_url(self, attachment: Attachment) -> str:
        return f"/api/attachments/{attachment.pk}/"


class ShownAttachmentSerializer(AttachmentSerializer):
    """As a question shows it."""

    class Meta(AttachmentSerializer.Meta):
        fields = ["id", "url", "media_type", "width", "height"]
        read_only_fields: Any = fields
