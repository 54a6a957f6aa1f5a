"""`export_docs`: writes the documents that are made from the API, or checks that they are current."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from drf_spectacular.renderers import OpenApiYamlRenderer

from api.postman import build_collection
from api.schema import openapi_schema

FOLDER = Path(__file__).resolve().parents[4] / "docs" / "api"
# Where `python run.py` puts the API.
_BASE_URL = "http://127.0.0.1:8000"


class Command(BaseCommand):
    help = "Write docs/api/ anew from the API. Asks no database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; exit with 1 when a file is stale.")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        documents = make_documents()
        stale = [name for name, text in documents.items() if _read(FOLDER / name) != text]
        if check and stale:
            names = " and ".join(f"docs/api/{name}" for name in stale)
            raise CommandError(f"Stale: {names}. Run `python run.py manage export_docs` and commit what it writes.")
        for name in stale:
            FOLDER.mkdir(parents=True, exist_ok=True)
            (FOLDER / name).write_text(documents[name], encoding="utf-8")
        self.stdout.write(f"{len(documents)} documents, {len(stale)} written.")


def make_documents() -> dict[str, str]:
    """Return each document's text by its file name; the same API always gives the same text."""
    schema = OpenApiYamlRenderer().render(openapi_schema(), renderer_context={})  # type: ignore[no-untyped-call]
    collection = json.dumps(build_collection(_BASE_URL), indent=2, ensure_ascii=False) + "\n"
    return {"openapi.yaml": schema.decode(), "triple-chat.postman_collection.json": collection}


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
