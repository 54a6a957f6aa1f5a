"""The Django application that holds every door in."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
