"""The shape of a user, as they see themselves."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.strict import StrictSerializer
from models.models import OneTimeCode, User

# What everybody sees of themselves, and staff of everybody.
_SHARED = ("user_id", "uuid", "is_guest", "is_staff", "created_datetime", "last_activity")


class UserSerializer(serializers.ModelSerializer[User]):
    """You. A guest has no password; `expires_at` belongs to the session in use."""

    # The caller gives it in the context.
    expires_at = serializers.SerializerMethodField(
        help_text="When this session ends if nothing more happens. A guest's chats last as long."
    )

    class Meta:
        model = User
        fields = (*_SHARED, "expires_at")
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.DATETIME)
    def get_expires_at(self, user: User) -> Any:
        return serializers.DateTimeField().to_representation(self.context["expires_at"])


def user_id_field(**options: Any) -> serializers.CharField:
    # The rules for names are in `chat.accounts.names`; blanks are refused there, not cut off here.
    return serializers.CharField(max_length=64, trim_whitespace=False, **options)


def password_field(**options: Any) -> serializers.CharField:
    style = {"input_type": "password"}
    return serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True, style=style, **options)


class NewAccountSerializer(StrictSerializer):
    user_id = user_id_field(help_text="2 to 40 letters and digits of any language, and . _ - + @ between them.")
    password = password_field(help_text="At least 8 characters, and not easy to guess.")


class AccountChangeSerializer(StrictSerializer):
    """What is left out stays."""

    current_password = password_field()
    user_id = user_id_field(required=False)
    password = password_field(required=False)


class LeaveSerializer(StrictSerializer):
    password = password_field(required=False, default="", allow_blank=True)


class AccountSerializer(serializers.ModelSerializer[User]):
    """A user as staff sees them."""

    class Meta:
        model = User
        fields = (*_SHARED, "is_superuser", "is_active", "expired_datetime")
        read_only_fields = fields


class AccountFilterSerializer(StrictSerializer):
    search = serializers.CharField(required=False, allow_blank=True, max_length=64, help_text="A part of the name.")
    guests = serializers.BooleanField(required=False, default=False, help_text="Guests instead of accounts.")
    active = serializers.BooleanField(required=False, allow_null=True, default=None)
    cursor = serializers.CharField(required=False)
    page_size = serializers.CharField(required=False)


class AccountRightsSerializer(StrictSerializer):
    is_active = serializers.BooleanField(required=False)
    is_staff = serializers.BooleanField(required=False, help_text="Only the first administrator's rank may set it.")


class NewInvitationSerializer(StrictSerializer):
    note = serializers.CharField(required=False, allow_blank=True, max_length=120, help_text="For whom it is.")
    is_staff = serializers.BooleanField(required=False, default=False)


class InvitationSerializer(serializers.ModelSerializer[OneTimeCode]):
    is_staff = serializers.BooleanField(source="makes_staff")
    created_by = serializers.CharField(source="created_by.user_id", default=None, allow_null=True)

    class Meta:
        model = OneTimeCode
        fields = ["id", "note", "is_staff", "created_by", "created_datetime", "expires_datetime"]
        read_only_fields = fields


class IssuedCodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Shown only here. Entered on the account page, or sessions/redeem/.")
    expires_datetime = serializers.DateTimeField(source="row.expires_datetime")
    id = serializers.UUIDField(source="row.id")
