"""Questions and their answers. With `?wait=true` the reply is the finished answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from api.asking import ask_question, checked_client_key
from api.authentication import current_session
from api.comparison_examples import COMPARISON_QUESTION, QUEUED_COMPARISON
from api.examples import CHAT, QUESTION, QUEUED_CHAT, SEARCH_BEHIND, request_example, response_example
from api.serializers.chats import (
    ChatSerializer,
    FeedbackSerializer,
    QuestionSerializer,
    RegenerateSerializer,
    SearchBehindSerializer,
)
from chat.answers.considered import search_behind
from chat.answers.feedback import rate_answer
from chat.answers.questions import access_chat, list_chats, regenerate_answer, stop_answer
from chat.models_on_offer import choose_model

_WAIT = OpenApiParameter("wait", bool, description="Reply with the finished answer (200) instead of at once (202).")
_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Your own name for this question, at most 128 characters: sent twice, it is asked once.",
)


class ChatsView(generics.ListAPIView[Any]):
    serializer_class: type[BaseSerializer[Any]] = ChatSerializer
    ordering = ("-question_created_datetime",)

    def get_queryset(self) -> QuerySet[Any]:
        return list_chats(current_session(self.request).user)

    @extend_schema(
        operation_id="chats_list",
        summary="List your questions and answers, the newest first",
        examples=[response_example(CHAT)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="chats_ask",
        summary="Ask a question",
        description="Without `conversation` a new one is opened. The answer is written by a worker; "
        "it is never lost once this request was accepted. With `models` each of them answers: the reply is the first "
        "answer, and its `group` holds them all.",
        request=QuestionSerializer,
        responses={200: ChatSerializer, 202: ChatSerializer},
        parameters=[_WAIT, _KEY],
        examples=[
            request_example(QUESTION),
            request_example(COMPARISON_QUESTION, "Several models"),
            response_example(CHAT, "Finished (wait=true)"),
            response_example(QUEUED_CHAT, "Accepted", 202),
            response_example(QUEUED_COMPARISON, "Accepted for several models", 202),
        ],
    )
    def post(self, request: Request) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        return Response(ask_question(current_session(request), request.data, client_key=key), status=202)


class ChatView(APIView):
    @extend_schema(
        operation_id="chats_read",
        summary="Read one question and its answer",
        responses=ChatSerializer,
        examples=[response_example(CHAT)],
    )
    def get(self, request: Request, question_id: UUID) -> Response:
        return Response(ChatSerializer(access_chat(current_session(request).user, question_id)).data)


class ChatSearchView(APIView):
    @extend_schema(
        operation_id="chats_search",
        summary="See why an answer is what it is: the passages considered for it, with their scores",
        responses=SearchBehindSerializer,
        examples=[response_example(SEARCH_BEHIND)],
    )
    def get(self, request: Request, question_id: UUID) -> Response:
        return Response(SearchBehindSerializer(search_behind(current_session(request).user, question_id)).data)


class ChatCancelView(APIView):
    @extend_schema(
        operation_id="chats_cancel",
        summary="Stop an answer",
        description="What has come so far is kept. An answer that has ended stays as it is.",
        request=None,
        responses={200: ChatSerializer, 202: ChatSerializer},
        examples=[
            response_example({**CHAT, "status": "cancelled"}, "Stopped"),
            response_example({**CHAT, "status": "streaming"}, "Still stopping", 202),
        ],
    )
    def post(self, request: Request, question_id: UUID) -> Response:
        chat = stop_answer(current_session(request).user, question_id)
        return Response(ChatSerializer(chat).data, status=202 if chat.is_running else 200)


class ChatRegenerateView(APIView):
    @extend_schema(
        operation_id="chats_regenerate",
        summary="Answer the same question again",
        description="An answer that failed, was stopped or was interrupted is rerun in its place. A finished one "
        "stays, and the new one becomes its sibling, on a branch of its own; so it does with another `model`.",
        request=RegenerateSerializer,
        responses={200: ChatSerializer, 202: ChatSerializer},
        parameters=[_WAIT, _KEY],
        examples=[
            request_example({"model": "builtin"}),
            response_example(CHAT, "Finished (wait=true)"),
            response_example(QUEUED_CHAT, "Accepted", 202),
        ],
    )
    def post(self, request: Request, question_id: UUID) -> Response:
        wanted = RegenerateSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        model = wanted.validated_data["model"]
        chat = regenerate_answer(
            user=current_session(request).user,
            question_id=question_id,
            model=choose_model(model) if model else "",
            client_key=checked_client_key(request.headers.get("Idempotency-Key", "")),
        )
        return Response(ChatSerializer(chat).data, status=202)


class ChatFeedbackView(APIView):
    @extend_schema(
        operation_id="chats_rate",
        summary="Say whether an answer is good",
        description="1 is good, -1 is bad, each with an optional comment; 0 takes back what you said. The last one counts.",
        request=FeedbackSerializer,
        responses=ChatSerializer,
        examples=[
            request_example({"rating": -1, "comment": "The quoted step is out of date."}),
            response_example({**CHAT, "feedback": {"rating": -1, "comment": "The quoted step is out of date."}}),
        ],
    )
    def put(self, request: Request, question_id: UUID) -> Response:
        wanted = FeedbackSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        chat = rate_answer(current_session(request).user, question_id, **wanted.validated_data)
        return Response(ChatSerializer(chat).data)
