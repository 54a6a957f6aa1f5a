"""Taking conversations along, and bringing them in: exports of one conversation, and imports."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from api.authentication import current_session
from api.download import download_reply, name_from_title
from api.examples import CONVERSATION_EXPORT, request_example, response_example
from api.portable_examples import IMPORT, MARKDOWN, WAITING_IMPORT
from api.serializers.portable import ConversationExportFilterSerializer, ImportSerializer, NewImportSerializer
from api.uploading import received_files
from chat.conversations import access_conversation
from chat.portable.everything import export_conversation
from chat.portable.imports import access_import, add_import, cancel_import, list_imports
from chat.portable.markdown import write_markdown


class ConversationExportView(APIView):
    @extend_schema(
        operation_id="conversations_export",
        summary="Download a conversation, as Markdown for people or JSON for programs",
        description="Markdown has the branch on screen, with citations as footnotes. JSON has every branch and all "
        "settings, and `POST conversations/import/` takes it back; docs/export-format.md describes it.",
        parameters=[ConversationExportFilterSerializer],
        responses={
            (200, "text/markdown"): OpenApiResponse(OpenApiTypes.STR),
            (200, "application/json"): OpenApiResponse({"type": "object"}),
        },
        examples=[
            response_example(MARKDOWN, "Markdown", media_type="text/markdown"),
            response_example(CONVERSATION_EXPORT, "JSON (as=json)"),
        ],
    )
    def get(self, request: Request, conversation_id: UUID) -> StreamingHttpResponse:
        wanted = ConversationExportFilterSerializer(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        conversation = access_conversation(current_session(request).user, conversation_id)
        options = wanted.validated_data
        if options["as"] == "json":
            name = name_from_title(conversation.title, ".json")
            return download_reply(export_conversation(conversation), media_type="application/json", file_name=name)
        pieces = write_markdown(conversation, language=options["language"], zone=ZoneInfo(options["timezone"]))
        name = name_from_title(conversation.title, ".md")
        return download_reply(pieces, media_type="text/markdown; charset=utf-8", file_name=name)


class ImportView(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="conversations_import",
        summary="Bring in conversations from a file",
        description="As multipart/form-data: an export of Triple Chat (of one conversation or of everything), of "
        "ChatGPT (the ZIP, or conversations.json) or of Open WebUI. A worker takes it in; `GET imports/{id}/` tells "
        "how far it is. The same file twice makes no second copy, and a later export adds what is new in it. "
        "Pictures and files are not brought in; the report counts them.",
        request={"multipart/form-data": NewImportSerializer},
        responses={202: ImportSerializer},
        examples=[
            request_example({"file": "conversations.zip"}, media_type="multipart/form-data"),
            response_example(WAITING_IMPORT, status=202),
        ],
    )
    def post(self, request: Request) -> Response:
        with received_files(request, most=settings.MAX_IMPORT_BYTES):
            wanted = NewImportSerializer(data=request.data)
            wanted.is_valid(raise_exception=True)
            file = wanted.validated_data["file"].received
            added = add_import(user=current_session(request).user, file=file)
        return Response(ImportSerializer(added).data, status=202)


class ImportsView(generics.ListAPIView[Any]):
    serializer_class: type[BaseSerializer[Any]] = ImportSerializer
    ordering = ("-created_datetime",)

    def get_queryset(self) -> QuerySet[Any]:
        return list_imports(current_session(self.request).user)

    @extend_schema(
        operation_id="imports_list",
        summary="List your imports, the newest first",
        description="For 30 days.",
        examples=[response_example(IMPORT)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class ImportStateView(APIView):
    @extend_schema(
        operation_id="imports_read",
        summary="Read how far an import is, and what became of each conversation",
        responses=ImportSerializer,
        examples=[response_example(IMPORT), response_example(WAITING_IMPORT, "Waiting")],
    )
    def get(self, request: Request, import_id: UUID) -> Response:
        return Response(ImportSerializer(access_import(current_session(request).user, import_id)).data)


class ImportCancelView(APIView):
    @extend_schema(
        operation_id="imports_cancel",
        summary="Stop an import",
        description="What was taken in by then is kept.",
        request=None,
        responses=ImportSerializer,
        examples=[response_example({**WAITING_IMPORT, "status": "cancelled"})],
    )
    def post(self, request: Request, import_id: UUID) -> Response:
        wanted = access_import(current_session(request).user, import_id)
        return Response(ImportSerializer(cancel_import(wanted)).data)
