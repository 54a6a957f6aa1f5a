"""The shapes of passages that clients write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from api.serializers.strict import StrictSerializer
from chat.library.direct import PlacedPassage
from chat.library.passages import NewPassage
from models.models import RagData

MAX_PASSAGE_CHARACTERS = 50_000
_MOST_PICTURES = 20
_PICTURE = re.compile(r"(?:https?://|/api/)\S+")


def _require_picture_address(address: str) -> None:
    if not _PICTURE.fullmatch(address):
        raise serializers.ValidationError("An address that begins with http://, https:// or /api/.")


class PassageTextField(serializers.CharField):
    """A CharField whose check for half characters takes no time; the framework's looks at each letter."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_PASSAGE_CHARACTERS, **options)
        slow = ProhibitSurrogateCharactersValidator
        self.validators = [each for each in self.validators if not isinstance(each, slow)]
        self.validators.append(_refuse_half_characters)


def _refuse_half_characters(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise serializers.ValidationError("Half of a character (a lone surrogate) is not allowed.") from None


class RagDataSerializer(serializers.ModelSerializer[RagData]):
    """`heading`: the path of headings, joined with " > "; `external_id`: the client's own name for it."""

    class Meta:
        model = RagData
        fields = [
            "data_id",
            "data_text",
            "image_urls",
            "title",
            "heading",
            "page",
            "position",
            "external_id",
            "document",
            "collection",
        ]
        read_only_fields = fields


class RagDataChangeSerializer(StrictSerializer):
    """What is not named stays as it is."""

    data_text = PassageTextField(required=False)
    image_urls = serializers.ListField(
        child=serializers.CharField(max_length=2000, validators=[_require_picture_address]),
        max_length=_MOST_PICTURES,
        required=False,
    )
    title = serializers.CharField(max_length=300, required=False, allow_blank=True)
    heading = serializers.CharField(max_length=300, required=False, allow_blank=True)
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, allow_null=True)


class NewRagDataSerializer(RagDataChangeSerializer):
    """Title and heading are searched as well as the text.

    A passage with the `external_id` of one that is in the collection takes its place. Without
    `collection` it goes into your own default one.
    """

    data_text = PassageTextField()
    external_id = serializers.CharField(max_length=200, required=False, allow_null=True)
    collection = serializers.UUIDField(required=False, allow_null=True)


def placed_passage(fields: Mapping[str, Any]) -> PlacedPassage:
    """Return what a NewRagDataSerializer has read as the services want it."""
    passage = NewPassage(
        text=fields["data_text"],
        title=fields.get("title", ""),
        heading=fields.get("heading", ""),
        page=fields.get("page"),
        image_urls=tuple(fields.get("image_urls", ())),
        external_id=fields.get("external_id"),
    )
    return PlacedPassage(passage, fields.get("collection"))


class RagDataFilterSerializer(StrictSerializer):
    """The query string of GET rag-data/; `cursor` and `page_size` are the pagination's."""

    document = serializers.UUIDField(required=False)
    collection = serializers.UUIDField(required=False)
    external_id = serializers.CharField(max_length=200, required=False)
    all = serializers.BooleanField(required=False, default=False, help_text="Everybody's; counts for staff only.")
    cursor = serializers.CharField(required=False, write_only=True)
    page_size = serializers.CharField(required=False, write_only=True)


class BulkProgressSerializer(serializers.Serializer[Any]):
    """A line of the reply to a stream of passages; `read` counts lines that are not blank.

    `progress`: all lines up to here are dealt with; `refused`: the line with this number was
    not stored, `code` and `message` say why; `done`: the end; `stopped`: it ended early, and
    what `stored` and `updated` count was kept.
    """

    kind = serializers.ChoiceField(choices=["progress", "refused", "done", "stopped"])
    read = serializers.IntegerField(required=False)
    stored = serializers.IntegerField(required=False)
    updated = serializers.IntegerField(required=False)
    refused = serializers.IntegerField(required=False)
    line = serializers.IntegerField(required=False)
    code = serializers.CharField(required=False)
    message = serializers.CharField(required=False)
    details = serializers.DictField(required=False)
    seconds = serializers.FloatField(required=False)
