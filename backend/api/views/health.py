"""Health: the process itself, and the parts that it needs. No sign-in."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.examples import HEALTH, response_example
from api.serializers.health import HealthSerializer, LiveSerializer
from chat.health import check_parts


class LiveView(APIView):
    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="health_live",
        summary="Does the API's process answer?",
        responses=LiveSerializer,
        examples=[response_example({"status": "ok"})],
    )
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


class ReadyView(APIView):
    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="health_ready",
        summary="Are the database, Redis and a worker there?",
        responses={200: HealthSerializer, 503: HealthSerializer},
        examples=[
            response_example(HEALTH),
            response_example(
                {"status": "degraded", "parts": {**HEALTH["parts"], "worker": {"ok": False}}}, "Degraded", 503
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        parts = check_parts()
        ready = all(parts.values())
        body = {"status": "ok" if ready else "degraded", "parts": {name: {"ok": ok} for name, ok in parts.items()}}
        return Response(body, status=200 if ready else 503)
