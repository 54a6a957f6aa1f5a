"""Every address under `/api/`."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

import api.admin.lists  # noqa: F401  (registers what the admin shows)
from api.admin.site import staff_site
from api.views import (
    accounts,
    attachments,
    chats,
    collections,
    conversations,
    documents,
    health,
    models,
    notifications,
    rag_data,
    search,
    sessions,
    tickets,
    users,
)
from api.views.events import stream_events
from api.views.postman import PostmanView
from api.views.schema import RedocPage, RedocScript, SwaggerPage
from api.waiting import can_wait

urlpatterns = [
    path("admin/", staff_site.urls),
    path("sessions/", sessions.SessionsView.as_view()),
    path("sessions/current/", sessions.CurrentSessionView.as_view()),
    path("sessions/others/", sessions.OtherSessionsView.as_view()),
    path("sessions/<uuid:session_id>/", sessions.SessionView.as_view()),
    path("sessions/ticket/", tickets.TicketView.as_view()),
    path("sessions/redeem/", sessions.RedeemView.as_view()),
    path("users/", users.UsersView.as_view()),
    path("users/me/", users.MeView.as_view()),
    path("users/me/export/", users.ExportView.as_view()),
    path("users/invitations/", accounts.InvitationsView.as_view()),
    path("users/invitations/<uuid:invitation_id>/", accounts.InvitationView.as_view()),
    path("users/<str:user_id>/", accounts.AccountView.as_view()),
    path("users/<str:user_id>/password-reset/", accounts.PasswordResetView.as_view()),
    path("models/", models.ModelsView.as_view()),
    path("models/check/", models.ModelsCheckView.as_view()),
    path("conversations/", conversations.ConversationsView.as_view()),
    path("conversations/<uuid:conversation_id>/", conversations.ConversationView.as_view()),
    path("conversations/<uuid:conversation_id>/restore/", conversations.ConversationRestoreView.as_view()),
    path("conversations/<uuid:conversation_id>/chats/", conversations.ConversationChatsView.as_view()),
    path("chats/", can_wait(chats.ChatsView.as_view())),
    path("chats/<uuid:question_id>/", chats.ChatView.as_view()),
    path("chats/<uuid:question_id>/cancel/", can_wait(chats.ChatCancelView.as_view(), always_for=3.0)),
    path("chats/<uuid:question_id>/search/", chats.ChatSearchView.as_view()),
    path("chats/<uuid:question_id>/events/", stream_events),
    path("chats/<uuid:question_id>/regenerate/", can_wait(chats.ChatRegenerateView.as_view())),
    path("attachments/", attachments.AttachmentsView.as_view()),
    path("attachments/<uuid:attachment_id>/", attachments.AttachmentView.as_view()),
    path("collections/", collections.CollectionsView.as_view()),
    path("collections/<uuid:collection_id>/", collections.CollectionView.as_view()),
    path("collections/<uuid:collection_id>/restore/", collections.CollectionRestoreView.as_view()),
    path("documents/", documents.DocumentsView.as_view()),
    path("documents/sample/", documents.SampleView.as_view()),
    path("documents/<uuid:document_id>/", documents.DocumentView.as_view()),
    path("documents/<uuid:document_id>/restore/", documents.DocumentRestoreView.as_view()),
    path("documents/<uuid:document_id>/retry/", documents.DocumentRetryView.as_view()),
    path("documents/<uuid:document_id>/cancel/", documents.DocumentCancelView.as_view()),
    path("documents/<uuid:document_id>/passages/", documents.DocumentPassagesView.as_view()),
    path("documents/<uuid:document_id>/file/", documents.DocumentFileView.as_view()),
    path("document-images/<uuid:image_id>/", documents.DocumentImageView.as_view()),
    path("rag-data/", rag_data.rag_data),
    path("rag-data/<int:data_id>/", rag_data.RagDataView.as_view()),
    path("search/", search.SearchView.as_view()),
    path("search/embeddings/", search.EmbeddingsView.as_view()),
    path("search-logs/", search.SearchLogsView.as_view()),
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
