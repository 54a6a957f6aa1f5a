"""The shapes of collections, documents and their passages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.models import ReasonSerializer
from api.serializers.strict import StrictSerializer
from chat.library.refusals import refusal_for
from chat.library.samples import SAMPLES
from models.models import Collection, Document, DocumentStatus


class CollectionSerializer(serializers.ModelSerializer[Collection]):
    """`name` is "" for the default collection of one who has not named it. Needs the context's `user`."""

    mine = serializers.SerializerMethodField()
    document_count = serializers.IntegerField(default=0)

    class Meta:
        model = Collection
        fields = [
            *("id", "name", "is_default", "shared", "mine"),
            *("document_count", "passage_count", "created_datetime"),
        ]
        read_only_fields = fields

    def get_mine(self, collection: Collection) -> bool:
        return bool(collection.owner_id == self.context["user"].uuid)


class NewCollectionSerializer(StrictSerializer):
    name = serializers.CharField(max_length=120)


class CollectionChangeSerializer(StrictSerializer):
    """What is not named stays as it is."""

    name = serializers.CharField(max_length=120, required=False)
    shared = serializers.BooleanField(required=False, help_text="Readable by every account. Only staff can set it.")


class DocumentSerializer(serializers.ModelSerializer[Document]):
    """A file and how far its reading is. Needs the context's `user`."""

    error = serializers.SerializerMethodField()
    mine = serializers.SerializerMethodField()

    class Meta:
        model = Document
        fields = [
            *("id", "collection", "title", "file_name", "media_type", "size_bytes", "source", "language"),
            *("status", "progress", "error", "page_count", "passage_count", "created_datetime", "mine"),
        ]
        read_only_fields = fields

    @extend_schema_field(ReasonSerializer(allow_null=True))
    def get_error(self, document: Document) -> dict[str, str] | None:
        if not document.error_code:
            return None
        return {"code": document.error_code, "message": refusal_for(document.error_code).text}

    def get_mine(self, document: Document) -> bool:
        return bool(document.owner_id == self.context["user"].uuid)


class NewDocumentsSerializer(StrictSerializer):
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True, max_length=255), min_length=1, help_text="One file or many."
    )
    collection = serializers.UUIDField(required=False, help_text="One of yours. Left out: your default collection.")


class RefusedFileSerializer(serializers.Serializer[Any]):
    """A file of the upload that was not taken."""

    file_name = serializers.CharField()
    code = serializers.CharField(source="reason.code")
    message = serializers.CharField(source="reason.text")


class UploadedSerializer(serializers.Serializer[Any]):
    documents = DocumentSerializer(many=True)
    refused = RefusedFileSerializer(many=True)


class DocumentChangeSerializer(StrictSerializer):
    """What is not named stays as it is."""

    title = serializers.CharField(max_length=300, required=False)
    collection = serializers.UUIDField(required=False)


class DocumentFilterSerializer(StrictSerializer):
    """The query string of GET documents/; `cursor` and `page_size` are the pagination's."""

    collection = serializers.UUIDField(required=False)
    status = serializers.ChoiceField(choices=DocumentStatus.choices, required=False)
    search = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text="A part of the title.")
    cursor = serializers.CharField(required=False, write_only=True)
    page_size = serializers.CharField(required=False, write_only=True)


class SampleChoiceSerializer(StrictSerializer):
    language = serializers.ChoiceField(choices=[(sample.language, sample.title) for sample in SAMPLES])


class SampleSerializer(serializers.Serializer[Any]):
    language = serializers.CharField()
    title = serializers.CharField()
    questions = serializers.ListField(child=serializers.CharField())
