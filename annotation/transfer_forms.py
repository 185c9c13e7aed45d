"""Uploading a file, saying what its columns mean, asking for an export."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from annotation.importing.mapping import TARGETS, Mapping, missing
from annotation.importing.reading import LARGEST_FILE
from annotation.models import Cell, Job, Project

IMPORTS = [
    (Job.Kind.IMPORT_CONTEXTS, "Contexts: source passages to write about"),
    (Job.Kind.IMPORT_PAIRS, "Finished pairs: prompts with completions, to be reviewed here"),
]
SKIP_BAD, ALL_OR_NOTHING = "skip_bad", "all_or_nothing"
POLICIES = [
    (SKIP_BAD, "Import the good rows, list the bad ones"),
    (ALL_OR_NOTHING, "All or nothing: one bad row, and nothing is imported"),
]


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label="What is in the file", choices=IMPORTS, widget=forms.RadioSelect)
    file = forms.FileField(
        help_text="CSV or JSON lines, also packed with gzip, up to 200 MB. One row per context or pair.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.json,.jsonl,.ndjson,.gz"}),
        max_length=200,
        allow_empty_file=True,  # said better by reading.inspect
    )

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("The file is larger than 200 MB. Pack it with gzip, or split it.")
        return file


class MappingForm(forms.Form):
    cell = forms.ModelChoiceField(
        Cell.objects.none(), label="Put all rows into", required=False, empty_label="the cell each row names"
    )
    licence = forms.CharField(
        label="Licence of contexts whose row names none", required=False, max_length=80,
        help_text="SPDX identifier, such as CC-BY-4.0, or the permission's file number.",
    )  # fmt: skip
    policy = forms.ChoiceField(label="When rows are bad", choices=POLICIES, initial=SKIP_BAD, widget=forms.RadioSelect)

    def __init__(self, *args: Any, project: Project, kind: str, columns: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.columns = kind, columns
        cell = self.fields["cell"]
        assert isinstance(cell, forms.ModelChoiceField)
        cell.queryset = project.cells.select_related("language", "domain")
        choices = [("", "not in the file"), *((column, column) for column in columns)]
        for target in TARGETS[kind]:
            self.fields[_name(target.name)] = forms.ChoiceField(
                label=target.label, choices=choices, required=False, widget=forms.Select(attrs={"class": "input"})
            )

    @property
    def column_fields(self) -> list[tuple[forms.BoundField, bool]]:
        """With whether every row needs it."""
        return [(self[_name(target.name)], target.required) for target in TARGETS[self.kind]]

    @property
    def mapping(self) -> Mapping:
        """Of a valid form, complete or not."""
        chosen = {target.name: self.cleaned_data.get(_name(target.name), "") for target in TARGETS[self.kind]}
        cell = self.cleaned_data.get("cell")
        return Mapping(
            {name: column for name, column in chosen.items() if column},
            cell.pk if cell else None,
            self.cleaned_data.get("licence", ""),
        )

    @property
    def all_or_nothing(self) -> bool:
        return bool(self.cleaned_data["policy"] == ALL_OR_NOTHING)

    def refuse_incomplete(self) -> bool:
        """Adds an error and says so when something that every row needs is not chosen."""
        labels = missing(self.kind, self.mapping)
        if labels:
            self.add_error(None, f"Choose the column for: {', '.join(labels)}. Or put all rows into one cell.")
        return bool(labels)


def initial_of(mapping: Mapping, all_or_nothing: bool) -> dict[str, Any]:
    columns = {_name(target): column for target, column in mapping.columns.items()}
    policy = ALL_OR_NOTHING if all_or_nothing else SKIP_BAD
    return {**columns, "cell": mapping.cell_id, "licence": mapping.licence, "policy": policy}


def _name(target: str) -> str:
    return f"column_{target}"


class ExportForm(forms.Form):
    packed = forms.BooleanField(label="Pack with gzip", required=False, initial=True)
