"""What a lead decides about a person, as forms."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet

from annotation.models import Project, TrainingSet, TrainingTask
from experts.overriding import MAY_BE_SET, SHORTEST_NOTE
from experts.states import State

LONGEST_NOTE = 1000
PERIODS = ((1, "1 day"), (3, "3 days"), (7, "1 week"), (14, "2 weeks"), (28, "4 weeks"))


class DecideForm(forms.Form):
    """Pause, watch or full weight: with a note the person reads, and an end."""

    state = forms.ChoiceField(choices=[(state.value, state.label) for state in MAY_BE_SET])
    note = forms.CharField(
        min_length=SHORTEST_NOTE,
        max_length=LONGEST_NOTE,
        error_messages={
            "required": "Say in a sentence why: the person reads it.",
            "min_length": "Say in a sentence why: the person reads it.",
        },
    )
    days = forms.TypedChoiceField(choices=PERIODS, coerce=int)

    def decision(self, now: datetime) -> dict[str, Any]:
        """The arguments of experts.overriding.override."""
        return {
            "state": State(self.cleaned_data["state"]),
            "note": self.cleaned_data["note"],
            "until": now + timedelta(days=self.cleaned_data["days"]),
        }


class MessageForm(forms.Form):
    text = forms.CharField(max_length=2000, error_messages={"required": "Write something first."})


class AssignForm(forms.Form):
    training_set = forms.ModelChoiceField(
        TrainingSet.objects.none(), error_messages={"required": "Choose a training set."}
    )
    note = forms.CharField(max_length=LONGEST_NOTE, required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["training_set"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = sets_to_assign(project)


def sets_to_assign(project: Project) -> QuerySet[TrainingSet]:
    """Those that have tasks."""
    with_tasks = TrainingTask.objects.filter(training_set=OuterRef("pk"), retired_at=None)
    return TrainingSet.objects.filter(Exists(with_tasks), project=project, retired_at=None).order_by("title")


def first_error(form: forms.Form) -> str:
    return next((str(errors[0]) for errors in form.errors.values()), "")
