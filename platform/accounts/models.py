from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models


class EmailUserManager(UserManager["User"]):
    """Makes users whose e-mail address is their name for signing in."""

    def create_user(  # type: ignore[override]
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(  # type: ignore[override]
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})


class User(AbstractUser):
    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(
        max_length=120, help_text="Shown to colleagues; authors and reviewers never see each other's."
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[EmailUserManager] = EmailUserManager()

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Profile(models.Model):
    """What a person tells of themselves once, for every project. Languages and domains are bare codes here: accounts
    knows no catalog."""

    user = models.OneToOneField(User, models.CASCADE, related_name="profile")
    updated_at = models.DateTimeField(auto_now=True)
    # Below MEDIA_ROOT under a random name; the person's own name for the file is shown, never used as a path.
    cv_path = models.CharField(max_length=100, blank=True)
    cv_name = models.CharField(max_length=120, blank=True)
    cv_kind = models.CharField(max_length=4, blank=True)
    cv_size = models.PositiveIntegerField(default=0)
    cv_at = models.DateTimeField(null=True, blank=True)


class SpokenLanguage(models.Model):
    """A language somebody knows. A person may have several native ones, or none of these."""

    class Level(models.TextChoices):
        NATIVE = "native", "Native"
        C2 = "C2", "C2, nearly native"
        C1 = "C1", "C1, fluent"
        B2 = "B2", "B2, confident"
        B1 = "B1", "B1, some"

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="languages")
    language_code = models.CharField(max_length=16)
    level = models.CharField(max_length=6, choices=Level.choices)

    class Meta:
        ordering = ["language_code"]
        constraints = [models.UniqueConstraint(fields=["profile", "language_code"], name="spoken_language_once")]


class KnownDomain(models.Model):
    """A domain somebody says they know, with what shows it."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="domains")
    domain_slug = models.CharField(max_length=60)
    evidence = models.TextField()
    link = models.URLField(max_length=500, blank=True)

    class Meta:
        ordering = ["domain_slug"]
        constraints = [models.UniqueConstraint(fields=["profile", "domain_slug"], name="known_domain_once")]
