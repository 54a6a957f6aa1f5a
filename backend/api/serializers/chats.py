"""The shapes of questions, answers and their citations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from api.answer_errors import answer_error
from api.serializers.attachments import ShownAttachmentSerializer
from api.serializers.conversations import TEMPORARY
from api.serializers.strict import CollectionIdsField, StrictSerializer
from chat.answers.showing import shown_answers
from chat.attachments import MOST_IN_A_QUESTION
from chat.comparisons.choosing import choice_of
from chat.comparisons.opening import MOST_MODELS, label_of
from models.models import AnswerStatus, Chat, Citation, Comparison, Confidence, Mode


class QuestionSerializer(StrictSerializer):
    """What POST chats/ takes."""

    mode = serializers.ChoiceField(choices=Mode.choices, default=Mode.BASIC)
    question_text = serializers.CharField(max_length=settings.MAX_QUESTION_CHARACTERS)
    conversation = serializers.UUIDField(required=False, allow_null=True, default=None)
    model = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    models = serializers.ListField(
        child=serializers.CharField(max_length=200),
        min_length=2,
        max_length=MOST_MODELS,
        required=False,
        default=[],
        help_text="Instead of `model`, in AI chat and Advanced chat: these answer side by side.",
    )
    blind = serializers.BooleanField(
        required=False, default=False, help_text="With `models`: their names are hidden until one answer is chosen."
    )
    parent = serializers.UUIDField(  # type: ignore[assignment]  # a field of this name, not the attribute
        required=False,
        allow_null=True,
        default=None,
        help_text="The turn that the question follows, to edit an earlier question; null opens the conversation anew. "
        "Left out, it follows the last turn.",
    )
    collections = CollectionIdsField(
        allow_null=True,
        default=None,
        help_text="Where Advanced chat looks: ids of collections, none for all that you may read. "
        "Left out, those of the conversation.",
    )
    images = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=MOST_IN_A_QUESTION,
        required=False,
        default=[],
        help_text="Ids of attachments, for a model whose capabilities have images.",
    )
    temporary = serializers.BooleanField(
        required=False,
        default=False,
        help_text="The conversation that this question opens is a temporary one. " + TEMPORARY,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["model"] and attrs["models"]:
            raise serializers.ValidationError({"models": ["Either model or models."]})
        if attrs["blind"] and not attrs["models"]:
            raise serializers.ValidationError({"blind": ["Only with models."]})
        return attrs


class RegenerateSerializer(StrictSerializer):
    """What POST chats/{question_id}/regenerate/ takes."""

    model = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class FeedbackSerializer(StrictSerializer):
    """What PUT chats/{question_id}/feedback/ takes. A rating of 0 takes rating and comment away."""

    rating = serializers.ChoiceField(choices=[-1, 0, 1])
    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class CitationSerializer(serializers.ModelSerializer[Citation]):
    """A quoted place: `data` is the passage, or null once it is deleted, as `document` is."""

    image_urls = serializers.SerializerMethodField()

    class Meta:
        model = Citation
        fields = ["rank", "data", "document", "title", "heading", "page", "quote", "start", "end", "image_urls"]
        read_only_fields = fields

    def get_image_urls(self, citation: Citation) -> list[str]:
        return list(citation.data.image_urls) if citation.data else []


AnswerErrorField = inline_serializer(
    "AnswerError",
    {"code": serializers.CharField(), "message": serializers.CharField()},
    allow_null=True,
    read_only=True,
)
UsageField = inline_serializer(
    "Usage",
    {"input_tokens": serializers.IntegerField(), "output_tokens": serializers.IntegerField()},
    allow_null=True,
    read_only=True,
)

FeedbackField = inline_serializer(
    "GivenFeedback",
    {"rating": serializers.ChoiceField(choices=[-1, 1]), "comment": serializers.CharField(allow_blank=True)},
    allow_null=True,
    read_only=True,
)


class GroupedChatSerializer(serializers.ModelSerializer[Chat]):
    """A question and the state of its answer.

    `model` is blank as long as a blind comparison hides it; `slot` and `label` (A, B, C; blank
    outside of comparisons) tell its answers apart.

    `siblings` names the turns that stand in its place (edited or regenerated), itself
    included, the oldest first; only a conversation's own list fills in the others.
    `confidence` is blank for an answer that needed no passages; `unsupported` are sentences
    that no passage supports, as [start, end] in characters of `response_text`.
    """

    model = serializers.CharField(source="shown_model", read_only=True)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # a field of this name
    status = serializers.ChoiceField(choices=AnswerStatus.choices, read_only=True)
    citations = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    usage = serializers.SerializerMethodField()
    confidence = serializers.ChoiceField(choices=Confidence.choices, allow_blank=True, read_only=True)
    unsupported = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(min_value=0), min_length=2, max_length=2),
        read_only=True,
    )
    attachments = ShownAttachmentSerializer(many=True, read_only=True)
    feedback = serializers.SerializerMethodField()
    siblings = serializers.SerializerMethodField()

    class Meta:
        model = Chat
        fields = [
            "question_id",
            "conversation",
            "parent",
            "mode",
            "model",
            "slot",
            "label",
            "question_text",
            "question_created_datetime",
            "attachments",
            "status",
            "response_text",
            "reasoning_text",
            "data",
            "collections",
            "citations",
            "confidence",
            "unsupported",
            "error",
            "usage",
            "started_datetime",
            "first_token_datetime",
            "finished_datetime",
            "attempts",
            "feedback",
            "siblings",
        ]
        read_only_fields = fields

    def get_label(self, chat: Chat) -> str:
        return label_of(chat.slot) if chat.comparison_id else ""

    @extend_schema_field(CitationSerializer(many=True))
    def get_citations(self, chat: Chat) -> list[dict[str, Any]]:
        # They come with the end; every question that is asked would look for them in vain.
        return [] if chat.is_running else list(CitationSerializer(chat.citations.all(), many=True).data)

    @extend_schema_field(AnswerErrorField)
    def get_error(self, chat: Chat) -> dict[str, str] | None:
        return answer_error(chat.error_code)

    @extend_schema_field(UsageField)
    def get_usage(self, chat: Chat) -> dict[str, Any] | None:
        if chat.input_tokens is None:
            return None
        return {"input_tokens": chat.input_tokens, "output_tokens": chat.output_tokens}

    @extend_schema_field(FeedbackField)
    def get_feedback(self, chat: Chat) -> dict[str, Any] | None:
        return {"rating": chat.rating, "comment": chat.rating_comment} if chat.rating else None

    def get_siblings(self, chat: Chat) -> list[UUID]:
        known: dict[UUID, list[UUID]] = self.context.get("siblings", {})
        return known.get(chat.pk, [chat.pk])


class ComparisonSerializer(serializers.ModelSerializer[Comparison]):
    """Answers to one question side by side, in the order of their slots; each slot's newest.

    `choice` is the id of the better answer, `tie`, `none` (all are bad), or null until something is chosen.
    """

    choice = serializers.SerializerMethodField()
    chats = serializers.SerializerMethodField()

    class Meta:
        model = Comparison
        fields = ["id", "conversation", "blind", "choice", "created_datetime", "chosen_datetime", "chats"]
        read_only_fields = fields

    def get_choice(self, comparison: Comparison) -> str | None:
        return choice_of(comparison)

    @extend_schema_field(GroupedChatSerializer(many=True))
    def get_chats(self, comparison: Comparison) -> list[dict[str, Any]]:
        return list(GroupedChatSerializer(shown_answers(comparison), many=True).data)


class ChatSerializer(GroupedChatSerializer):
    """The same, with `group`: the comparison that it belongs to. Its `chats` are empty in GET chats/ alone."""

    group = serializers.SerializerMethodField()

    class Meta(GroupedChatSerializer.Meta):
        fields = [*GroupedChatSerializer.Meta.fields, "group"]
        read_only_fields = fields

    @extend_schema_field(ComparisonSerializer(allow_null=True))
    def get_group(self, chat: Chat) -> dict[str, Any] | None:
        return dict(ComparisonSerializer(chat.comparison).data) if chat.comparison else None


class ChoiceSerializer(StrictSerializer):
    """What PUT comparisons/{id}/choice/ takes."""

    choice = serializers.CharField(max_length=36, help_text="The id of the better answer, `tie` or `none`.")


class BranchFilterSerializer(StrictSerializer):
    until = serializers.UUIDField(required=False)


class BranchSerializer(serializers.Serializer[Any]):
    """A page of the branch on screen."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ChatSerializer(many=True)


class ConsideredSerializer(serializers.Serializer[Any]):
    """A passage that was found; `cited_as` is its number in the answer. `data` is null once it is deleted."""

    rank = serializers.IntegerField()
    score = serializers.FloatField()
    data = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]
    data_text = serializers.CharField()
    title = serializers.CharField()
    heading = serializers.CharField()
    page = serializers.IntegerField(allow_null=True)
    document = serializers.UUIDField(allow_null=True)
    image_urls = serializers.ListField(child=serializers.CharField())
    cited_as = serializers.IntegerField(allow_null=True)
    quote = serializers.CharField()


class SearchBehindSerializer(serializers.Serializer[Any]):
    """The search for an answer. `query` is the question, with the one before it where it does not stand alone."""

    search_id = serializers.UUIDField()
    query = serializers.CharField()
    collections = serializers.ListField(child=serializers.UUIDField())
    searching_time = serializers.DateTimeField()
    duration_ms = serializers.FloatField()
    results = ConsideredSerializer(many=True)
