"""What a check said about a text. Rows name texts by hash: qa knows no items and no people."""

from django.db import models

from qa.checks.base import Finding
from qa.engines.base import Reason
from qa.vectors.models import IndexedText

__all__ = ["CheckRun", "IndexedText"]


class CheckRun(models.Model):
    """The result of one check on one text. Once done it never changes; the database refuses (migration 0001)."""

    class Status(models.TextChoices):
        DONE = "done", "Done"
        UNAVAILABLE = "unavailable", "Unavailable"

    # Hashes as 16 and 8 fixed bytes: the unique index stays under 100 bytes a row.
    text_hash = models.UUIDField()
    check_name = models.CharField(max_length=40, db_column="check")
    version = models.PositiveSmallIntegerField()
    settings_hash = models.BigIntegerField()
    guideline_version = models.PositiveIntegerField(default=0)

    status = models.CharField(max_length=12, choices=Status.choices)
    findings = models.JSONField(default=list)
    engine = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=200, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=1)
    next_try_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["text_hash", "check_name", "version", "settings_hash", "guideline_version"],
                name="qa_checkrun_key",
            ),
            models.CheckConstraint(
                name="qa_checkrun_next_try_only_while_unavailable",
                condition=models.Q(status="unavailable", next_try_at__isnull=False)
                | models.Q(status="done", next_try_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(status="unavailable"), name="qa_checkrun_to_retry"),
        ]

    def __str__(self) -> str:
        return f"{self.check_name} {self.version}: {self.status}"

    @property
    def is_done(self) -> bool:
        return self.status == self.Status.DONE

    @property
    def is_to_be_retried(self) -> bool:
        """An engine that does not know a language will not know it in an hour either."""
        return not self.is_done and not self.error.endswith(Reason.UNSUPPORTED)

    def found(self) -> list[Finding]:
        return [Finding.from_json(stored) for stored in self.findings]


class Spending(models.Model):
    """What language models have cost a collection in a day, for one purpose. Calls under way count at their most."""

    collection = models.CharField(max_length=80, blank=True)
    day = models.DateField()
    purpose = models.CharField(max_length=40)
    calls = models.PositiveIntegerField(default=0)
    # Calls that gave no answer; they may have cost all the same.
    failures = models.PositiveIntegerField(default=0)
    tokens_in = models.PositiveBigIntegerField(default=0)
    tokens_out = models.PositiveBigIntegerField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=6, default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "collection", "purpose"], name="qa_spending_key")]
