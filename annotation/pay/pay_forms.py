"""Forms of the ledger's pages: amounts come in as people write them and go on in minor units."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from annotation.models import Cell, PaidStage, PayTerms, Project, Rate
from annotation.pay import money
from annotation.pay.ledger_figures import terms_of
from annotation.pay.rates import refusal_of
from catalog.models import Language
from catalog.skills import Skill

FARTHEST = timedelta(days=366)
DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _amount(**more: Any) -> forms.DecimalField:
    attributes = {"inputmode": "decimal", "autocomplete": "off"}
    options: dict[str, Any] = {
        "required": False,
        "min_value": 0,
        "max_digits": 13,
        "widget": forms.TextInput(attrs=attributes),
    }
    return forms.DecimalField(**(options | more))


class CurrencyForm(forms.Form):
    currency = forms.CharField(
        max_length=3, min_length=3, help_text="EUR, USD, JPY …", widget=forms.TextInput(attrs={"size": 4})
    )

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"].upper()
        if not money.is_currency(code):
            raise forms.ValidationError("There is no such currency; use its three letters, such as EUR.")
        return code

    def minor(self, name: str) -> int | None:
        """The amount in minor units; an error beside the field when it has more places than the currency."""
        amount: Decimal | None = self.cleaned_data.get(name)
        currency = self.cleaned_data.get("currency")
        if amount is None or not currency:
            return None
        try:
            return money.minor(amount, currency)
        except ValueError:
            self.add_error(
                name, f"{currency} has {money.places(currency)} decimal places, and no amount is this large."
            )
            return None


class RateForm(CurrencyForm):
    stage = forms.ChoiceField(choices=PaidStage.choices)
    language = forms.ModelChoiceField(Language.objects.none(), required=False, empty_label="All languages")
    skill = forms.ChoiceField(choices=[("", "All skills"), *Skill.choices], required=False)
    cell = forms.ModelChoiceField(
        Cell.objects.none(), required=False, empty_label="No: as chosen above",
        label="Only one cell", help_text="Goes before language and skill.",
    )  # fmt: skip
    kind = forms.ChoiceField(choices=Rate.Kind.choices, label="Pays", initial=Rate.Kind.ITEM)
    amount = _amount(label="Amount", help_text="Needed unless the work is not paid.")
    cap = _amount(label="At most per item", help_text="Needed when paid by the hour.")
    valid_from = forms.DateField(label="From", widget=DATE)
    note = forms.CharField(max_length=200, required=False)
    field_order = ("stage", "language", "skill", "cell", "kind", "amount", "cap", "currency", "valid_from", "note")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        initial = {"currency": terms_of(project).currency, "valid_from": timezone.now().date()}
        super().__init__(*args, **({"initial": initial} | kwargs))
        self.project = project
        cells = Cell.objects.filter(project=project)
        self.fields["cell"].queryset = cells.select_related("language", "domain")  # type: ignore[attr-defined]
        languages = Language.objects.filter(pk__in=cells.values("language"))
        self.fields["language"].queryset = languages  # type: ignore[attr-defined]

    @classmethod
    def of(cls, rate: Rate, project: Project) -> "RateForm":
        """As it was previewed, to be changed and looked at again."""
        units = {name: getattr(rate, name) for name in ("amount", "cap") if getattr(rate, name)}
        amounts = {name: money.as_decimal(value, rate.currency) for name, value in units.items()}
        named = ("stage", "language", "skill", "cell", "kind", "currency", "valid_from", "note")
        return cls(project=project, initial={name: getattr(rate, name) for name in named} | amounts)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("cell") and (given.get("language") or given.get("skill")):
            self.add_error("cell", "A cell has its language and skill already: leave those at All.")
        self.amounts = {"amount": self._needed("amount"), "cap": self._needed("cap")}
        if not self.errors:
            self._refuse_reaching_back()
        return given

    def _needed(self, name: str) -> int | None:
        """What the kind of rate asks for, and nothing else."""
        kind = self.cleaned_data.get("kind")
        asked = {"amount": (Rate.Kind.ITEM, Rate.Kind.HOUR), "cap": (Rate.Kind.HOUR,)}[name]
        if kind not in asked:
            return None
        units = self.minor(name)
        if not units and name not in self.errors:
            self.add_error(name, "Say how much.")
        return units

    def _refuse_reaching_back(self) -> None:
        refusal = refusal_of(self.project, self.rate(None), timezone.now().date())
        if refusal:
            self.add_error("valid_from", str(refusal))

    def rate(self, by: User | None) -> Rate:
        given = self.cleaned_data
        named = {name: given[name] for name in ("stage", "language", "skill", "cell", "kind", "currency", "note")}
        more: dict[str, Any] = {"created_by": by} if by else {}
        return Rate(
            project=self.project, valid_from=given["valid_from"], created_at=timezone.now(),
            amount=self.amounts["amount"] or 0, cap=self.amounts["cap"], **named, **more,
        )  # fmt: skip


class TermsForm(CurrencyForm):
    rejected_percent = forms.IntegerField(
        min_value=0, max_value=100, label="Rejected work pays its author", help_text="Per cent of the rate."
    )
    overturned_percent = forms.IntegerField(
        min_value=0, max_value=100, label="A reviewer whose rejection is overturned keeps",
        help_text="Per cent of the rate. An appeal that finds the guideline unclear costs nobody anything.",
    )  # fmt: skip
    minimum = _amount(label="Fair pay per hour, at least", help_text="Who earns less is marked. Empty: nobody is.")
    field_order = ("rejected_percent", "overturned_percent", "minimum", "currency")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        terms = terms_of(project)
        least = terms.minimum_per_hour
        initial = {
            "rejected_percent": terms.rejected_percent,
            "overturned_percent": terms.overturned_percent,
            "currency": terms.currency,
            "minimum": None if least is None else money.as_decimal(least, terms.currency),
        }
        super().__init__(*args, **({"initial": initial} | kwargs))

    def clean(self) -> dict[str, Any]:
        self.least = self.minor("minimum")
        return self.cleaned_data

    def terms(self) -> PayTerms:
        given = self.cleaned_data
        return PayTerms(
            rejected_percent=given["rejected_percent"], overturned_percent=given["overturned_percent"],
            minimum_per_hour=self.least, currency=given["currency"],
        )  # fmt: skip


class RunForm(forms.Form):
    until = forms.DateField(label="Work up to and including", widget=DATE)
    note = forms.CharField(max_length=200, required=False, help_text="For payroll, such as “March”.")
    seen = forms.CharField(max_length=24, required=False, widget=forms.HiddenInput)

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until > timezone.now().date() + FARTHEST:
            raise forms.ValidationError("This day is more than a year ahead: choose an earlier one.")
        return until
