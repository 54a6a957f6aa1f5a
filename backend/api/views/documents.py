"""Documents: adding files, what became of them, and what one can do with them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

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
from api.examples import request_example, response_example
from api.file_reply import file_reply
from api.library_examples import DOCUMENT, PASSAGE, READING_DOCUMENT, SAMPLES_ON_OFFER, UPLOADED
from api.pagination import ByPosition
from api.serializers.library import (
    DocumentChangeSerializer,
    DocumentFilterSerializer,
    DocumentSerializer,
    NewDocumentsSerializer,
    SampleChoiceSerializer,
    SampleSerializer,
    UploadedSerializer,
)
from api.serializers.rag_data import RagDataSerializer
from api.uploading import received_files
from chat.library.collections import access_collection, default_collection
from chat.library.documents import (
    access_document,
    access_image,
    add_documents,
    cancel_document,
    change_document,
    delete_document,
    list_documents,
    list_passages,
    original_file,
    restore_document,
    retry_document,
)
from chat.library.files import file_path
from chat.library.samples import SAMPLES, add_sample

_FILE = OpenApiResponse(OpenApiTypes.BINARY, "The file.")


def _shown(request: Request, document: Any) -> Any:
    return DocumentSerializer(document, context={"user": request.user}).data


class DocumentsView(generics.ListAPIView[Any]):
    serializer_class: type[BaseSerializer[Any]] = DocumentSerializer
    parser_classes = [MultiPartParser]
    ordering = ("-created_datetime",)

    def get_queryset(self) -> QuerySet[Any]:
        wanted = DocumentFilterSerializer(data=self.request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        filters = {key: value for key, value in wanted.validated_data.items() if key not in {"cursor", "page_size"}}
        return list_documents(current_session(self.request).user, **filters)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "user": self.request.user}

    @extend_schema(
        operation_id="documents_list",
        summary="List the documents that you can search, the newest first",
        description="Yours, and those in collections that are shared with you (`mine` is false).",
        parameters=[DocumentFilterSerializer],
        examples=[response_example(DOCUMENT)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="documents_add",
        summary="Add files",
        description=(
            "One or many, as multipart/form-data. PDF, DOCX, PPTX, XLSX, HWPX, HTML, Markdown, text, CSV, PNG and "
            "JPEG. A worker reads them: `status` and `progress` of each document tell how far it is. The same file "
            "twice in a collection is one document. A file that cannot be taken stands in `refused` with the reason, "
            "and the others go on."
        ),
        request={"multipart/form-data": NewDocumentsSerializer},
        responses={202: UploadedSerializer},
        examples=[
            request_example({"files": ["handbook.docx"]}, media_type="multipart/form-data"),
            response_example(UPLOADED, status=202),
        ],
    )
    def post(self, request: Request) -> Response:
        user = current_session(request).user
        with received_files(request):
            wanted = NewDocumentsSerializer(data=request.data)
            wanted.is_valid(raise_exception=True)
            named = wanted.validated_data.get("collection")
            collection = access_collection(user, named, to_write=True) if named else default_collection(user)
            files = [upload.received for upload in wanted.validated_data["files"]]
            added, refused = add_documents(user=user, collection=collection, files=files)
        reply = UploadedSerializer({"documents": added, "refused": refused}, context={"user": user})
        return Response(reply.data, status=202)


class DocumentView(APIView):
    @extend_schema(
        operation_id="documents_read",
        summary="Read one document: what it is, and how far its reading is",
        responses=DocumentSerializer,
        examples=[response_example(DOCUMENT), response_example(READING_DOCUMENT, "Being read")],
    )
    def get(self, request: Request, document_id: UUID) -> Response:
        return Response(_shown(request, access_document(current_session(request).user, document_id)))

    @extend_schema(
        operation_id="documents_change",
        summary="Rename a document, or move it to another of your collections",
        description="It is read anew: passages are found by their document's title and collection, too.",
        request=DocumentChangeSerializer,
        responses=DocumentSerializer,
        examples=[request_example({"title": "Handbook 2026"}), response_example(READING_DOCUMENT)],
    )
    def patch(self, request: Request, document_id: UUID) -> Response:
        user = current_session(request).user
        document = access_document(user, document_id, to_write=True)
        wanted = DocumentChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        fields = dict(wanted.validated_data)
        if collection_id := fields.pop("collection", None):
            fields["collection"] = access_collection(user, collection_id, to_write=True)
        return Response(_shown(request, change_document(document, **fields)))

    @extend_schema(
        operation_id="documents_delete",
        summary="Delete a document",
        description="It can be restored for 24 hours, then it is gone for good. Answers keep what they quote of it.",
        responses={204: None},
    )
    def delete(self, request: Request, document_id: UUID) -> Response:
        delete_document(access_document(current_session(request).user, document_id, to_write=True))
        return Response(status=204)


class DocumentRestoreView(APIView):
    @extend_schema(
        operation_id="documents_restore",
        summary="Undo the deletion of a document",
        request=None,
        responses=DocumentSerializer,
        examples=[response_example(READING_DOCUMENT)],
    )
    def post(self, request: Request, document_id: UUID) -> Response:
        return Response(_shown(request, restore_document(current_session(request).user, document_id)))


class DocumentRetryView(APIView):
    @extend_schema(
        operation_id="documents_retry",
        summary="Read a document again that failed or was cancelled",
        request=None,
        responses={202: DocumentSerializer},
        examples=[response_example(READING_DOCUMENT, status=202)],
    )
    def post(self, request: Request, document_id: UUID) -> Response:
        document = access_document(current_session(request).user, document_id, to_write=True)
        return Response(_shown(request, retry_document(document)), status=202)


class DocumentCancelView(APIView):
    @extend_schema(
        operation_id="documents_cancel",
        summary="Stop the reading of a document",
        description="One that waits is cancelled at once, one that is being read within about a second.",
        request=None,
        responses=DocumentSerializer,
        examples=[response_example({**READING_DOCUMENT, "status": "cancelled"})],
    )
    def post(self, request: Request, document_id: UUID) -> Response:
        document = access_document(current_session(request).user, document_id, to_write=True)
        return Response(_shown(request, cancel_document(document)))


class DocumentPassagesView(generics.ListAPIView[Any]):
    serializer_class: type[BaseSerializer[Any]] = RagDataSerializer
    pagination_class = ByPosition
    ordering = ("position",)

    def get_queryset(self) -> QuerySet[Any]:
        return list_passages(access_document(current_session(self.request).user, self.kwargs["document_id"]))

    @extend_schema(
        operation_id="documents_passages",
        summary="List the passages of a document, in reading order",
        examples=[response_example(PASSAGE)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class DocumentFileView(APIView):
    @extend_schema(
        operation_id="documents_file",
        summary="Download the file as it was added",
        responses={(200, "application/octet-stream"): _FILE},
        examples=[response_example("(the file's bytes)", media_type="application/octet-stream")],
    )
    def get(self, request: Request, document_id: UUID) -> StreamingHttpResponse:
        document = access_document(current_session(request).user, document_id)
        return file_reply(original_file(document), media_type="application/octet-stream", file_name=document.file_name)


class DocumentImageView(APIView):
    @extend_schema(
        operation_id="document_images_read",
        summary="Show a picture of a document",
        description="To those who may read the document. `image_urls` of passages lead here.",
        responses={(200, "image/*"): _FILE},
        examples=[response_example("(the picture's bytes)", media_type="image/*")],
    )
    def get(self, request: Request, image_id: UUID) -> StreamingHttpResponse:
        image = access_image(current_session(request).user, image_id)
        return file_reply(file_path(image.pk), media_type=image.media_type)


class SampleView(APIView):
    @extend_schema(
        operation_id="documents_samples",
        summary="List the sample documents, with questions that they answer",
        responses=SampleSerializer(many=True),
        examples=[response_example(SAMPLES_ON_OFFER[0])],
    )
    def get(self, request: Request) -> Response:
        return Response(SampleSerializer(SAMPLES, many=True).data)

    @extend_schema(
        operation_id="documents_add_sample",
        summary="Add a sample document to your default collection",
        description="Read like any file that you add; the same twice is one.",
        request=SampleChoiceSerializer,
        responses={202: DocumentSerializer},
        examples=[
            request_example({"language": "en"}),
            response_example({**READING_DOCUMENT, "file_name": "en.md", "media_type": "text/markdown"}, status=202),
        ],
    )
    def post(self, request: Request) -> Response:
        wanted = SampleChoiceSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        document = add_sample(user=current_session(request).user, **wanted.validated_data)
        return Response(_shown(request, document), status=202)
