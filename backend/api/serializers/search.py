"""The shapes of a search and of its trace."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.strict import StrictSerializer
from chat.search.library import FoundPassage, LibraryHits, shown_piece
from models.models import DocumentSource, SearchLog

MAX_QUERY_CHARACTERS = 4_000
MAX_COLLECTIONS = 100


class SearchSerializer(StrictSerializer):
    """Without `collections`, all that you may read are searched. `images`: only passages that show a picture."""

    query = serializers.CharField(max_length=MAX_QUERY_CHARACTERS)
    top_k = serializers.IntegerField(min_value=1, max_value=100, default=10)
    collections = serializers.ListField(
        child=serializers.UUIDField(), max_length=MAX_COLLECTIONS, required=False, default=list
    )
    images = serializers.BooleanField(default=False)


class FoundDocumentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    file_name = serializers.CharField()


class FoundPassageSerializer(serializers.Serializer[Any]):
    """`score`: higher is better, comparable within one search. `document` is null for a passage written directly."""

    data_id = serializers.IntegerField()
    score = serializers.FloatField()
    data_text = serializers.CharField(source="text")
    snippet = serializers.SerializerMethodField(help_text="The stretch of the text that fits best, on one line.")
    marks = serializers.SerializerMethodField(help_text="Pairs of [start, end] in the snippet, `end` excluded.")
    document = serializers.SerializerMethodField()
    title = serializers.CharField()
    heading = serializers.CharField()
    page = serializers.IntegerField(allow_null=True)
    external_id = serializers.CharField(allow_null=True)
    image_urls = serializers.ListField(child=serializers.CharField())
    collection = serializers.UUIDField(source="collection_id")

    def get_snippet(self, passage: FoundPassage) -> str:
        # Both are wanted, and one after the other: the second is there already.
        self._piece = shown_piece(self.context["hits"], passage)
        return self._piece.text

    @extend_schema_field(
        serializers.ListField(
            child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2),
        )
    )
    def get_marks(self, passage: FoundPassage) -> list[tuple[int, int]]:
        return list(self._piece.marks)

    @extend_schema_field(FoundDocumentSerializer(allow_null=True))
    def get_document(self, passage: FoundPassage) -> dict[str, Any] | None:
        if passage.document.source == DocumentSource.DIRECT:
            return None
        return FoundDocumentSerializer(passage.document).data


class SearchResultSerializer(serializers.Serializer[Any]):
    search_id = serializers.UUIDField()
    duration_ms = serializers.FloatField()
    results = FoundPassageSerializer(many=True, source="passages")

    @classmethod
    def of(cls, hits: LibraryHits) -> SearchResultSerializer:
        return cls(hits, context={"hits": hits})


class EmbeddingCountsSerializer(serializers.Serializer[Any]):
    """`refused`: how many passages the model does not take, by the code of its error."""

    embedded = serializers.IntegerField()
    waiting = serializers.IntegerField()
    refused = serializers.DictField(child=serializers.IntegerField())


class EmbeddingProgressSerializer(serializers.Serializer[Any]):
    """`model` is "" when the server has none; `ready`: it was tried out. A weight of 0: searches go by words alone.

    `embedded`, `waiting` and `refused` count all passages on the server; `mine`: those in your own collections.
    """

    model = serializers.CharField()
    ready = serializers.BooleanField()
    weight_ko = serializers.FloatField()
    weight_en = serializers.FloatField()
    embedded = serializers.IntegerField(source="all.embedded")
    waiting = serializers.IntegerField(source="all.waiting")
    refused = serializers.DictField(child=serializers.IntegerField(), source="all.refused")
    mine = EmbeddingCountsSerializer()


class SearchLogSerializer(serializers.ModelSerializer[SearchLog]):
    """`rank` 1 is the best; `data`, `rank` and `score` are null when nothing was found. Empty `collections`: all."""

    class Meta:
        model = SearchLog
        fields = [
            "search_log_id",
            "search_id",
            "question",
            "query",
            "data",
            "rank",
            "score",
            "searching_time",
            "duration_ms",
            "collections",
        ]
        read_only_fields = fields


class SearchLogFilterSerializer(StrictSerializer):
    """The query string of GET search-logs/; `cursor` and `page_size` are the pagination's."""

    question = serializers.UUIDField(required=False)
    search_id = serializers.UUIDField(required=False)
    query = serializers.CharField(max_length=200, required=False, help_text="A part of the query.")
    empty = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Only searches that found nothing, or something."
    )
    all = serializers.BooleanField(required=False, default=False, help_text="Everybody's; counts for staff only.")
    cursor = serializers.CharField(required=False, write_only=True)
    page_size = serializers.CharField(required=False, write_only=True)
