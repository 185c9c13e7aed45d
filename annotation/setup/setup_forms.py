"""Forms of the manager's set-up pages."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify

from accounts.roles import Role
from annotation.models import Cell, Clause, Guideline, Project
from annotation.setup.setting_up import LARGEST_TARGET
from catalog.models import Domain, Language
from catalog.skills import Skill
from qa.formats.json_text import schema_trouble

ROLES = [(role.value, role.label) for role in Role]
MANY = re.compile(r"[\s,;]+")


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]  # no type parameters at run time
    class Meta:
        model = Project
        fields = ["name", "slug", "client_name", "due_on"]
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        labels = {"slug": "Address", "due_on": "Due on"}
        help_texts = {"slug": "Stands in the address of every page; letters, digits and hyphens. It cannot change."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False

    def clean_slug(self) -> str:
        slug: str = slugify(self.cleaned_data.get("slug") or self.cleaned_data.get("name", ""))
        if not slug:
            raise ValidationError("Give the project an address of Latin letters and digits.")
        if Project.objects.filter(slug=slug).exists():
            raise ValidationError(f"There is a project at “{slug}” already; choose another address.")
        return slug


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # no type parameters at run time
    """How a project runs; what its texts have to look like is the style guide's form."""

    is_closed = forms.BooleanField(
        label="Closed", required=False, help_text="Nobody is handed anything; what is in hand may be finished."
    )

    class Meta:
        model = Project
        fields = [
            "name", "client_name", "due_on", "overlap", "rework_limit", "rereview_hours", "should_limit",
            "appeal_days", "appeal_answer_days",
            "spot_check_percent", "lease_minutes", "open_cap",
        ]  # fmt: skip
        labels = {
            "lease_minutes": "Lease, minutes",
            "rereview_hours": "Kept for the returning reviewer, hours",
            "spot_check_percent": "Spot checks, percent",
        }
        help_texts = {
            "lease_minutes": "An item in hand goes back when nobody has typed or clicked for so long; drafts are kept.",
            "rework_limit": "How often an item may come back before an editor settles it.",
        }
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["is_closed"] = self.instance.closed_at is not None

    @property
    def people_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "client_name", "due_on")]

    @property
    def judging_fields(self) -> list[forms.BoundField]:
        return [
            self[name]
            for name in (
                "overlap",
                "rework_limit",
                "rereview_hours",
                "should_limit",
                "spot_check_percent",
                "appeal_days",
                "appeal_answer_days",
            )
        ]

    @property
    def queue_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("lease_minutes", "open_cap", "is_closed")]


class CellForm(forms.ModelForm):  # type: ignore[type-arg]  # no type parameters at run time
    target = forms.IntegerField(min_value=0, max_value=LARGEST_TARGET, help_text="How many accepted items are wanted.")

    class Meta:
        model = Cell
        fields = ["prompt_min", "prompt_max", "completion_min", "completion_max", "format", "format_schema", "brief"]
        widgets = {"brief": forms.Textarea(attrs={"rows": 5}), "format_schema": forms.Textarea(attrs={"rows": 6})}
        labels = {"format": "Format of the completion", "format_schema": "Schema of the format"}
        help_texts = {
            "format": "“Prose only” allows no JSON, XML, CSV or table.",
            "format_schema": (
                'For JSON a JSON Schema; for CSV and tables the columns wanted: {"columns": ["name", "year"]}. Empty: '
                "any."
            ),
        }

    field_order = ["target"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("target", self.instance.target)

    def clean_format_schema(self) -> dict[str, Any] | None:
        schema = self.cleaned_data["format_schema"] or None
        trouble = schema_trouble(schema)
        if trouble:
            raise ValidationError(f"{trouble}")
        return schema

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("prompt", "completion"):
            least, most = cleaned.get(f"{name}_min"), cleaned.get(f"{name}_max")
            if least is not None and most is not None and least > most:
                self.add_error(f"{name}_max", f"The most has to be at least {least}.")
        return cleaned


class NewCellForm(CellForm):
    class Meta(CellForm.Meta):
        fields = ["language", "domain", "skill", *CellForm.Meta.fields]

    field_order = ["language", "domain", "skill", "target"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        same = Cell.objects.filter(
            project=self.instance.project,
            language=cleaned.get("language"),
            domain=cleaned.get("domain"),
            skill=cleaned.get("skill", ""),
        )
        if same.exists():
            raise ValidationError("This cell exists already: change its target in the grid.")
        return cleaned


class ClauseForm(forms.ModelForm):  # type: ignore[type-arg]  # no type parameters at run time
    class Meta:
        model = Clause
        fields = ["code", "title", "skill", "position", "body", "good_example", "bad_example"]
        widgets = {
            "body": forms.Textarea(attrs={"rows": 6}),
            "good_example": forms.Textarea(attrs={"rows": 3}),
            "bad_example": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {"position": "Smaller comes first.", "body": "Markdown."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skill"] = forms.ChoiceField(
            label="For the skill", required=False, choices=[("", "All skills"), *Skill.choices]
        )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        same = Clause.objects.filter(guideline=self.instance.guideline, code__iexact=code).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(f"There is a clause {code} already.")
        return code


class IntroductionForm(forms.ModelForm):  # type: ignore[type-arg]  # no type parameters at run time
    class Meta:
        model = Guideline
        fields = ["introduction"]
        widgets = {"introduction": forms.Textarea(attrs={"rows": 6})}
        help_texts = {"introduction": "Markdown; stands before the clauses."}


class InviteForm(forms.Form):
    emails = forms.CharField(
        label="E-mail addresses", widget=forms.Textarea(attrs={"rows": 3}), help_text="Several, one to a line."
    )
    roles = forms.MultipleChoiceField(choices=ROLES, widget=forms.CheckboxSelectMultiple)

    def clean_emails(self) -> list[str]:
        found = [email for email in MANY.split(self.cleaned_data["emails"]) if email]
        wrong = [email for email in found if not _is_email(email)]
        if wrong:
            raise ValidationError(f"Not an e-mail address: {', '.join(wrong[:5])}.")
        return found


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


class QualifyForm(forms.Form):
    languages = forms.ModelMultipleChoiceField(Language.objects.none(), widget=forms.CheckboxSelectMultiple)
    domains = forms.ModelMultipleChoiceField(Domain.objects.none(), widget=forms.CheckboxSelectMultiple)
    skills = forms.MultipleChoiceField(choices=Skill.choices, widget=forms.CheckboxSelectMultiple)
    native = forms.BooleanField(label="A native speaker", required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cells = Cell.objects.filter(project=project)
        languages = Language.objects.filter(pk__in=cells.values("language"))
        domains = Domain.objects.filter(pk__in=cells.values("domain"))
        self.fields["languages"].queryset = languages  # type: ignore[attr-defined]
        self.fields["domains"].queryset = domains  # type: ignore[attr-defined]
