"""The Django application that holds what the system does."""

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ChatConfig(AppConfig):
    name = "chat"

    def ready(self) -> None:
        # Sent only for applications that hold models.
        post_migrate.connect(_load_guide, sender=apps.get_app_config("models"))


def _load_guide(**_: Any) -> None:
    """Ship the guide with the schema: after every migrate it is there and current."""
    # Models can be imported only once all applications are ready.
    from chat.guide_library import load_guide

    load_guide()
