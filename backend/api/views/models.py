"""The models on offer, and the state of the endpoints they come from."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.examples import MODELS, response_example
from api.serializers.models import ModelsOnOfferSerializer, endpoint_as_json, model_as_json
from chat.model_registry import model_registry, require_readable_settings


class ModelsView(APIView):
    # The first page a visitor sees shows the models, before there is a session.
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="models_list",
        summary="List the models and the endpoints they come from",
        responses=ModelsOnOfferSerializer,
        examples=[response_example(MODELS)],
    )
    def get(self, request: Request) -> Response:
        return Response(async_to_sync(_models_on_offer)(check_again=False))


class ModelsCheckView(APIView):
    @extend_schema(
        operation_id="models_check",
        summary="Read the settings and ask every endpoint again",
        description="An endpoint that was just written into `.env` counts at once, without a restart.",
        request=None,
        responses=ModelsOnOfferSerializer,
        examples=[response_example(MODELS)],
    )
    def post(self, request: Request) -> Response:
        require_readable_settings()
        return Response(async_to_sync(_models_on_offer)(check_again=True))


async def _models_on_offer(*, check_again: bool) -> dict[str, Any]:
    registry = model_registry()
    await registry.refresh(force=check_again)
    return {
        "results": [model_as_json(entry) for entry in registry.list()],
        "endpoints": [endpoint_as_json(state) for state in registry.endpoints()],
        "default": registry.default("basic").id,
        "default_advanced": registry.default("advanced").id,
    }
