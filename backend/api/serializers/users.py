"""The shape of a user, as they see themselves."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from models.models import User


class UserSerializer(serializers.ModelSerializer[User]):
    """You. A guest has no password; `expires_at` belongs to the session in use."""

    # The caller gives it in the context.
    expires_at = serializers.SerializerMethodField(
        help_text="When this session ends if nothing more happens. A guest's chats last as long."
    )

    class Meta:
        model = User
        fields = [
            "user_id",
            "uuid",
            "is_guest",
            "is_staff",
            "created_datetime",
            "last_activity",
            "expires_at",
        ]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.DATETIME)
    def get_expires_at(self, user: User) -> Any:
        return serializers.DateTimeField().to_representation(self.context["expires_at"])
