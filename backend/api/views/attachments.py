"""Pictures for questions: add one, then name it in the question."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import current_session
from api.examples import ATTACHMENT, response_example
from api.serializers.attachments import AttachmentSerializer, NewAttachmentSerializer
from chat.attachments import access_attachment, add_attachment, delete_attachment, read_attachment


class AttachmentsView(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="attachments_add",
        summary="Add a picture, to ask about it",
        description="Name its id in `images` of the question. One that no question names within a day is removed.",
        request={"multipart/form-data": NewAttachmentSerializer},
        responses={201: AttachmentSerializer},
        examples=[
            OpenApiExample(
                "A picture", value={"file": "<the file>"}, request_only=True, media_type="multipart/form-data"
            ),
            response_example(ATTACHMENT, status=201),
        ],
    )
    def post(self, request: Request) -> Response:
        wanted = NewAttachmentSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        file = wanted.validated_data["file"]
        attachment = add_attachment(user=current_session(request).user, file_name=file.name, data=file.read())
        return Response(AttachmentSerializer(attachment).data, status=201)


class AttachmentView(APIView):
    @extend_schema(
        operation_id="attachments_read",
        summary="Get a picture",
        responses={(200, "image/png"): OpenApiTypes.BINARY, (200, "image/jpeg"): OpenApiTypes.BINARY},
        examples=[
            OpenApiExample(f"A {kind}", value="<the picture>", response_only=True, media_type=f"image/{kind}")
            for kind in ("png", "jpeg")
        ],
    )
    def get(self, request: Request, attachment_id: UUID) -> HttpResponse:
        attachment = access_attachment(current_session(request).user, attachment_id)
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
        return HttpResponse(read_attachment(attachment), content_type=attachment.media_type, headers=headers)

    @extend_schema(
        operation_id="attachments_delete",
        summary="Delete a picture",
        description="The questions that showed it are kept, without it.",
        responses={204: None},
    )
    def delete(self, request: Request, attachment_id: UUID) -> Response:
        delete_attachment(access_attachment(current_session(request).user, attachment_id))
        return Response(status=204)
