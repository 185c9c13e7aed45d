from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.roles import Role
from catalog.models import Domain, Language
from catalog.skills import NEEDS_CONTEXT, Skill

ROLE_CHOICES = [(role.value, role.label) for role in Role]


class Format(models.TextChoices):
    FREE = "free", "Free"
    PROSE = "prose", "Prose only"
    JSON = "json", "JSON"
    XML = "xml", "XML"
    CSV = "csv", "CSV"
    TABLE = "table", "Markdown table"


class Project(models.Model):
    """One order of a client: guideline, cells, people, settings."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    client_name = models.CharField("client", max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(
        "due on",
        null=True,
        blank=True,
        help_text="When all targets have to be met; the pipeline shows the pace needed.",
    )

    overlap = models.PositiveSmallIntegerField(
        "approvals needed", default=2, validators=[MinValueValidator(2), MaxValueValidator(5)],
        help_text="Different people, none of them the author, who must approve an item.",
    )  # fmt: skip
    lease_minutes = models.PositiveSmallIntegerField(
        default=60, validators=[MinValueValidator(1), MaxValueValidator(2880)]
    )
    open_cap = models.PositiveSmallIntegerField(
        "cap on open items", default=8, validators=[MinValueValidator(1)],
        help_text="How many items one expert may be writing or have returned at once.",
    )  # fmt: skip
    rework_limit = models.PositiveSmallIntegerField(
        "rounds before adjudication", default=2, validators=[MinValueValidator(1)]
    )
    rereview_hours = models.PositiveSmallIntegerField(
        default=24, help_text="How long a revised item waits for the reviewer who returned it."
    )
    appeal_days = models.PositiveSmallIntegerField(
        "days to appeal", default=7, validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text="How long after a rejection its author may appeal.",
    )  # fmt: skip
    appeal_answer_days = models.PositiveSmallIntegerField(
        "days to answer an appeal", default=3, validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text="Both sides see this clock; what is overdue comes first.",
    )  # fmt: skip
    should_limit = models.PositiveSmallIntegerField(
        "open “should” findings allowed", default=3, help_text="More than these send an accepted item to an editor."
    )
    spot_check_percent = models.PositiveSmallIntegerField(
        default=5, validators=[MaxValueValidator(100)], help_text="Share of accepted items that an editor looks at."
    )
    control_percent = models.PositiveSmallIntegerField(
        "control items", default=4, db_default=4, validators=[MaxValueValidator(30)],
        help_text="Share of a reviewer's work whose verdict is known, in per cent.",
    )  # fmt: skip
    control_percent_new = models.PositiveSmallIntegerField(
        "control items for new reviewers", default=10, db_default=10, validators=[MaxValueValidator(30)],
        help_text="The same while somebody is new here, in per cent.",
    )  # fmt: skip
    control_new_until = models.PositiveSmallIntegerField(
        "reviews during which a reviewer is new", default=50, db_default=50
    )
    control_showings = models.PositiveSmallIntegerField(
        "showings of a control item", default=20, db_default=20, validators=[MinValueValidator(1)],
        help_text="After so many reviewers it is retired.",
    )  # fmt: skip
    control_feedback = models.BooleanField(
        "tell reviewers at once", default=False, db_default=False,
        help_text="After a control item the reviewer reads what it was and how it is to be judged.",
    )  # fmt: skip
    second_look_percent = models.PositiveSmallIntegerField(
        "blind second looks", default=5, db_default=5, validators=[MaxValueValidator(100)],
        help_text="Share of settled reviews that somebody else judges again, in per cent.",
    )  # fmt: skip
    style = models.JSONField("style guide", default=dict, blank=True)
    # By "check.code": {"severity": …, "at_least": …, "clause": …}; read through qa.tuning alone.
    tuning = models.JSONField("what findings count for", default=dict, blank=True)
    glossary = ArrayField(
        models.CharField(max_length=80), default=list, blank=True,
        help_text="Words that no spelling check may mark, one per line.",
    )  # fmt: skip
    licences = ArrayField(
        models.CharField(max_length=80), default=list, blank=True,
        help_text="Licences a context may have (SPDX identifiers). Empty: any, as long as one is named.",
    )  # fmt: skip
    research_skills = ArrayField(
        models.CharField(max_length=16, choices=Skill.choices), default=list, blank=True,
        help_text="Skills in which looking things up is part of the work: how a text was typed is not counted there.",
    )  # fmt: skip
    check_links = models.BooleanField(
        "follow links", default=False, help_text="A worker asks each address in a text whether it is still there."
    )
    llm_daily_budget = models.DecimalField(
        "spending on language models per day", max_digits=8, decimal_places=2, null=True, blank=True,
        help_text="In the currency of the price list. Empty: as this installation is set up.",
    )  # fmt: skip

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(overlap__gte=2), name="project_at_least_two_approvals"),
            models.CheckConstraint(condition=Q(spot_check_percent__lte=100), name="project_spot_check_is_percent"),
        ]

    def __str__(self) -> str:
        return self.name

    def counts_writing(self, skill: str) -> bool:
        """Whether the editor's counters say anything: where research is part of the work, pasting is."""
        return skill not in self.research_skills


