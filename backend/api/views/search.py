"""Searching documents, and the trace that searches leave."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from api.authentication import current_session
from api.examples import request_example, response_example
from api.search_examples import EMBEDDING_PROGRESS, SEARCH_LOG, SEARCH_RESULT, SEARCH_RESULT_KO
from api.serializers.search import (
    EmbeddingProgressSerializer,
    SearchLogFilterSerializer,
    SearchLogSerializer,
    SearchResultSerializer,
    SearchSerializer,
)
from chat.library.collections import require_readable
from chat.library.embedding_progress import embedding_progress
from chat.search.library import search_library
from chat.search_logs import list_search_logs


class SearchView(APIView):
    @extend_schema(
        operation_id="search",
        summary="Search your documents",
        description="The passages that fit best, by BM25 over Korean and English, and by meaning where the server "
        "has a model for it. Each search leaves a trace in search-logs/.",
        request=SearchSerializer,
        responses=SearchResultSerializer,
        examples=[
            request_example({"query": "How long does a battery last?", "top_k": 3}),
            request_example({"query": "배터리는 얼마나 가나요?", "top_k": 3}, "In Korean"),
            response_example(SEARCH_RESULT),
            response_example(SEARCH_RESULT_KO, "In Korean"),
        ],
    )
    def post(self, request: Request) -> Response:
        wanted = SearchSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        user = current_session(request).user
        require_readable(user, wanted.validated_data["collections"])
        return Response(SearchResultSerializer.of(search_library(user=user, **wanted.validated_data)).data)


class EmbeddingsView(APIView):
    @extend_schema(
        operation_id="search_embeddings",
        summary="See whether searches go by meaning too, and how far the passages are",
        description="Yours, and everybody's together. A passage that the model refuses is found by its words; why it "
        "was refused is counted by the code of the error. It is tried again when it is changed.",
        responses=EmbeddingProgressSerializer,
        examples=[response_example(EMBEDDING_PROGRESS)],
    )
    def get(self, request: Request) -> Response:
        return Response(EmbeddingProgressSerializer(embedding_progress(current_session(request).user)).data)


class SearchLogsView(generics.ListAPIView[Any]):
    serializer_class: type[BaseSerializer[Any]] = SearchLogSerializer
    ordering = ("-searching_time", "rank")

    def get_queryset(self) -> QuerySet[Any]:
        wanted = SearchLogFilterSerializer(data=self.request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        filters = {key: value for key, value in wanted.validated_data.items() if key not in {"cursor", "page_size"}}
        return list_search_logs(current_session(self.request).user, everybodys=filters.pop("all"), **filters)

    @extend_schema(
        operation_id="search_logs_list",
        summary="List what was searched and found, the newest search first",
        description="A line for each passage found, or one line without a passage. Yours; staff see all with `all`.",
        parameters=[SearchLogFilterSerializer],
        examples=[response_example(SEARCH_LOG)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
