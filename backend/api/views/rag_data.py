"""Passages that clients write: one, a list, or a stream of any length (`bulk.py`)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from api.authentication import current_session
from api.bulk import NDJSON, BulkAccepted, bulk_response, is_bulk
from api.examples import request_example, response_example
from api.pagination import LastMadeFirst
from api.search_examples import BULK_LINES, BULK_REPLY, NEW_PASSAGE, PASSAGE
from api.serializers.rag_data import (
    BulkProgressSerializer,
    NewRagDataSerializer,
    RagDataChangeSerializer,
    RagDataFilterSerializer,
    RagDataSerializer,
    placed_passage,
)
from chat.library.direct import (
    access_passage,
    change_passage,
    delete_passage,
    list_passages,
    read_passages,
    write_each,
)

_MOST_AT_ONCE = 1_000


class _Many(serializers.ListSerializer[Any]):
    child = NewRagDataSerializer()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, max_length=_MOST_AT_ONCE, allow_empty=False)


class RagDataListView(generics.ListAPIView[Any]):
    serializer_class: type[BaseSerializer[Any]] = RagDataSerializer
    pagination_class = LastMadeFirst
    ordering = ("-data_id",)

    def get_queryset(self) -> QuerySet[Any]:
        wanted = RagDataFilterSerializer(data=self.request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        filters = {key: value for key, value in wanted.validated_data.items() if key not in {"cursor", "page_size"}}
        return list_passages(current_session(self.request).user, everybodys=filters.pop("all"), **filters)

    @extend_schema(
        operation_id="rag_data_list",
        summary="List your passages, the last one first",
        parameters=[RagDataFilterSerializer],
        examples=[response_example(PASSAGE)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="rag_data_create",
        summary="Write passages to be searched",
        description=f"One, a list of up to {_MOST_AT_ONCE}, or as `{NDJSON}` any number, one JSON object a line. A "
        "list is stored whole or not at all, and a list comes back. Of a stream every good line is stored; the "
        "reply tells its progress, line by line, in the same format. The same `external_id` again replaces.",
        request={
            "application/json": NewRagDataSerializer,
            NDJSON: {"type": "string", "format": "binary", "description": "One such object a line."},
        },
        responses={
            201: RagDataSerializer,
            (200, NDJSON): OpenApiResponse(BulkProgressSerializer, description="The progress of a stream."),
        },
        examples=[
            OpenApiExample("Request", value=NEW_PASSAGE, request_only=True, media_type="application/json"),
            OpenApiExample("Lines", value=BULK_LINES, request_only=True, media_type=NDJSON),
            response_example(PASSAGE, status=201),
            OpenApiExample("Progress", value=BULK_REPLY, response_only=True, media_type=NDJSON, status_codes=["200"]),
        ],
    )
    def post(self, request: Request) -> Response:
        user = current_session(request).user
        if is_bulk(request):
            return BulkAccepted(user)
        many = isinstance(request.data, list)
        wanted = _Many(data=request.data) if many else NewRagDataSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        passages = wanted.validated_data if many else [wanted.validated_data]
        rows = read_passages(write_each(user, [placed_passage(each) for each in passages]).data_ids)
        return Response((RagDataSerializer(rows, many=True) if many else RagDataSerializer(rows[0])).data, status=201)


class RagDataView(APIView):
    @extend_schema(
        operation_id="rag_data_read",
        summary="Read one passage",
        responses=RagDataSerializer,
        examples=[response_example(PASSAGE)],
    )
    def get(self, request: Request, data_id: int) -> Response:
        return Response(RagDataSerializer(access_passage(current_session(request).user, data_id)).data)

    @extend_schema(
        operation_id="rag_data_change",
        summary="Change a passage of yours",
        request=RagDataChangeSerializer,
        responses=RagDataSerializer,
        examples=[request_example({"heading": "Power > Charging"}), response_example(PASSAGE)],
    )
    def patch(self, request: Request, data_id: int) -> Response:
        passage = access_passage(current_session(request).user, data_id, to_write=True)
        wanted = RagDataChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response(RagDataSerializer(change_passage(passage, wanted.validated_data)).data)

    @extend_schema(
        operation_id="rag_data_delete",
        summary="Delete a passage of yours",
        description="For good. Answers that cite it keep what they quote.",
        responses={204: None},
    )
    def delete(self, request: Request, data_id: int) -> Response:
        delete_passage(access_passage(current_session(request).user, data_id, to_write=True))
        return Response(status=204)


rag_data = bulk_response(RagDataListView.as_view())