class Membership(models.Model):
    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=ROLE_CHOICES)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "project", "role"], name="membership_once_per_role")]


class Invitation(models.Model):
    """An offer to join a project in some roles; the link carries a secret of which only the hash is kept."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    roles = ArrayField(models.CharField(max_length=12, choices=ROLE_CHOICES))
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-created_at"])]


class Guideline(models.Model):
    """One version of a project's rules; items remember the version they were written under."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="guidelines")
    version = models.PositiveSmallIntegerField(default=1)
    published_at = models.DateTimeField(auto_now_add=True)
    introduction = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="guideline_version_once")]
        ordering = ["-version"]


class Clause(models.Model):
    guideline = models.ForeignKey(Guideline, models.CASCADE, related_name="clauses")
    code = models.CharField(max_length=12, help_text="Short and stable, such as EXT-4.")
    title = models.CharField(max_length=160)
    body = models.TextField(blank=True)
    good_example = models.TextField(blank=True)
    bad_example = models.TextField(blank=True)
    skill = models.CharField(max_length=16, choices=Skill.choices, blank=True, help_text="Empty: all skills.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["guideline", "code"], name="clause_code_once")]
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Cell(models.Model):
    """Language × domain × skill with a quota. Its places are rows, so it cannot serve too many."""

    if TYPE_CHECKING:
        language_id: str
        domain_id: str

    project = models.ForeignKey(Project, models.CASCADE, related_name="cells")
    language = models.ForeignKey(Language, models.PROTECT, related_name="+")
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+")
    skill = models.CharField(max_length=16, choices=Skill.choices)
    target = models.PositiveIntegerField(default=0)
    prompt_min = models.PositiveIntegerField("prompt tokens, at least", default=3)
    prompt_max = models.PositiveIntegerField("prompt tokens, at most", default=400)
    completion_min = models.PositiveIntegerField("completion tokens, at least", default=1)
    completion_max = models.PositiveIntegerField("completion tokens, at most", default=1200)
    format = models.CharField(max_length=8, choices=Format.choices, default=Format.FREE)
    format_schema = models.JSONField(
        "JSON schema", null=True, blank=True, help_text="What a JSON answer must look like. Empty: any valid JSON."
    )
    brief = models.TextField(blank=True, help_text="What is wanted here beyond the guideline.")
    avoid = ArrayField(
        models.CharField(max_length=80), default=list, blank=True,
        help_text="Topics there is enough of; shown to those who write.",
    )  # fmt: skip

    class Meta:
        ordering = ["language", "domain", "skill"]
        constraints = [
            models.UniqueConstraint(fields=["project", "language", "domain", "skill"], name="cell_once_per_project"),
            models.CheckConstraint(condition=Q(prompt_min__lte=F("prompt_max")), name="cell_prompt_bounds_in_order"),
            models.CheckConstraint(
                condition=Q(completion_min__lte=F("completion_max")), name="cell_completion_bounds_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_skill_display()} · {self.language} · {self.domain}"

    @property
    def needs_context(self) -> bool:
        return self.skill in NEEDS_CONTEXT


class Context(models.Model):
    """A source passage with provenance."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="contexts")
    # Where it waits to be written about; empty when an author brought it along.
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="contexts", null=True, blank=True)
    text = models.TextField()
    title = models.CharField(max_length=300, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    author = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=80, blank=True, help_text="SPDX identifier or the permission's file number.")
    jurisdiction = models.CharField(max_length=40, blank=True)
    retrieved_on = models.DateField(null=True, blank=True)
    sha256 = models.CharField(max_length=64)
    taken = models.BooleanField(default=False)
    # Whom its route sends it to when that is not the people of its cell: "general", or a domain's slug.
    sent_to = models.CharField(max_length=60, blank=True, default="", editable=False)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # Importing a file twice adds nothing. What authors brought along waits in no cell and is not held to it.
        constraints = [models.UniqueConstraint(fields=["cell", "sha256"], name="context_once_per_cell")]
        indexes = [
            models.Index(fields=["cell", "sent_to", "id"], condition=Q(taken=False), name="context_waiting"),
            models.Index(
                fields=["project", "cell", "sent_to"],
                condition=Q(taken=False) & ~Q(sent_to=""),
                name="context_sent_elsewhere",
            ),
            models.Index(fields=["project", "sha256"], name="context_by_hash"),
        ]
