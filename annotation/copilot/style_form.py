# ruff: noqa: E501  # a table of rules reads better one to a line
"""The form of a project's style guide: what its texts may look like, and which clause says so."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from annotation.models import Clause, Project
from annotation.setup.setting_up import clauses_for
from catalog.skills import Skill
from qa.checks.style import DEFAULT_STYLE

ALLOW_AVOID = [("allow", "Allow"), ("avoid", "Avoid")]
REQUIRE = [*ALLOW_AVOID, ("require", "Require")]
LONG = "Required only of answers of 150 words and more."
SOURCE_FIELDS = [
    ("title", "Title"), ("url", "Address"), ("author", "Author"), ("jurisdiction", "Jurisdiction"), ("retrieved_on", "Retrieved on"),
]  # fmt: skip
LONGEST_EXAMPLE = 2000
MOST_WORDS = 5000


@dataclass(frozen=True)
class Rule:
    """A choice of the style guide and the kinds of findings it governs."""

    name: str
    label: str
    choices: list[tuple[str, str]]
    kinds: tuple[str, ...]
    help_text: str = ""

    @property
    def clause_name(self) -> str:
        return f"clause-{self.name}"


RULES = (
    Rule("italics", "Italics", ALLOW_AVOID, ("artifacts.italics",), "*words*, _words_, <i>, <em>"),
    Rule("bold", "Bold", ALLOW_AVOID, ("artifacts.bold",), "**words**, <b>, <strong>"),
    Rule("headings", "Headings", REQUIRE, ("artifacts.heading", "artifacts.headings_missing", "artifacts.heading_glued"), f"## Title, underlined titles, <h2>. {LONG}"),
    Rule("heading_jumps", "Headings that skip a level", ALLOW_AVOID, ("artifacts.heading_jump",), "## followed by ####"),
    Rule("bold_headings", "Bold lines in place of headings", ALLOW_AVOID, ("artifacts.bold_heading",)),
    Rule("lists", "Lists", REQUIRE, ("artifacts.lists", "artifacts.lists_missing"), LONG),
    Rule("tables", "Tables", REQUIRE, ("artifacts.tables", "artifacts.tables_missing"), LONG),
    Rule("code_blocks", "Code blocks", ALLOW_AVOID, ("artifacts.code_blocks",)),
    Rule("html_tags", "HTML tags", ALLOW_AVOID, ("artifacts.html_tag",)),
    Rule("emoji", "Pictograms", ALLOW_AVOID, ("artifacts.emoji",), "Such as 😀."),
    Rule("citation_marks", "Citation marks", ALLOW_AVOID, ("artifacts.citation_mark",), "[3], ³, (Smith et al., 2019)"),
    Rule("author_citations", "Sources as papers name them", ALLOW_AVOID, ("artifacts.author_citation",), "(Smith, 2019)"),
    Rule("bare_links", "Addresses written out", ALLOW_AVOID, ("artifacts.link_bare",), "In place of a Markdown link."),
    Rule("http_links", "Addresses without https", ALLOW_AVOID, ("artifacts.link_insecure",)),
    Rule("nonbreaking_spaces", "Non-breaking spaces", ALLOW_AVOID, ("artifacts.nonbreaking_space",), "Outside the languages whose typography needs them."),
    Rule("code_fences", "``` around a wanted JSON, XML or CSV", REQUIRE, ("format.fence_unwanted", "format.fence_missing")),
)  # fmt: skip


class Lines(forms.CharField):
    """Words or phrases, one to a line."""

    widget = forms.Textarea(attrs={"rows": 5})

    def __init__(self, longest: int = 80, **options: Any) -> None:
        self.longest = longest
        super().__init__(required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        written = super().clean(value)
        lines = list(dict.fromkeys(line.strip() for line in written.splitlines() if line.strip()))
        too_long = [line for line in lines if len(line) > self.longest]
        if too_long:
            raise ValidationError(f"At most {self.longest} characters to a line: “{too_long[0][:40]}…”.")
        if len(lines) > MOST_WORDS:
            raise ValidationError(f"At most {MOST_WORDS:,} lines.")
        return lines


class StyleGuideForm(forms.ModelForm):  # type: ignore[type-arg]  # no type parameters at run time
    top_heading = forms.IntegerField(
        label="Largest heading", min_value=1, max_value=6, help_text="1 is “#”, 2 is “##” and so on."
    )
    pretty_print = forms.BooleanField(
        label="Suggest indented JSON and XML",
        required=False,
        help_text="When the answer is valid but on one long line.",
    )
    length_tolerance = forms.FloatField(
        label="Tolerance of lengths", min_value=0, max_value=1,
        help_text="How far outside its bounds a length may be, as a share of the bound, before it must be changed.",
    )  # fmt: skip
    source_fields = forms.MultipleChoiceField(
        label="Wanted of a source besides its licence", required=False, choices=SOURCE_FIELDS,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    glossary = Lines(label="Glossary", help_text="Words no spelling check may mark, one to a line.")
    licences = Lines(
        label="Allowed licences",
        help_text="SPDX identifiers such as CC-BY-4.0, one to a line. Empty: any, as long as one is named. “permission 2026/17” always counts.",
    )

    research_skills = forms.MultipleChoiceField(
        label="Research is part of the work", required=False, choices=Skill.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="In these skills how a text was typed or pasted is not counted, and nobody is shown it.",
    )  # fmt: skip

    class Meta:
        model = Project
        fields = ["glossary", "licences", "check_links", "research_skills", "llm_daily_budget"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style = {**DEFAULT_STYLE, **self.instance.style}
        self.initial.update({name: style[name] for name in DEFAULT_STYLE})
        clauses = [("", "no clause"), *((clause.code, str(clause)) for clause in _clauses(self.instance))]
        for rule in RULES:
            self.fields[rule.name] = forms.ChoiceField(label=rule.label, choices=rule.choices, help_text=rule.help_text)
            clause = self.instance.tuning.get(rule.kinds[0], {}).get("clause", "")
            known = (
                clauses if clause in dict(clauses) else [*clauses, (clause, f"{clause} (no longer in the guideline)")]
            )
            self.fields[rule.clause_name] = forms.ChoiceField(
                label=f"Clause for {rule.label.lower()}", choices=known, required=False
            )
            self.initial[rule.clause_name] = clause

    def style(self) -> dict[str, object]:
        """What other code has put into the style guide stays; settings at their default are not written."""
        chosen = {name: self.cleaned_data[name] for name in DEFAULT_STYLE}
        others = {name: value for name, value in self.instance.style.items() if name not in DEFAULT_STYLE}
        return others | {name: value for name, value in chosen.items() if not _is_default(name, value)}

    def clauses(self) -> dict[str, str]:
        """By kind of finding; empty for none."""
        return {kind: self.cleaned_data[rule.clause_name] for rule in RULES for kind in rule.kinds}

    @property
    def rule_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[rule.name], self[rule.clause_name]) for rule in RULES]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("top_heading", "length_tolerance", "pretty_print")]

    @property
    def source_fields_shown(self) -> list[forms.BoundField]:
        return [self[name] for name in ("licences", "source_fields")]

    @property
    def service_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("research_skills", "check_links", "llm_daily_budget")]


def _is_default(name: str, value: object) -> bool:
    default = DEFAULT_STYLE[name]
    return list(default) == value if isinstance(default, tuple) else default == value


def _clauses(project: Project) -> list[Clause]:
    return clauses_for(project) if project.pk else []
