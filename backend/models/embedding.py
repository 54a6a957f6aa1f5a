"""Vectors of passages, made by an embedding model that the settings name."""

from __future__ import annotations

from django.db import models
from pgvector.django import VectorField

from models.collection import Collection
from models.document import Document
from models.rag_data import RagData


class Embedder(models.Model):
    """An embedding model that was used, with what was found out about it when it was probed."""

    # "<endpoint>/<model>", as in the settings.
    name = models.CharField(max_length=300, unique=True)
    # 0 until it has answered once.
    dimensions = models.IntegerField(default=0)
    # Its share of a mixed score, 0 to 1, for questions in each language; 0: it is not asked.
    weight_ko = models.FloatField(default=0)
    weight_en = models.FloatField(default=0)
    probed_datetime = models.DateTimeField(null=True)

    class Meta:
        db_table = "embedders"


class PassageEmbedding(models.Model):
    """A passage's vector, of length 1. Its index is made at run time, when there are many.

    A passage that the model refuses has a row without a vector, and the `refusal` (the code of an error).
    """

    data = models.ForeignKey(RagData, on_delete=models.CASCADE, related_name="embeddings", db_index=False)
    embedder = models.ForeignKey(Embedder, on_delete=models.CASCADE, related_name="embeddings", db_index=False)
    # Both are the passage's, and go with it.
    document = models.ForeignKey(
        Document, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    collection = models.ForeignKey(
        Collection, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    embedding = VectorField(null=True)
    refusal = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        db_table = "passage_embeddings"
        constraints = [models.UniqueConstraint(fields=["data", "embedder"], name="passage_embedding_once")]
        indexes = [
            models.Index(fields=["embedder", "collection"], name="passage_embedding_collection"),
            models.Index(
                fields=["embedder", "collection"],
                condition=models.Q(embedding__isnull=True),
                name="passage_embedding_refused",
            ),
        ]


class WaitingEmbedding(models.Model):
    """A passage that is new or changed, until it has its vector. Without foreign keys: it may be gone by then."""

    data_id = models.BigIntegerField(primary_key=True)
    # Who has few waiting goes first.
    collection_id = models.UUIDField()
    # Tells whether it was changed again while its vector was made.
    changed_datetime = models.DateTimeField()

    class Meta:
        db_table = "waiting_embeddings"
        indexes = [models.Index(fields=["collection_id", "data_id"], name="waiting_embedding_collection")]
