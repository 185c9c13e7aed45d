"""What people hand in when they say something back."""

from collections.abc import Sequence
from typing import Any

from django import forms

from annotation.forms import PlainText
from annotation.models import DigestChoice
from annotation.models.fairness import LONGEST_ARGUMENT, LONGEST_MESSAGE, SHORTEST_ARGUMENT
from annotation.reasons import Reason

LONGEST_REMARK = 500


class AppealForm(forms.Form):
    reason = forms.ChoiceField(
        required=False, error_messages={"invalid_choice": "Choose one of the reasons that were given."}
    )
    argument = PlainText(
        required=False,
        max_length=LONGEST_ARGUMENT,
        error_messages={"max_length": f"Shorten the argument to {LONGEST_ARGUMENT:,} characters."},
    )

    def __init__(self, *args: Any, reasons: Sequence[Reason], **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields["reason"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(reason.value, reason.label) for reason in reasons]
        choice.required = bool(reasons)
        choice.error_messages["required"] = "Choose which of the reasons you dispute."

    def clean_argument(self) -> str:
        argument: str = self.cleaned_data["argument"].strip()
        if len(argument) < SHORTEST_ARGUMENT:
            raise forms.ValidationError(
                f"Say in a sentence why the rejection is wrong: at least {SHORTEST_ARGUMENT} characters."
            )
        return argument


class ResolveForm(forms.Form):
    version = forms.IntegerField(min_value=1, max_value=32_000)
    resolution = PlainText(required=False, max_length=LONGEST_REMARK)


class MessageForm(forms.Form):
    text = PlainText(
        required=False,
        max_length=LONGEST_MESSAGE,
        error_messages={"max_length": f"Shorten the message to {LONGEST_MESSAGE:,} characters."},
    )


class RatingForm(forms.Form):
    helpful = forms.TypedChoiceField(
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda word: word == "yes",
        error_messages={"required": "Say yes or no."},
    )
    why = PlainText(required=False, max_length=LONGEST_REMARK)


class InstructionsForm(forms.Form):
    """Without stars: rather not now."""

    stars = forms.IntegerField(required=False, min_value=1, max_value=5)
    words = PlainText(required=False, max_length=LONGEST_REMARK)


class DigestForm(forms.Form):
    every = forms.ChoiceField(choices=DigestChoice.Every.choices, widget=forms.RadioSelect, label="Mail me")
