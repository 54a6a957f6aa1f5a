"""Accounts as staff sees them. Who is no staff gets a 403."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from api.authentication import current_session
from api.examples import ACCOUNT, INVITATION, ISSUED_CODE, request_example, response_example
from api.serializers.users import (
    AccountFilterSerializer,
    AccountRightsSerializer,
    AccountSerializer,
    InvitationSerializer,
    IssuedCodeSerializer,
    NewInvitationSerializer,
)
from chat.accounts.staff import (
    access_user,
    change_user,
    invite,
    list_invitations,
    list_users,
    reset_password,
    withdraw_invitation,
)


class AccountsListView(generics.ListAPIView[Any]):
    serializer_class: type[BaseSerializer[Any]] = AccountSerializer
    ordering = ("-created_datetime",)

    def get_queryset(self) -> QuerySet[Any]:
        wanted = AccountFilterSerializer(data=self.request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        filters = {key: value for key, value in wanted.validated_data.items() if key not in {"cursor", "page_size"}}
        return list_users(current_session(self.request).user, **filters)

    @extend_schema(
        operation_id="users_list",
        summary="List accounts, the newest first (staff)",
        parameters=[AccountFilterSerializer],
        examples=[response_example(ACCOUNT)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class AccountView(APIView):
    permission_classes = (IsAdminUser,)

    @extend_schema(
        operation_id="users_read",
        summary="Read one account (staff)",
        responses=AccountSerializer,
        examples=[response_example(ACCOUNT)],
    )
    def get(self, request: Request, user_id: str) -> Response:
        return Response(AccountSerializer(access_user(current_session(request).user, user_id)).data)

    @extend_schema(
        operation_id="users_change",
        summary="Switch an account off or on, or make it staff (staff)",
        description="An account that is switched off is signed out everywhere, and cannot sign in.",
        request=AccountRightsSerializer,
        responses=AccountSerializer,
        examples=[request_example({"is_active": False}), response_example({**ACCOUNT, "is_active": False})],
    )
    def patch(self, request: Request, user_id: str) -> Response:
        staff = current_session(request).user
        access_user(staff, user_id)
        wanted = AccountRightsSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response(AccountSerializer(change_user(staff, user_id, **wanted.validated_data)).data)


class PasswordResetView(APIView):
    permission_classes = (IsAdminUser,)

    @extend_schema(
        operation_id="users_reset_password",
        summary="Get a code with which a user sets a new password (staff)",
        description="Hand it over in person. It works once, at `POST /api/sessions/redeem/`; the old password holds "
        "until then, and an earlier code is void.",
        request=None,
        responses={201: IssuedCodeSerializer},
        examples=[response_example(ISSUED_CODE, status=201)],
    )
    def post(self, request: Request, user_id: str) -> Response:
        issued = reset_password(current_session(request).user, user_id)
        return Response(IssuedCodeSerializer(issued).data, status=201, headers={"Cache-Control": "no-store"})


class InvitationsView(generics.ListAPIView[Any]):
    permission_classes = (IsAdminUser,)
    serializer_class: type[BaseSerializer[Any]] = InvitationSerializer
    ordering = ("-created_datetime",)

    def get_queryset(self) -> QuerySet[Any]:
        return list_invitations(current_session(self.request).user)

    @extend_schema(
        operation_id="users_invitations",
        summary="List invitations that can still be used, the newest first (staff)",
        examples=[response_example(INVITATION)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="users_invite",
        summary="Invite somebody: get a code that makes an account (staff)",
        request=NewInvitationSerializer,
        responses={201: IssuedCodeSerializer},
        examples=[request_example({"note": "For Seojun"}), response_example(ISSUED_CODE, status=201)],
    )
    def post(self, request: Request) -> Response:
        wanted = NewInvitationSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        issued = invite(current_session(request).user, **wanted.validated_data)
        return Response(IssuedCodeSerializer(issued).data, status=201, headers={"Cache-Control": "no-store"})


class InvitationView(APIView):
    permission_classes = (IsAdminUser,)

    @extend_schema(
        operation_id="users_withdraw_invitation",
        summary="Withdraw an invitation (staff)",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, invitation_id: UUID) -> Response:
        withdraw_invitation(current_session(request).user, invitation_id)
        return Response(status=204)
