"""Forms of the manager's set-up pages."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify

from accounts.roles import Role
from annotation.models import Cell, Clause, Guideline, Project
from annotation.setting_up import LARGEST_TARGET
from catalog.models import Domain, Language
from catalog.skills import Skill
from qa.checks.style import DEFAULT_STYLE

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


# (name in the style guide, label, choices or None for a yes/no, help)
_AVOID = [("allow", "Allow"), ("avoid", "Avoid")]
_REQUIRE = [*_AVOID, ("require", "Require")]
STYLE_CHOICES: dict[str, tuple[str, list[tuple[str, str]], str]] = {
    "italics": ("Italics", _AVOID, ""),
    "bold": ("Bold", _AVOID, ""),
    "headings": ("Headings", _REQUIRE, ""),
    "lists": ("Lists", _REQUIRE, ""),
    "tables": ("Tables", _REQUIRE, ""),
    "code_blocks": ("Code blocks", _AVOID, ""),
    "html_tags": ("HTML tags", _AVOID, ""),
    "heading_jumps": ("Headings that skip a level", _AVOID, ""),
    "bold_headings": ("Bold lines in place of headings", _AVOID, ""),
    "author_citations": ("Sources as papers name them", _AVOID, "(Smith, 2019)"),
    "emoji": ("Pictograms", _AVOID, "Such as 😀."),
    "http_links": ("Addresses without https", _AVOID, "Plain http:// in place of https://."),
    "citation_marks": ("Citation marks", _AVOID, "Numbers in brackets such as [3]."),
    "bare_links": ("Addresses written out", _AVOID, "In place of a Markdown link."),
    "nonbreaking_spaces": ("Non-breaking spaces", _AVOID, "Outside the languages whose typography needs them."),
    "code_fences": ("Code fences", [*_AVOID, ("require", "Require")], "Around a wanted JSON, XML or CSV answer."),
}


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # no type parameters at run time
    """All settings of a project; the style guide's keys are fields of their own."""

    top_heading = forms.IntegerField(
        label="Largest heading", min_value=1, max_value=6, help_text="1 is “#”, 2 is “##” and so on."
    )
    pretty_print = forms.BooleanField(
        label="Suggest indented JSON", required=False, help_text="When the answer is valid but on one long line."
    )
    length_tolerance = forms.FloatField(
        label="Tolerance of lengths", min_value=0, max_value=1,
        help_text="How far outside its bounds a length may be, as a share of the bound, before it must be changed.",
    )  # fmt: skip
    is_closed = forms.BooleanField(
        label="Closed", required=False, help_text="Nobody is handed anything; what is in hand may be finished."
    )

    class Meta:
        model = Project
        fields = [
            "name", "client_name", "due_on", "overlap", "rework_limit", "rereview_hours", "should_limit",
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
        for name, (label, choices, help_text) in STYLE_CHOICES.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, help_text=help_text)
        style = {**DEFAULT_STYLE, **self.instance.style}
        self.initial.update({name: style[name] for name in DEFAULT_STYLE})
        self.initial["is_closed"] = self.instance.closed_at is not None

    def style(self) -> dict[str, object]:
        """What other code has put into the style guide stays; settings at their default are not written."""
        chosen = {name: self.cleaned_data[name] for name in DEFAULT_STYLE}
        others = {name: value for name, value in self.instance.style.items() if name not in DEFAULT_STYLE}
        return others | {name: value for name, value in chosen.items() if value != DEFAULT_STYLE[name]}

    @property
    def people_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "client_name", "due_on")]

    @property
    def judging_fields(self) -> list[forms.BoundField]:
        return [
            self[name] for name in ("overlap", "rework_limit", "rereview_hours", "should_limit", "spot_check_percent")
        ]

    @property
    def queue_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("lease_minutes", "open_cap", "is_closed")]

    @property
    def style_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in DEFAULT_STYLE]


class CellForm(forms.ModelForm):  # type: ignore[type-arg]  # no type parameters at run time
    target = forms.IntegerField(min_value=0, max_value=LARGEST_TARGET, help_text="How many accepted items are wanted.")

    class Meta:
        model = Cell
        fields = ["prompt_min", "prompt_max", "completion_min", "completion_max", "format", "brief"]
        widgets = {"brief": forms.Textarea(attrs={"rows": 5})}
        labels = {"format": "Format of the completion"}

    field_order = ["target"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("target", self.instance.target)

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
