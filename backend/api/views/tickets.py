"""Tickets for the WebSocket."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import current_session
from api.examples import response_example
from chat.sessions.tickets import LIVES_SECONDS, issue_ticket

_Ticket = inline_serializer(
    "Ticket", {"ticket": serializers.CharField(), "expires_in": serializers.IntegerField(help_text="Seconds.")}
)


class TicketView(APIView):
    @extend_schema(
        operation_id="sessions_ticket",
        summary="Get a ticket that opens one WebSocket",
        description="For browsers, which cannot send a token with a WebSocket. See `docs/websocket.md`.",
        request=None,
        responses={201: _Ticket},
        examples=[response_example({"ticket": "q1w2e3r4t5", "expires_in": LIVES_SECONDS}, status=201)],
    )
    def post(self, request: Request) -> Response:
        ticket = issue_ticket(current_session(request).session_id)
        return Response({"ticket": ticket, "expires_in": LIVES_SECONDS}, status=201)
