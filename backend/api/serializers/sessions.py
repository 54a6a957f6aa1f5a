"""The shapes of sessions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers.strict import StrictSerializer
from api.serializers.users import UserSerializer
from chat.sessions.listing import SessionState


class SignInSerializer(StrictSerializer):
    """Both fields to sign in, none for a guest."""

    user_id = serializers.CharField(max_length=64, required=False, trim_whitespace=False)
    password = serializers.CharField(
        max_length=1024, required=False, trim_whitespace=False, write_only=True, style={"input_type": "password"}
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        missing = {"user_id", "password"} - attrs.keys()
        if len(missing) == 1:
            raise serializers.ValidationError({missing.pop(): ["Give both user_id and password, or none of them."]})
        return attrs


class OpenedSessionSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Shown only here. Send it as `Authorization: Bearer <token>`.")
    expires_at = serializers.DateTimeField()
    user = UserSerializer()


class SessionSerializer(serializers.Serializer[SessionState]):
    id = serializers.UUIDField()
    device = serializers.CharField()
    created_datetime = serializers.DateTimeField()
    last_activity = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="When it ends if nothing more happens.")
    current = serializers.BooleanField(help_text="Whether it is the one that this request came with.")
