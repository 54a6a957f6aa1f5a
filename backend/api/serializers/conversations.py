"""The shapes of conversations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.strict import CollectionIdsField, StrictSerializer
from chat.search.turns import Match
from models.models import Conversation, Mode

TEMPORARY = (
    "Kept in the database only while it is open, so that no answer is lost, and then deleted for good: at once when you "
    "delete it, or by the clean-up after an hour in which nothing was asked. It has no title, and is in no list, search, "
    "notification or export of everything. A backup of the server that is made while it is open holds it."
)


class MatchSerializer(serializers.Serializer[Any]):
    """Why a search found a conversation: its newest turn that holds all the words."""

    question_id = serializers.UUIDField()
    snippet = serializers.CharField(
        source="snippet.text", help_text="A stretch of the question or the answer, on one line, as it was written."
    )
    marks = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(min_value=0), min_length=2, max_length=2),
        source="snippet.marks",
        help_text="Where the words stand in the snippet: pairs of [start, end] in characters, `end` excluded.",
    )


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    """`running` tells whether an answer is on its way.

    `title_by`: who worded the title; one by the `question` may still be replaced by the
    `model`'s, one by the `user` stays. `match` is null unless the list was searched and a
    turn holds the words.
    """

    running = serializers.BooleanField(read_only=True, default=False)
    collections = serializers.SerializerMethodField(
        help_text="Where Advanced chat looks: ids of collections; none means all that you may read."
    )
    match = serializers.SerializerMethodField()

    class Meta:
        model = Conversation
        fields = [
            "id",
            "mode",
            "title",
            "title_by",
            "model",
            "system_prompt",
            "parameters",
            "collections",
            "current_leaf",
            "temporary",
            "pinned",
            "archived",
            "created_datetime",
            "updated_datetime",
            "running",
            "match",
        ]
        read_only_fields = fields

    def get_collections(self, conversation: Conversation) -> list[UUID]:
        return [collection.pk for collection in conversation.collections.all()]

    @extend_schema_field(MatchSerializer(allow_null=True))
    def get_match(self, conversation: Conversation) -> dict[str, Any] | None:
        matches: dict[UUID, Match] = self.context.get("matches", {})
        match = matches.get(conversation.pk)
        return MatchSerializer(match).data if match else None


class ParametersSerializer(StrictSerializer):
    """Options of the model; one that the model does not have is passed over."""

    temperature = serializers.FloatField(min_value=0, max_value=2, required=False)
    top_p = serializers.FloatField(min_value=0, max_value=1, required=False)
    max_tokens = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False)


class NewConversationSerializer(StrictSerializer):
    """An untitled one is named after its first question."""

    mode = serializers.ChoiceField(choices=Mode.choices, default=Mode.BASIC)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    model = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    system_prompt = serializers.CharField(max_length=8000, required=False, allow_blank=True, default="")
    parameters = ParametersSerializer(required=False)
    collections = CollectionIdsField(default=[])
    temporary = serializers.BooleanField(required=False, default=False, help_text=TEMPORARY)


class ConversationChangeSerializer(StrictSerializer):
    """What is not named stays as it is."""

    title = serializers.CharField(max_length=200, required=False)
    pinned = serializers.BooleanField(required=False)
    archived = serializers.BooleanField(required=False)
    model = serializers.CharField(max_length=200, required=False, allow_blank=True)
    system_prompt = serializers.CharField(max_length=8000, required=False, allow_blank=True)
    parameters = ParametersSerializer(required=False)
    collections = CollectionIdsField()
    current_leaf = serializers.UUIDField(required=False, help_text="Show the branch through this turn.")


class ConversationFilterSerializer(StrictSerializer):
    """The query string of GET conversations/; `cursor` and `page_size` are the pagination's."""

    mode = serializers.ChoiceField(choices=Mode.choices, required=False)
    search = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="A part of the title, or words that all stand in one question and its answer. English words are "
        "found in their other forms too, Korean ones by any two syllables that follow one another.",
    )
    archived = serializers.BooleanField(required=False, default=False)
    pinned = serializers.BooleanField(required=False, allow_null=True, default=None)
    cursor = serializers.CharField(required=False, write_only=True)
    page_size = serializers.CharField(required=False, write_only=True)
