"""What is read with questions to show them: their citations, and the pictures that came with them."""

from __future__ import annotations

from django.db.models import Prefetch

from models.models import Citation

# Of a cited passage only its pictures are shown; its text is long.
_CITATIONS = Citation.objects.select_related("data").only(
    "chat", "rank", "data__image_urls", "document", "title", "heading", "page", "quote", "start", "end"
)
SHOWN_WITH_IT = (Prefetch("citations", _CITATIONS), "attachments")
