"""A passage: the piece of a document that is searched, quoted and cited."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from pgvector.django import SparseVectorField

from models.collection import Collection
from models.document import Document


class RagDataManager(models.Manager["RagData"]):
    """Leaves what only the search compares where it is: it is several times as large as the text."""

    def get_queryset(self) -> models.QuerySet[RagData]:
        return super().get_queryset().defer("terms", "term_weights")


class RagData(models.Model):
    data_id = models.BigAutoField(primary_key=True)
    data_text = models.TextField()
    image_urls = models.JSONField(default=list, blank=True)

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="passages", db_index=False)
    # The document's, here again because every search asks for it; null for the guide's.
    collection = models.ForeignKey(
        Collection, null=True, on_delete=models.CASCADE, related_name="passages", db_index=False
    )
    # A passage that a client wrote can have a title of its own; otherwise the document's counts.
    title = models.CharField(max_length=300, blank=True, default="")
    # The path of headings that leads to it, joined with " > ".
    heading = models.CharField(max_length=300, blank=True, default="")
    # Counts from 1; null where the document has no pages.
    page = models.IntegerField(null=True)
    # Counts from 0 within the document.
    position = models.IntegerField(default=0)
    # The client's own name for a passage that it wrote.
    external_id = models.CharField(max_length=200, null=True)

    # Hashes of the words, for finding candidates, and their part of BM25, for the score; null: not to be found.
    terms = ArrayField(models.BigIntegerField(), null=True, editable=False)
    term_weights = SparseVectorField(null=True, editable=False)

    objects: ClassVar[RagDataManager] = RagDataManager()

    class Meta:
        db_table = "rag_data"
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "external_id"],
                condition=models.Q(external_id__isnull=False),
                name="rag_data_external_id_once",
            ),
        ]
        indexes = [
            models.Index(fields=["document", "position"], name="rag_data_document"),
            models.Index(fields=["collection"], name="rag_data_collection"),
            GinIndex(fields=["terms"], name="rag_data_terms", fastupdate=False),
        ]


class TermCount(models.Model):
    """How many passages of a collection hold a word (the upper half of `term` names the collection)."""

    term = models.BigIntegerField(primary_key=True)
    passages = models.IntegerField()

    class Meta:
        db_table = "term_counts"
