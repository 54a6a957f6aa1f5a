"""Sessions: becoming a guest, signing in, and ending sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from api.authentication import current_session, token_of
from api.device import device_label
from api.errors import error_body
from api.examples import OPENED_ACCOUNT, OPENED_SESSION, SESSION, request_example, response_example
from api.serializers.sessions import OpenedSessionSerializer, RedeemSerializer, SessionSerializer, SignInSerializer
from api.visitor import visitor_address
from chat.accounts.redeeming import redeem_code
from chat.errors import InvalidCredentials
from chat.sessions.guests import guest_of
from chat.sessions.listing import SessionState, active_sessions, describe_sessions
from chat.sessions.opening import OpenedSession, open_guest_session, sign_in
from chat.sessions.revoking import revoke_other_sessions, revoke_session

_DEVICE = OpenApiParameter(
    "X-Device",
    str,
    OpenApiParameter.HEADER,
    description="A name for the session in the list of sessions, percent-encoded; else one is made from User-Agent.",
)
_REFUSED = OpenApiResponse(
    {"$ref": "#/components/schemas/Error"},
    "The name or the password is wrong (`invalid_credentials`).",
    [response_example(error_body("invalid_credentials", InvalidCredentials.message), "Refused", 401)],
)


class SessionsView(generics.ListAPIView[Any]):
    serializer_class: type[BaseSerializer[Any]] = SessionSerializer
    ordering = ("-created_datetime",)

    def perform_authentication(self, request: Request) -> None:
        # Whoever asks for a session may still send the token of one that has ended.
        if request.method != "POST":
            super().perform_authentication(request)

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method == "POST" else IsAuthenticated()]

    def get_queryset(self) -> QuerySet[Any]:
        return active_sessions(user=current_session(self.request).user)

    @extend_schema(
        operation_id="sessions_list",
        summary="List your active sessions, the newest first",
        examples=[response_example(SESSION)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        current = current_session(request)
        page = self.paginate_queryset(self.get_queryset()) or []
        states = describe_sessions(page, user=current.user, current=current.session_id)
        return self.get_paginated_response([SessionSerializer(state).data for state in states])

    @extend_schema(
        operation_id="sessions_open",
        summary="Become a guest, or sign in",
        description="With an empty body a guest is made. A guest has no password: the session lives as long as "
        "they do, until a long time has passed without activity. With `user_id` and `password` an account signs "
        "in; its oldest session ends when it has too many, and the one whose token came with this request ends, "
        "too, if it is the same account's. With `keep_chats` and a guest's token everything of the guest's moves "
        "into the account.",
        request=SignInSerializer,
        responses={201: OpenedSessionSerializer, 401: _REFUSED},
        parameters=[_DEVICE],
        auth=[],
        examples=[
            request_example({}, "A guest"),
            request_example({"user_id": "minji", "password": "a long password", "keep_chats": True}, "An account"),
            response_example(OPENED_SESSION, status=201),
        ],
    )
    def post(self, request: Request) -> Response:
        wanted = SignInSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return opened_reply(_open(request, **wanted.validated_data))


class CurrentSessionView(APIView):
    @extend_schema(
        operation_id="sessions_current",
        summary="Read the session that this request came with",
        responses=SessionSerializer,
        examples=[response_example(SESSION)],
    )
    def get(self, request: Request) -> Response:
        session = current_session(request)
        state = SessionState(
            id=session.session_id,
            device=session.device,
            place=session.place,
            created_datetime=session.created_datetime,
            last_activity=session.last_activity,
            expires_at=session.expires_at,
            current=True,
        )
        return Response(SessionSerializer(state).data)

    @extend_schema(operation_id="sessions_sign_out", summary="Sign out", request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        session = current_session(request)
        revoke_session(user=session.user, session_id=session.session_id)
        return Response(status=204)


class OtherSessionsView(APIView):
    @extend_schema(
        operation_id="sessions_revoke_others",
        summary="End all your sessions but this one",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        session = current_session(request)
        revoke_other_sessions(user=session.user, keep=session.session_id)
        return Response(status=204)


class SessionView(APIView):
    @extend_schema(
        operation_id="sessions_revoke",
        summary="End one of your sessions",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, session_id: UUID) -> Response:
        revoke_session(user=current_session(request).user, session_id=session_id)
        return Response(status=204)


class RedeemView(APIView):
    """Open to everybody: the code is the permission."""

    permission_classes = (AllowAny,)

    def perform_authentication(self, request: Request) -> None:
        # As with signing in, the token may be one that has ended.
        return

    @extend_schema(
        operation_id="sessions_redeem",
        summary="Use a one-time code: an invitation, a password reset, or the first administrator's",
        description="The reply is that of signing in; the code is void then. An invitation and the first "
        "administrator's code make an account and need `user_id`; with a guest's token the guest keeps every chat. "
        "A password reset ends all sessions of its account.",
        request=RedeemSerializer,
        responses={201: OpenedSessionSerializer},
        parameters=[_DEVICE],
        auth=[],
        examples=[
            request_example(
                {"code": "7KQD-M2XP-9RTV", "user_id": "minji", "password": "a long password"}, "An invitation"
            ),
            request_example({"code": "7KQD-M2XP-9RTV", "password": "a long password"}, "A password reset"),
            response_example(OPENED_ACCOUNT, status=201),
        ],
    )
    def post(self, request: Request) -> Response:
        wanted = RedeemSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        fields = {"user_id": None, **wanted.validated_data}
        return opened_reply(redeem_code(**fields, guest=guest_of(token_of(request)), **origin_of(request)))


def opened_reply(opened: OpenedSession) -> Response:
    body = OpenedSessionSerializer(opened, context={"expires_at": opened.expires_at}).data
    # The one answer that holds a token: no cache may keep it.
    return Response(body, status=201, headers={"Cache-Control": "no-store"})


def origin_of(request: Request) -> dict[str, Any]:
    """On which device, and from which address, a session is opened."""
    return {"device": device_label(request.headers), "address": visitor_address(request)}


def _open(request: Request, user_id: str | None = None, password: str = "", keep_chats: bool = False) -> OpenedSession:
    if user_id is None:
        return open_guest_session(**origin_of(request))
    token = token_of(request)
    return sign_in(
        user_id=user_id,
        password=password,
        replaces=token,
        guest=guest_of(token) if keep_chats else None,
        **origin_of(request),
    )
