"""Every address under `/api/`."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from api.views import chats, conversations, health, models, notifications, sessions, tickets, users
from api.views.events import stream_events
from api.views.postman import PostmanView
from api.views.schema import RedocPage, RedocScript, SwaggerPage
from api.waiting import can_wait

urlpatterns = [
    path("sessions/", sessions.SessionsView.as_view()),
    path("sessions/current/", sessions.CurrentSessionView.as_view()),
    path("sessions/others/", sessions.OtherSessionsView.as_view()),
    path("sessions/<uuid:session_id>/", sessions.SessionView.as_view()),
    path("sessions/ticket/", tickets.TicketView.as_view()),
    path("users/me/", users.MeView.as_view()),
    path("models/", models.ModelsView.as_view()),
    path("models/check/", models.ModelsCheckView.as_view()),
    path("conversations/", conversations.ConversationsView.as_view()),
    path("conversations/<uuid:conversation_id>/", conversations.ConversationView.as_view()),
    path("conversations/<uuid:conversation_id>/restore/", conversations.ConversationRestoreView.as_view()),
    path("conversations/<uuid:conversation_id>/chats/", conversations.ConversationChatsView.as_view()),
    path("chats/", can_wait(chats.ChatsView.as_view())),
    path("chats/<uuid:question_id>/", chats.ChatView.as_view()),
    path("chats/<uuid:question_id>/cancel/", can_wait(chats.ChatCancelView.as_view(), always_for=3.0)),
    path("chats/<uuid:question_id>/events/", stream_events),
    path("chats/<uuid:question_id>/regenerate/", can_wait(chats.ChatRegenerateView.as_view())),
    path("notifications/", notifications.NotificationsView.as_view()),
    path("notifications/read/", notifications.NotificationsReadView.as_view()),
    path("health/live/", health.LiveView.as_view()),
    path("health/ready/", health.ReadyView.as_view()),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("schema/swagger-ui/", SwaggerPage.as_view(url_name="schema")),
    path("schema/redoc/", RedocPage.as_view(url_name="schema")),
    path("schema/redoc/redoc.js", RedocScript.as_view()),
    path("schema/postman/", PostmanView.as_view()),
]
