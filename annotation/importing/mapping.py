"""Which column of a file means what, guessed from its name and settled by a person."""

import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from annotation.models import Job


@dataclass(frozen=True)
class Target:
    """Something a column can be. `names` are what people call such columns, without case or punctuation."""

    name: str
    label: str
    names: tuple[str, ...] = ()
    required: bool = False


CELL_TARGETS = (
    Target("language", "Language", ("language", "lang", "locale")),
    Target("domain", "Domain", ("domain", "field", "subject", "topic")),
    Target("skill", "Skill", ("skill", "task", "tasktype", "category", "type")),
)
PROVENANCE = (
    Target("title", "Title", ("title", "contexttitle", "heading")),
    Target("url", "URL", ("url", "link", "contexturl", "sourceurl", "source")),
    Target("author", "Author of the context", ("contextauthor", "author", "creator")),
    Target("licence", "Licence", ("licence", "license", "contextlicence", "contextlicense", "spdx")),
    Target("jurisdiction", "Jurisdiction", ("jurisdiction", "contextjurisdiction", "country")),
    Target("retrieved_on", "Retrieved on", ("retrievedon", "retrieved", "accessed", "contextretrievedon")),
)
CONTEXT_TARGETS = (
    Target("text", "Text", ("text", "context", "passage", "content", "body"), required=True),
    *PROVENANCE,
    *CELL_TARGETS,
)
PAIR_TARGETS = (
    Target("prompt", "Prompt", ("prompt", "instruction", "question", "input", "query"), required=True),
    Target("completion", "Completion", ("completion", "response", "answer", "output", "target"), required=True),
    Target("text", "Context", ("context", "passage", "contexttext", "document")),
    *PROVENANCE,
    Target("author_email", "Author's e-mail", ("authoremail", "email", "writer", "annotator")),
    *CELL_TARGETS,
)
TARGETS: dict[str, tuple[Target, ...]] = {
    Job.Kind.IMPORT_CONTEXTS: CONTEXT_TARGETS,
    Job.Kind.IMPORT_PAIRS: PAIR_TARGETS,
}


@dataclass(frozen=True)
class Mapping:
    """`columns` names the file's column for each target; `cell_id` puts every row into one cell instead; `licence`
    holds for rows that name none."""

    columns: MappingType[str, str] = field(default_factory=dict)
    cell_id: int | None = None
    licence: str = ""

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(**stored)

    def to_json(self) -> dict[str, Any]:
        return {"columns": dict(self.columns), "cell_id": self.cell_id, "licence": self.licence}


def guess(kind: str, columns: Sequence[str]) -> Mapping:
    """Each column is used once, by the first target that knows its name."""
    plain = {column: re.sub(r"[\W_]+", "", column.casefold()) for column in columns}
    found: dict[str, str] = {}
    for target in TARGETS[kind]:
        candidates = [(target.names.index(name), column) for column, name in plain.items() if name in target.names]
        if candidates:
            found[target.name] = min(candidates)[1]
            del plain[found[target.name]]
    return Mapping(found)


def missing(kind: str, mapping: Mapping) -> list[str]:
    """Labels of what has to be chosen before the import can start."""
    labels = [target.label for target in TARGETS[kind] if target.required and not mapping.columns.get(target.name)]
    if mapping.cell_id is None:
        labels += [target.label for target in CELL_TARGETS if not mapping.columns.get(target.name)]
    return labels
