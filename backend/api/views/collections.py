"""Collections: what documents belong to and what a conversation searches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from api.authentication import current_session
from api.examples import request_example, response_example
from api.library_examples import COLLECTION
from api.serializers.library import CollectionChangeSerializer, CollectionSerializer, NewCollectionSerializer
from chat.library.collections import (
    access_collection,
    change_collection,
    create_collection,
    delete_collection,
    list_collections,
    restore_collection,
)


def _shown(request: Request, collection_id: UUID) -> Any:
    """The collection as a reply shows it, counted anew."""
    user = current_session(request).user
    return CollectionSerializer(list_collections(user).get(pk=collection_id), context={"user": user}).data


class CollectionsView(generics.ListAPIView[Any]):
    serializer_class: type[BaseSerializer[Any]] = CollectionSerializer
    ordering = ("-created_datetime",)

    def get_queryset(self) -> QuerySet[Any]:
        return list_collections(current_session(self.request).user)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "user": self.request.user}

    @extend_schema(
        operation_id="collections_list",
        summary="List the collections that you can search",
        description="Yours, and those that staff has shared with all accounts (`mine` is false).",
        examples=[response_example(COLLECTION)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="collections_create",
        summary="Make a collection",
        request=NewCollectionSerializer,
        responses={201: CollectionSerializer},
        examples=[
            request_example({"name": "Handbooks"}),
            response_example({**COLLECTION, "document_count": 0, "passage_count": 0}, status=201),
        ],
    )
    def post(self, request: Request) -> Response:
        wanted = NewCollectionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        collection = create_collection(user=current_session(request).user, **wanted.validated_data)
        return Response(_shown(request, collection.pk), status=201)


class CollectionView(APIView):
    @extend_schema(
        operation_id="collections_read",
        summary="Read one collection",
        responses=CollectionSerializer,
        examples=[response_example(COLLECTION)],
    )
    def get(self, request: Request, collection_id: UUID) -> Response:
        access_collection(current_session(request).user, collection_id)
        return Response(_shown(request, collection_id))

    @extend_schema(
        operation_id="collections_change",
        summary="Rename a collection, or share it with all accounts",
        description="Only your own. `shared` can be set by staff alone: every account can then read it, nobody else write.",
        request=CollectionChangeSerializer,
        responses=CollectionSerializer,
        examples=[request_example({"name": "Handbooks"}), response_example(COLLECTION)],
    )
    def patch(self, request: Request, collection_id: UUID) -> Response:
        user = current_session(request).user
        collection = access_collection(user, collection_id, to_write=True)
        wanted = CollectionChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        change_collection(collection, by=user, **wanted.validated_data)
        return Response(_shown(request, collection_id))

    @extend_schema(
        operation_id="collections_delete",
        summary="Delete a collection with its documents",
        description="It can be restored for 24 hours, then it is gone for good. Your default collection stays.",
        responses={204: None},
    )
    def delete(self, request: Request, collection_id: UUID) -> Response:
        delete_collection(access_collection(current_session(request).user, collection_id, to_write=True))
        return Response(status=204)


class CollectionRestoreView(APIView):
    @extend_schema(
        operation_id="collections_restore",
        summary="Undo the deletion of a collection",
        request=None,
        responses=CollectionSerializer,
        examples=[response_example(COLLECTION)],
    )
    def post(self, request: Request, collection_id: UUID) -> Response:
        restore_collection(current_session(request).user, collection_id)
        return Response(_shown(request, collection_id))
