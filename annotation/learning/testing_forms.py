"""What those who lead send about tests and training sets."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from annotation.learning.testing_items import point_to
from annotation.models import Project, Test, TestItem, TrainingSet, TrainingTask, Verdict
from annotation.reasons import Reason
from annotation.setup.setting_up import clauses_for
from catalog.models import Language
from catalog.skills import Skill

# What can be asked about a mistake whose place is known.
OF_A_PLACE = [(one.value, one.label) for one in (TrainingTask.Kind.REWRITE, TrainingTask.Kind.FIND)]


class TestForm(forms.ModelForm):  # type: ignore[type-arg]  # no type parameters at run time
    __test__ = False

    class Meta:
        model = Test
        fields = [
            "skills",
            "items",
            "pass_percent",
            "minutes",
            "tries",
            "wait_hours",
            "grace_days",
            "brief",
            "retest_asks_piece",
        ]
        widgets = {"brief": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skills"] = forms.MultipleChoiceField(choices=Skill.choices, widget=forms.CheckboxSelectMultiple)

    def clean_skills(self) -> list[str]:
        skills = sorted(self.cleaned_data["skills"])
        of = self.instance
        same = Test.objects.filter(project=of.project_id, language=of.language_id, domain=of.domain_id, skills=skills)
        if same.exclude(pk=of.pk).exists():
            raise ValidationError("There is another test of these skills.")
        return skills


class FrozenPairForm(forms.ModelForm):  # type: ignore[type-arg]  # no type parameters at run time
    """The right answer of a frozen pair and why it is right; its texts stay as they were."""

    class Meta:
        model: type[TestItem | TrainingTask] = TestItem
        fields = ["verdict", "also_right", "reasons", "explanation"]
        widgets = {"explanation": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["also_right"] = _several(Verdict.choices, "Also right", "Other verdicts that count as right.")
        self.fields["reasons"] = _several(
            Reason.choices, "Expected reasons", "One of them is enough. None: the verdict alone counts."
        )
        self._clauses = {clause.code: clause for clause in clauses_for(project, self.instance.skill)}
        codes = [(code, str(clause)) for code, clause in self._clauses.items()]
        if self.instance.clause_code and self.instance.clause_code not in self._clauses:
            codes.append((self.instance.clause_code, f"{self.instance.clause_code} (no longer in the guideline)"))
        self.fields["clause_code"] = forms.ChoiceField(
            label="Clause", required=False, choices=[("", "None"), *codes], initial=self.instance.clause_code
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("verdict") == Verdict.ACCEPT:
            cleaned["reasons"] = []
        cleaned["also_right"] = [one for one in cleaned.get("also_right", []) if one != cleaned.get("verdict")]
        return cleaned

    def save(self, commit: bool = True) -> Any:
        code = self.cleaned_data["clause_code"]
        if code in self._clauses or not code:
            point_to(self.instance, self._clauses.get(code))
        return super().save(commit)


class TestItemForm(FrozenPairForm):
    __test__ = False


class TrainingTaskForm(FrozenPairForm):
    class Meta(FrozenPairForm.Meta):
        model = TrainingTask
        fields = ["training_set", "position", "kind", *FrozenPairForm.Meta.fields, "better"]
        labels = {"better": "How that place should read"}

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, project=project, **kwargs)
        sets = TrainingSet.objects.filter(project=project, retired_at=None)
        self.fields["training_set"] = forms.ModelChoiceField(sets, label="In the set", empty_label=None)
        if self.instance.kind == TrainingTask.Kind.JUDGE:
            del self.fields["kind"], self.fields["better"]
        else:
            self.fields["kind"] = forms.ChoiceField(choices=OF_A_PLACE, label="What is to be done")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_corrected = self.instance.source == TrainingTask.Source.HUNK or cleaned.get("better")
        if cleaned.get("kind") == TrainingTask.Kind.REWRITE and not is_corrected:
            self.add_error("better", "Say how that place should read: whoever rewrites it compares theirs with it.")
        return cleaned


class TrainingSetForm(forms.ModelForm):  # type: ignore[type-arg]  # no type parameters at run time
    class Meta:
        model = TrainingSet
        fields = ["title", "introduction", "language", "skills", "reasons", "minutes"]
        widgets = {"introduction": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_project = Language.objects.filter(pk__in=self.instance.project.cells.values("language"))
        self.fields["language"] = forms.ModelChoiceField(of_project, required=False, empty_label="All languages")
        self.fields["skills"] = _several(Skill.choices, "Skills", "None: all.")
        self.fields["reasons"] = _several(Reason.choices, "Trains against", "People are suggested it by these.")

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"].strip()
        same = TrainingSet.objects.filter(project=self.instance.project, title=title, retired_at=None)
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is a set of that title already.")
        return title


def _several(choices: list[tuple[str, str]], label: str, help_text: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices, label=label, help_text=help_text, required=False, widget=forms.CheckboxSelectMultiple
    )
