"""The user who asks: who they are, and how they leave."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import current_session
from api.examples import USER, response_example
from api.serializers.users import UserSerializer
from chat.users import delete_user


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
        operation_id="users_delete_me",
        summary="Delete yourself, with every conversation, answer and session",
        description="At once, and for good.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        delete_user(user=current_session(request).user)
        return Response(status=204)
