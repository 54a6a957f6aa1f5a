"""What the server takes, so that a client can say so before somebody tries."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.examples import response_example

_LIMITS = {
    "document_bytes": "MAX_DOCUMENT_BYTES",
    "upload_bytes": "MAX_UPLOAD_BYTES",
    "upload_files": "DATA_UPLOAD_MAX_NUMBER_FILES",
    "picture_bytes": "MAX_PICTURE_BYTES",
    "import_bytes": "MAX_IMPORT_BYTES",
    "question_characters": "MAX_QUESTION_CHARACTERS",
}


class LimitsSerializer(serializers.Serializer[Any]):
    """`document_bytes` is for one file, `upload_bytes` and `upload_files` for all that are sent at once."""

    document_bytes = serializers.IntegerField()
    upload_bytes = serializers.IntegerField()
    upload_files = serializers.IntegerField()
    picture_bytes = serializers.IntegerField()
    import_bytes = serializers.IntegerField()
    question_characters = serializers.IntegerField()


class LimitsView(APIView):
    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="limits",
        summary="See how large files and questions may be",
        responses=LimitsSerializer,
        examples=[
            response_example(
                {
                    "document_bytes": 50_000_000,
                    "upload_bytes": 200_000_000,
                    "upload_files": 100,
                    "picture_bytes": 10_000_000,
                    "import_bytes": 200_000_000,
                    "question_characters": 32_000,
                }
            )
        ],
    )
    def get(self, request: Request) -> Response:
        return Response({name: getattr(settings, setting) for name, setting in _LIMITS.items()})
