"""What staff sees in the admin: users, sessions, documents, questions and search logs.

Nothing can be written but what a service does: switching accounts off, and ending sessions. What people
have written stays hidden unless ADMIN_SHOWS_CHATS is set.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Case, Model, QuerySet, Value, When
from django.http import HttpRequest

from api.admin.korean import name_in_korean, own_text
from api.admin.site import staff_site
from chat.accounts.staff import change_user
from chat.errors import ServiceError
from chat.sessions.revoking import end_sessions
from models.models import Chat, Document, SearchLog, Session, User

logger = logging.getLogger(__name__)

HIDDEN = "(hidden)"


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """To be read by all staff. Counts of large tables are left out."""

    show_full_result_count = False
    list_per_page = 50
    actions: tuple[str, ...] = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_staff)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the page offers: an address could ask letter by letter for what is hidden."""
        return any(lookup == name or lookup.startswith(f"{name}__") for name in self.list_filter)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Django's own log of changes points at names, which can change; the server's log does instead."""
        logger.info("%s %s was changed by %s", type(obj).__name__, obj.pk, request.user.pk)


class UserAdmin(StaffAdmin):
    list_display = ("user_id", "is_guest", "is_staff", "is_active", "created_datetime", "last_activity")
    list_filter = ("is_guest", "is_staff", "is_active")
    search_fields = ("user_id",)
    ordering = ("-created_datetime",)
    fields = ("user_id", "uuid", "is_guest", "is_staff", "is_superuser", "is_active", "created_datetime",
              "last_activity", "expired_datetime")  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_staff)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        can_change = {"is_active", "is_staff"} if getattr(request.user, "is_superuser", False) else {"is_active"}
        return [name for name in self.fields if name not in can_change]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        wanted = {name: getattr(obj, name) for name in form.changed_data}
        try:
            change_user(request.user, obj.user_id, **wanted)  # type: ignore[arg-type]
        except ServiceError as error:
            self.message_user(request, own_text(error.text), messages.ERROR)


class SessionAdmin(StaffAdmin):
    list_display = ("user", "device", "place", "created_datetime", "last_seen", "absolute_expiry", "revoked_at")
    list_select_related = ("user",)
    list_filter = ("place", "user__is_guest")
    search_fields = ("user__user_id", "device")
    ordering = ("-created_datetime",)
    fields = ("id", *list_display)
    actions = ("end",)

    @admin.action(description=own_text("End the chosen sessions"))
    def end(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        # Not those of a higher rank.
        allowed = queryset if getattr(request.user, "is_superuser", False) else queryset.filter(user__is_staff=False)
        ended = end_sessions(Session.objects.filter(id__in=list(allowed.values_list("id", flat=True))))
        self.message_user(request, own_text("{count} sessions have ended.").format(count=ended))


class DocumentAdmin(StaffAdmin):
    list_display = ("title", "owner", "source", "status", "error_code", "size_bytes", "passage_count",
                    "created_datetime", "deleted_at")  # fmt: skip
    list_select_related = ("owner",)
    list_filter = ("source", "status", "language")
    search_fields = ("title", "file_name", "owner__user_id")
    ordering = ("-created_datetime",)
    fields = ("id", *list_display, "file_name", "media_type", "language", "page_count", "progress", "attempts")


class ChatAdmin(StaffAdmin):
    list_display = ("question", "user", "mode", "shown_model", "status", "error_code", "input_tokens", "output_tokens",
                    "question_created_datetime", "finished_datetime")  # fmt: skip
    list_select_related = ("user",)
    list_filter = ("mode", "status")
    search_fields = ("user__user_id", "told_model")
    ordering = ("-question_created_datetime",)
    fields = ("question_id", *list_display, "answer", "attempts", "started_datetime", "first_token_datetime")
    readonly_fields = ("question", "answer", "shown_model")

    @admin.display(description=own_text("model"))
    def shown_model(self, chat: Chat) -> str:
        return chat.shown_model or own_text(HIDDEN)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Chat]:
        told = Case(When(model_hidden=False, then="model"), default=Value(""))
        chats: QuerySet[Chat] = super().get_queryset(request).filter(conversation__temporary=False)
        return chats.annotate(told_model=told)

    @admin.display(description=own_text("question"))
    def question(self, chat: Chat) -> str:
        return _shown(chat.question_text)

    @admin.display(description=own_text("answer"))
    def answer(self, chat: Chat) -> str:
        return _shown(chat.response_text)


class SearchLogAdmin(StaffAdmin):
    list_display = ("searched", "user", "rank", "score", "duration_ms", "passage", "searching_time")
    list_select_related = ("user",)
    search_fields = ("user__user_id",)
    ordering = ("-searching_time",)
    fields = ("search_log_id", "search_id", "question_id", *list_display)
    readonly_fields = ("searched", "question_id", "passage")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SearchLog]:
        return super().get_queryset(request).exclude(question__conversation__temporary=True)

    @admin.display(description=own_text("data"))
    def passage(self, log: SearchLog) -> int | None:
        return log.data_id

    @admin.display(description=own_text("searched"))
    def searched(self, log: SearchLog) -> str:
        return _shown(log.query)


def _shown(text: str) -> str:
    return text if settings.ADMIN_SHOWS_CHATS else own_text(HIDDEN)


_ADMINS: dict[type[Model], type[StaffAdmin]] = {
    User: UserAdmin,
    Session: SessionAdmin,
    Document: DocumentAdmin,
    Chat: ChatAdmin,
    SearchLog: SearchLogAdmin,
}
for model, model_admin in _ADMINS.items():
    name_in_korean(model)
    staff_site.register(model, model_admin)
