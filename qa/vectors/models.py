"""The texts of a collection as vectors and signatures. Rows name texts by opaque keys: qa knows no items."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from pgvector.django import HalfVectorField


class IndexedText(models.Model):
    """One prompt with its context. Vectors have no fixed dimension, for the model may change: rows whose `embedder`
    differs are not compared. They are searched exactly, within one collection; half the precision of a number costs
    less than .001 of a cosine."""

    collection = models.CharField(max_length=80)
    group = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    language = models.CharField(max_length=16)
    prompt = models.TextField()
    exact_hash = models.UUIDField()
    embedder = models.CharField(max_length=120)
    prompt_vector = HalfVectorField()
    context_vector = HalfVectorField(null=True)
    prompt_signature = models.BinaryField()
    context_signature = models.BinaryField(null=True)
    bands = ArrayField(models.BigIntegerField())
    indexed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collection", "key"], name="qa_indexedtext_key")]
        indexes = [
            models.Index(fields=["collection", "group"], name="qa_indexedtext_group"),
            models.Index(fields=["collection", "exact_hash"], name="qa_indexedtext_exact"),
            GinIndex(fields=["bands"], name="qa_indexedtext_bands"),
        ]

    def __str__(self) -> str:
        return f"{self.collection} {self.key}"
