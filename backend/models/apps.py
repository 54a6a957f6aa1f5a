"""The Django application that holds the database models."""

from django.apps import AppConfig


class ModelsConfig(AppConfig):
    name = "models"
