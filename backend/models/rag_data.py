"""A passage: the piece of a document that is searched, quoted and cited."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from pgvector.django import SparseVectorField

from models.collection import Collection
from models.document import Document


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
            models.Index(
                fields=["collection", "data_id"], condition=~models.Q(image_urls=[]), name="rag_data_pictured"
            ),
        ]


class PassageTerms(models.Model):
    """A passage as the search compares it, apart from its text, so that scoring thousands reads few pages.

    A passage without such a row cannot be found. Rows are inserted and deleted, never updated: triggers of the
    table (migration 0005) keep the counts of the collection and of its words with every one, whoever deletes it.
    """

    data = models.OneToOneField(RagData, primary_key=True, on_delete=models.CASCADE, related_name="indexed")
    # Both are the passage's, and go with it.
    document = models.ForeignKey(
        Document, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    collection = models.ForeignKey(
        Collection, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    # In the units of `chat/search/weights.py`.
    length = models.IntegerField()
    # Hashes of the words, for finding candidates, and their part of BM25, for the score.
    terms = ArrayField(models.BigIntegerField())
    term_weights = SparseVectorField()

    class Meta:
        db_table = "passage_terms"
        indexes = [
            models.Index(fields=["collection"], name="passage_terms_collection"),
            GinIndex(fields=["terms"], name="passage_terms_terms", fastupdate=False),
        ]


class TermCount(models.Model):
    """How many passages of a collection hold a word (the upper half of `term` names the collection)."""

    term = models.BigIntegerField(primary_key=True)
    passages = models.IntegerField()

    class Meta:
        db_table = "term_counts"
