"""Conversations: the list beside the chat, and what one can do with an entry of it."""

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

from api.authentication import current_session
from api.examples import CHAT, CONVERSATION, FOUND_CONVERSATION, request_example, response_example
from api.serializers.chats import BranchFilterSerializer, BranchSerializer, ChatSerializer
from api.serializers.conversations import (
    ConversationChangeSerializer,
    ConversationFilterSerializer,
    ConversationSerializer,
    NewConversationSerializer,
)
from chat.answers.branches import read_branch, siblings_of, switch_branch
from chat.conversations import (
    access_conversation,
    change_conversation,
    create_conversation,
    delete_conversation,
    list_conversations,
    restore_conversation,
)
from chat.search.turns import newest_matches
from chat.temporary import purge_temporary


class ConversationsView(generics.ListAPIView[Any]):
    serializer_class: type[BaseSerializer[Any]] = ConversationSerializer
    ordering = ("-updated_datetime",)

    def get_queryset(self) -> QuerySet[Any]:
        wanted = self._wanted()
        filters = {key: value for key, value in wanted.items() if key not in {"cursor", "page_size"}}
        return list_conversations(current_session(self.request).user, **filters)

    def _wanted(self) -> dict[str, Any]:
        wanted = ConversationFilterSerializer(data=self.request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        return dict(wanted.validated_data)

    @extend_schema(
        operation_id="conversations_list",
        summary="List your conversations, the one used last first",
        description="With `search`, those whose title or content has it; `match` then shows where.",
        parameters=[ConversationFilterSerializer],
        examples=[response_example(CONVERSATION), response_example(FOUND_CONVERSATION, "Found (search=connect)")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        assert page is not None, "every list has pages"
        matches = newest_matches(current_session(request).user, self._wanted().get("search", ""), page)
        return self.get_paginated_response(self.get_serializer(page, many=True, context={"matches": matches}).data)

    @extend_schema(
        operation_id="conversations_create",
        summary="Open an empty conversation",
        request=NewConversationSerializer,
        responses={201: ConversationSerializer},
        examples=[
            request_example({"mode": "basic", "title": "First steps"}),
            response_example({**CONVERSATION, "title": "First steps", "title_by": "user"}, status=201),
        ],
    )
    def post(self, request: Request) -> Response:
        wanted = NewConversationSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        conversation = create_conversation(user=current_session(request).user, **wanted.validated_data)
        return Response(ConversationSerializer(conversation).data, status=201)


class ConversationView(APIView):
    @extend_schema(
        operation_id="conversations_read",
        summary="Read one conversation's title and settings",
        responses=ConversationSerializer,
        examples=[response_example(CONVERSATION)],
    )
    def get(self, request: Request, conversation_id: UUID) -> Response:
        return Response(
            ConversationSerializer(access_conversation(current_session(request).user, conversation_id)).data
        )

    @extend_schema(
        operation_id="conversations_change",
        summary="Change a conversation: title, pin, archive, model and its settings, branch",
        description="A title that you give stays; one made from the first question may be replaced by the model's.",
        request=ConversationChangeSerializer,
        responses=ConversationSerializer,
        examples=[
            request_example({"title": "Connecting models", "pinned": True}),
            response_example({**CONVERSATION, "title": "Connecting models", "title_by": "user", "pinned": True}),
        ],
    )
    def patch(self, request: Request, conversation_id: UUID) -> Response:
        conversation = access_conversation(current_session(request).user, conversation_id)
        wanted = ConversationChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        fields = dict(wanted.validated_data)
        if turn := fields.pop("current_leaf", None):
            switch_branch(conversation, turn)
        return Response(ConversationSerializer(change_conversation(conversation, **fields)).data)

    @extend_schema(
        operation_id="conversations_delete",
        summary="Delete a conversation",
        description="It can be restored for 24 hours, then it is gone for good. A temporary one is gone at once.",
        responses={204: None},
    )
    def delete(self, request: Request, conversation_id: UUID) -> Response:
        conversation = access_conversation(current_session(request).user, conversation_id)
        (purge_temporary if conversation.temporary else delete_conversation)(conversation)
        return Response(status=204)


class ConversationRestoreView(APIView):
    @extend_schema(
        operation_id="conversations_restore",
        summary="Undo the deletion of a conversation",
        request=None,
        responses=ConversationSerializer,
        examples=[response_example(CONVERSATION)],
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        return Response(
            ConversationSerializer(restore_conversation(current_session(request).user, conversation_id)).data
        )


class ConversationChatsView(APIView):
    @extend_schema(
        operation_id="conversations_chats",
        summary="List the questions and answers of a conversation, the newest first",
        description="Those of the branch on screen; `next` leads to the older ones.",
        parameters=[OpenApiParameter("until", UUID, description="The newest turn to list; taken from `next`.")],
        responses=BranchSerializer,
        examples=[response_example({"next": None, "previous": None, "results": [CHAT]})],
    )
    def get(self, request: Request, conversation_id: UUID) -> Response:
        wanted = BranchFilterSerializer(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        conversation = access_conversation(current_session(request).user, conversation_id)
        branch = read_branch(conversation, until=wanted.validated_data.get("until"))
        context = {"siblings": siblings_of(conversation, branch.turns)}
        older = f"{request.path}?until={branch.older}" if branch.older else ""
        return Response(
            {
                "next": request.build_absolute_uri(older) if older else None,
                "previous": None,
                "results": ChatSerializer(branch.turns, many=True, context=context).data,
            }
        )
