"""A passage: the piece of a document that is searched, quoted and cited."""

from __future__ import annotations

from django.db import models

from models.document import Document


class RagData(models.Model):
    data_id = models.BigAutoField(primary_key=True)
    data_text = models.TextField()
    image_urls = models.JSONField(default=list, blank=True)

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="passages")
    heading = models.CharField(max_length=300, blank=True, default="")
    # Counts from 0 within the document.
    position = models.IntegerField(default=0)

    class Meta:
        db_table = "rag_data"
