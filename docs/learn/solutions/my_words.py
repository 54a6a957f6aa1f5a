"""An endpoint: how many questions you have asked, and how many words they had."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import current_session
from chat.answers.questions import list_chats


class MyWordsView(APIView):
    def get(self, request: Request) -> Response:
        questions = list_chats(current_session(request).user).values_list("question_text", flat=True)
        return Response({"questions": len(questions), "words": sum(len(each.split()) for each in questions)})


urlpatterns = [path("", MyWordsView.as_view())]
