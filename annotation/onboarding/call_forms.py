"""What a manager says of a call, and what people give at its links."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.roles import Role
from annotation.models import Call, Terms
from annotation.onboarding.calls import FIRST_TERMS, FORM_FIELDS
from annotation.onboarding.quotas import Pair

MOST_PLACES = 10_000
ROLES = [(role.value, role.label) for role in (Role.EXPERT, Role.REVIEWER)]


class CallForm(forms.ModelForm):  # type: ignore[type-arg]  # no type parameters at run time
    roles = forms.MultipleChoiceField(
        choices=ROLES, widget=forms.CheckboxSelectMultiple, initial=["expert"], label="Those admitted become"
    )
    terms = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 8}), max_length=20_000, help_text="",
        label="Terms that applicants accept",
    )  # fmt: skip

    class Meta:
        model = Call
        fields = FORM_FIELDS
        widgets = {
            "work": forms.Textarea(attrs={"rows": 3}),
            "effort": forms.Textarea(attrs={"rows": 2}),
            "pay": forms.Textarea(attrs={"rows": 2}),
            "closes_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        labels = {
            "title": "What it is called",
            "work": "What the work is",
            "effort": "How long it takes",
            "pay": "What is paid",
            "closes_on": "Last day to apply",
        }
        help_texts = {"work": "Applicants read this first. Plain words, a few sentences."}

    def __init__(self, *args: Any, terms: Terms | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["terms"].initial = terms.text if terms else FIRST_TERMS
        version = f"Version {terms.version} holds. " if terms else ""
        self.fields["terms"].help_text = f"{version}Changed words become a new version; who accepted keeps theirs."

    def clean_closes_on(self) -> Any:
        day = self.cleaned_data["closes_on"]
        if "closes_on" in self.changed_data and day < timezone.now().date():
            raise ValidationError("This day is over. Choose today or a later one.")
        return day


def read_places(posted: Any, pairs: Iterable[Pair]) -> tuple[dict[Pair, int], list[str]]:
    """Numbers by language × domain as typed in the grid, and what is wrong with them. Empty is none."""
    found: dict[Pair, int] = {}
    errors = []
    for language, domain in pairs:
        typed = str(posted.get(f"places-{language}-{domain}", "")).strip() or "0"
        if typed.isascii() and typed.isdigit() and len(typed) < 8 and int(typed) <= MOST_PLACES:
            found[language, domain] = int(typed)
        else:
            errors.append(f"“{typed[:20]}” is no number of people: use 0 to {MOST_PLACES:,}.")
    return found, errors


class AddressForm(forms.Form):
    email = forms.EmailField(
        label="Your e-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
