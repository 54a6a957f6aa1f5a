"""Answers of several models side by side: choosing the better one, stopping them all."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import current_session
from api.comparison_examples import COMPARISON, RANKING, RANKING_OF_ALL, STOPPED_COMPARISON
from api.examples import request_example, response_example
from api.serializers.chats import ChoiceSerializer, ComparisonSerializer
from api.serializers.comparisons import RankingFilterSerializer, RankingSerializer
from chat.comparisons.choosing import access_comparison, choose_answer, stop_comparison
from chat.comparisons.ranking import rank_models


class RankingView(APIView):
    @extend_schema(
        operation_id="comparisons_ranking",
        summary="Rank the models by which answers were found better",
        description="Yours: how often each won, lost and tied. With `all`, for staff: everybody's choices, with scores "
        "after Bradley and Terry and their 95% intervals.",
        parameters=[RankingFilterSerializer],
        responses=RankingSerializer,
        examples=[response_example(RANKING), response_example(RANKING_OF_ALL, "Everybody's (all=true)")],
    )
    def get(self, request: Request) -> Response:
        wanted = RankingFilterSerializer(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        ranked = rank_models(current_session(request).user, everybodys=wanted.validated_data["all"])
        return Response(RankingSerializer({"results": ranked}).data)


class ComparisonView(APIView):
    @extend_schema(
        operation_id="comparisons_read",
        summary="Read answers side by side",
        responses=ComparisonSerializer,
        examples=[response_example(COMPARISON)],
    )
    def get(self, request: Request, comparison_id: UUID) -> Response:
        return Response(ComparisonSerializer(access_comparison(current_session(request).user, comparison_id)).data)


class ChoiceView(APIView):
    @extend_schema(
        operation_id="comparisons_choose",
        summary="Choose the better answer",
        description="Once all answers have ended. The conversation goes on from the chosen one (until then it follows "
        "the first), and the names of the models are shown. `tie` and `none` leave it where it is. A choice can be "
        "changed, but not one that was made blind.",
        request=ChoiceSerializer,
        responses=ComparisonSerializer,
        examples=[
            request_example({"choice": COMPARISON["choice"]}),
            request_example({"choice": "tie"}, "Equally good"),
            response_example(COMPARISON),
        ],
    )
    def put(self, request: Request, comparison_id: UUID) -> Response:
        wanted = ChoiceSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        user = current_session(request).user
        comparison = choose_answer(user, comparison_id, wanted.validated_data["choice"])
        return Response(ComparisonSerializer(comparison).data)


class ComparisonCancelView(APIView):
    @extend_schema(
        operation_id="comparisons_cancel",
        summary="Stop all answers of a comparison",
        description="What has come so far is kept. `POST chats/{question_id}/cancel/` stops one of them.",
        request=None,
        responses=ComparisonSerializer,
        examples=[response_example(STOPPED_COMPARISON)],
    )
    def post(self, request: Request, comparison_id: UUID) -> Response:
        return Response(ComparisonSerializer(stop_comparison(current_session(request).user, comparison_id)).data)
