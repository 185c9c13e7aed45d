"""What reviewers and editors hand in, checked for shape; what it means is decided by the stage functions."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from annotation.editing import Edit
from annotation.models import Adjudication, Appeal, Verdict
from annotation.models.judging import FIELD_CHOICES
from annotation.reasons import DisputeCause, Reason
from annotation.reviewing import Judgement, Remark
from annotation.rubric import CRITERIA, RUBRIC
from annotation.texts import LONGEST, Written, clean

MOST_REMARKS = 50
LONGEST_NOTE = 5000
LONGEST_REMARK = 2000
SHORTEST_SETTLEMENT = 10
REASON_PREFIX = "reason-"
OUT_OF_DATE = "This page is out of date. Reload it; what you typed is kept in this browser."


class PlainText(forms.CharField):
    """Text as typed: line ends unified, nothing stripped, nothing that cannot be stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def to_python(self, value: Any) -> Any:
        return clean(super().to_python(value) or "")


def token_field() -> forms.UUIDField:
    return forms.UUIDField(error_messages={"required": OUT_OF_DATE, "invalid": OUT_OF_DATE})


class RemarksField(forms.CharField):
    """The list of remarks as the page sends it: JSON, spans in code points."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or "[]"
        try:
            sent = json.loads(text)
        except ValueError:
            raise ValidationError("The remarks arrived damaged. Reload the page; they are kept in this browser.")  # noqa: B904
        if not isinstance(sent, list):
            raise ValidationError("The remarks arrived damaged. Reload the page; they are kept in this browser.")
        if len(sent) > MOST_REMARKS:
            raise ValidationError(f"More than {MOST_REMARKS} remarks. Remove some, or reject the item with a note.")
        return [_remark(number, one) for number, one in enumerate(sent, start=1)]

    def validate(self, value: Any) -> None:
        """Checked one by one above; an empty list is fine."""

    def run_validators(self, value: Any) -> None:
        """The validators of a text do not apply to a list."""


def _remark(number: int, sent: object) -> Remark:
    if not isinstance(sent, dict) or sent.get("reason") not in Reason.values:
        raise ValidationError(f"Remark {number}: choose its reason.")
    if sent.get("field") not in dict(FIELD_CHOICES):
        raise ValidationError(f"Remark {number}: say whether it is on the prompt, the completion or the context.")
    text = clean(str(sent.get("text") or ""))
    if len(text) > LONGEST_REMARK:
        raise ValidationError(f"Remark {number}: shorten its comment to {LONGEST_REMARK:,} characters.")
    start, end = _number(sent.get("start")), _number(sent.get("end"))
    return Remark(
        reason=sent["reason"],
        field=sent["field"],
        start=start,
        end=end if start is not None else None,
        text=text,
        clause_id=_number(sent.get("clause_id")),
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def too_long(label: str) -> str:
    return f"{label}: shorten it to {LONGEST:,} characters."


class JudgeForm(forms.Form):
    token = token_field()
    verdict = forms.ChoiceField(
        choices=Verdict.choices,
        error_messages={
            "required": "Choose a verdict: accept, send to editor, return or reject.",
            "invalid_choice": "Choose a verdict: accept, send to editor, return or reject.",
        },
    )
    reasons = forms.MultipleChoiceField(
        choices=Reason.choices,
        required=False,
        error_messages={"invalid_choice": "Reasons: %(value)s is none of ours. Choose from the list."},
    )
    note = PlainText(
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={"max_length": f"Note: shorten it to {LONGEST_NOTE:,} characters."},
    )
    remarks = RemarksField(required=False)
    # Go home instead of on to the next review.
    stop = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for criterion in RUBRIC:
            self.fields[criterion.name] = _score_field(criterion.label)

    def judgement(self) -> Judgement:
        given = self.cleaned_data
        return Judgement(
            verdict=Verdict(given["verdict"]),
            scores={name: given[name] for name in CRITERIA},
            reasons=given["reasons"],
            note=given["note"],
            remarks=given["remarks"],
        )


def _score_field(label: str) -> forms.IntegerField:
    wanted = f"{label}: give it a score from 1 to 5."
    messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), wanted)
    return forms.IntegerField(min_value=1, max_value=5, error_messages=messages)


class EditForm(forms.Form):
    token = token_field()
    # Not required here: the stage says what an empty text needs.
    prompt = PlainText(required=False, max_length=LONGEST, error_messages={"max_length": too_long("Prompt")})
    completion = PlainText(required=False, max_length=LONGEST, error_messages={"max_length": too_long("Completion")})
    meaning_changed = forms.BooleanField(required=False)
    note = PlainText(
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={"max_length": f"Note to the author: shorten it to {LONGEST_NOTE:,} characters."},
    )
    # Keep the text as it is: says that no change is meant.
    keep = forms.BooleanField(required=False)

    def edit(self) -> Edit:
        given = self.cleaned_data
        return Edit(
            written=Written.of(given["prompt"], given["completion"]),
            meaning_changed=given["meaning_changed"],
            note=given["note"],
            reasons=hunk_reasons(self.data),
        )


def hunk_reasons(sent: Mapping[str, Any]) -> dict[tuple[str, int], str]:
    """Fields named `reason-<field>-<start>`; what is no reason of ours is left out."""
    found: dict[tuple[str, int], str] = {}
    for name, value in sent.items():
        parts = name.removeprefix(REASON_PREFIX).rsplit("-", 1)
        if name.startswith(REASON_PREFIX) and len(parts) == 2 and parts[1].isdecimal() and value in Reason.values:
            found[parts[0], int(parts[1])] = value
    return found


class GiveUpForm(forms.Form):
    token = token_field()
    note = PlainText(
        max_length=LONGEST_NOTE,
        error_messages={"required": "Say in a sentence why. The author, the reviewers and the manager read it."},
    )


# What an ending of an appeal says was at the root of it.
CAUSES = {
    Appeal.Ending.UPHELD.value: DisputeCause.AUTHOR_ERROR,
    Appeal.Ending.OVERTURNED.value: DisputeCause.REVIEWER_ERROR,
    Appeal.Ending.UNCLEAR.value: DisputeCause.GUIDELINE_GAP,
}


class AdjudicateForm(forms.Form):
    token = token_field()
    decision = forms.ChoiceField(
        choices=Adjudication.Decision.choices,
        error_messages={
            "required": "Choose a decision: accept, have it edited, or reject.",
            "invalid_choice": "Choose a decision: accept, have it edited, or reject.",
        },
    )
    # One of the two: the cause of a disagreement, or how an appeal ends.
    cause = forms.ChoiceField(
        choices=DisputeCause.choices,
        required=False,
        error_messages={
            "invalid_choice": "Cause: choose what was at the root of it.",
        },
    )
    note = PlainText(
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={"max_length": f"Note: shorten it to {LONGEST_NOTE:,} characters."},
    )

    ending = forms.ChoiceField(
        choices=[choice for choice in Appeal.Ending.choices if choice[0]],
        required=False,
        error_messages={"invalid_choice": "Appeal: choose how it ends: upheld, overturned or guideline unclear."},
    )
    clause_id = forms.IntegerField(required=False, min_value=1)

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"]
        if len(note.strip()) < SHORTEST_SETTLEMENT:
            raise ValidationError("Note: say in a sentence why. The author and the reviewers read it.")
        return note

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("ending"):
            given["cause"] = CAUSES[given["ending"]].value
        elif not given.get("cause") and "cause" not in self.errors and "ending" not in self.errors:
            self.add_error("cause", "Cause: choose what was at the root of it.")
        return given
