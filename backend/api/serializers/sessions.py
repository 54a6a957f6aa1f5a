"""The shapes of sessions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers.strict import StrictSerializer
from api.serializers.users import UserSerializer, password_field, user_id_field
from chat.sessions.listing import SessionState


class SignInSerializer(StrictSerializer):
    """Both user_id and password to sign in, none for a guest."""

    user_id = user_id_field(required=False)
    password = password_field(required=False)
    keep_chats = serializers.BooleanField(
        required=False,
        default=False,
        help_text="With a guest's token: everything of the guest's moves into the account.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        missing = {"user_id", "password"} - attrs.keys()
        if len(missing) == 1:
            raise serializers.ValidationError({missing.pop(): ["Give both user_id and password, or none of them."]})
        return attrs


class RedeemSerializer(StrictSerializer):
    """An invitation and the first administrator's code want a `user_id`; a password reset ignores it."""

    code = serializers.CharField(max_length=64)
    user_id = user_id_field(required=False)
    password = password_field()


class OpenedSessionSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Shown only here. Send it as `Authorization: Bearer <token>`.")
    expires_at = serializers.DateTimeField()
    user = UserSerializer()


class SessionSerializer(serializers.Serializer[SessionState]):
    id = serializers.UUIDField()
    device = serializers.CharField()
    place = serializers.CharField(
        help_text='The network of the sign-in, as "203.0.113.0/24"; "local" for this machine, "" for not known.'
    )
    created_datetime = serializers.DateTimeField()
    last_activity = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="When it ends if nothing more happens.")
    current = serializers.BooleanField(help_text="Whether it is the one that this request came with.")
