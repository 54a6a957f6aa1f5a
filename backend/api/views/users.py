"""The user who asks: becoming an account, changing it, taking everything along, and leaving."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny, BasePermission, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import current_session
from api.download import download_reply
from api.examples import EXPORT, OPENED_ACCOUNT, USER, request_example, response_example
from api.serializers.sessions import OpenedSessionSerializer
from api.serializers.users import (
    AccountChangeSerializer,
    LeaveSerializer,
    NewAccountSerializer,
    UserSerializer,
)
from api.views.accounts import AccountsListView
from api.views.sessions import opened_reply, origin_of
from api.visitor import visitor_address
from chat.accounts.profile import change_account
from chat.accounts.registering import register
from chat.errors import AlreadyAccount
from chat.portable.everything import export_user
from chat.users import leave


class UsersView(AccountsListView):
    """POST is for everybody, GET for staff."""

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method == "POST" else IsAdminUser()]

    @extend_schema(
        operation_id="users_register",
        summary="Make an account",
        description="With a guest's token the guest becomes the account and keeps every chat. The reply holds a new "
        "token; the guest's has ended. `details` says by codes what is wrong with a name or a password.",
        request=NewAccountSerializer,
        responses={201: OpenedSessionSerializer},
        examples=[
            request_example({"user_id": "minji", "password": "a long password"}),
            response_example(OPENED_ACCOUNT, status=201),
        ],
    )
    def post(self, request: Request) -> Response:
        wanted = NewAccountSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        guest = current_session(request).user if request.auth else None
        if guest and not guest.is_guest:
            raise AlreadyAccount
        return opened_reply(register(**wanted.validated_data, guest=guest, **origin_of(request)))


class MeView(APIView):
    @extend_schema(
        operation_id="users_me",
        summary="Read who you are",
        responses=UserSerializer,
        examples=[response_example(USER)],
    )
    def get(self, request: Request) -> Response:
        session = current_session(request)
        return Response(UserSerializer(session.user, context={"expires_at": session.expires_at}).data)

    @extend_schema(
        operation_id="users_change_me",
        summary="Change your name or your password",
        description="Both want the present password. A new password ends all your other sessions.",
        request=AccountChangeSerializer,
        responses=UserSerializer,
        examples=[
            request_example({"current_password": "a long password", "password": "a longer password"}),
            response_example({**USER, "user_id": "minji", "is_guest": False}),
        ],
    )
    def patch(self, request: Request) -> Response:
        wanted = AccountChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        session = current_session(request)
        changes = {"user_id": None, "password": None, **wanted.validated_data}
        user = change_account(
            user=session.user, session_id=session.session_id, address=visitor_address(request), **changes
        )
        return Response(UserSerializer(user, context={"expires_at": session.expires_at}).data)

    @extend_schema(
        operation_id="users_delete_me",
        summary="Delete yourself, with every conversation, answer, document and session",
        description='At once, and for good. An account sends its password, as the body `{"password": "..."}`. '
        "`GET /api/users/me/export/` gives you everything first.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        wanted = LeaveSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        leave(user=current_session(request).user, address=visitor_address(request), **wanted.validated_data)
        return Response(status=204)


class ExportView(APIView):
    @extend_schema(
        operation_id="users_export_me",
        summary="Take along everything of yours, as one JSON object",
        description="Streamed, however much it is; docs/export-format.md describes it, and `POST conversations/import/` "
        "takes it back. Files are named by their ids, and lie under their own addresses. Temporary conversations are "
        "not in it.",
        responses={200: OpenApiResponse({"type": "object"}, examples=[response_example(EXPORT)])},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        pieces = export_user(current_session(request).user)
        return download_reply(pieces, media_type="application/json", file_name="triple-chat-export.json")
