"""Cells from a CSV: read, explain row by row what is wrong, take all rows or none."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import slugify

from annotation.models import Cell, Format, Project
from annotation.setup.setting_up import LARGEST_TARGET, CellPlan
from annotation.texts import clean
from catalog.models import Domain, Language
from catalog.skills import Skill

REQUIRED = ("language", "domain", "skill", "target")
NUMBERS = ("prompt_min", "prompt_max", "completion_min", "completion_max")
OPTIONAL = (*NUMBERS, "format", "brief")
MOST_ROWS = 2000
LONGEST_FILE = 1_000_000
LARGEST_BOUND = 100_000

LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


def is_language_code(text: str) -> bool:
    return len(text) <= 16 and LANGUAGE_CODE.fullmatch(text) is not None


@dataclass(frozen=True)
class RowError:
    """Which row (as a spreadsheet counts), which column, what is wrong and what to do."""

    row: int
    column: str
    problem: str
    fix: str


@dataclass(frozen=True)
class PlannedRow:
    row: int
    plan: CellPlan
    existing: Cell | None

    @property
    def does(self) -> str:
        if self.existing is None:
            return "new"
        same = self.existing.target == self.plan.target and all(
            getattr(self.existing, name) == value for name, value in self.plan.bounds.items()
        )
        return "unchanged" if same else "changed"


@dataclass
class Reading:
    """What a file says: rows that can be taken, errors, and names nobody has added yet."""

    rows: list[PlannedRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    unknown_languages: dict[str, str] = field(default_factory=dict)
    unknown_domains: dict[str, str] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return bool(self.rows) and not self.errors and not self.unknown_languages and not self.unknown_domains

    @property
    def total(self) -> int:
        return sum(row.plan.target for row in self.rows)


class Vocabulary:
    """Languages and domains by every name a file may call them."""

    def __init__(self, languages: Iterable[Language], domains: Iterable[Domain]) -> None:
        self.languages = {name.casefold(): one for one in languages for name in (one.name, one.code)}
        self.domains = {name.casefold(): one for one in domains for name in (one.name, one.slug)}


def read_cells(project: Project, text: str) -> Reading:
    reading = Reading()
    table = _table(text, reading)
    if table is None:
        return reading
    there = {
        (cell.language_id, cell.domain_id, cell.skill): cell
        for cell in Cell.objects.filter(project=project).select_related("language", "domain")
    }
    vocabulary = Vocabulary(Language.objects.all(), Domain.objects.all())
    seen: dict[tuple[str, str, str], int] = {}
    for number, row in table:
        plan = _RowReader(number, row, vocabulary, reading).plan()
        if plan:
            _keep(number, plan, there, seen, reading)
    if not table:
        reading.errors.append(RowError(2, "", "The file has no rows.", "Add a row for each cell below the header."))
    return reading


def _keep(
    number: int,
    plan: CellPlan,
    there: Mapping[tuple[str, str, str], Cell],
    seen: dict[tuple[str, str, str], int],
    reading: Reading,
) -> None:
    key = (plan.language.pk, plan.domain.pk, plan.skill)
    if key in seen:
        problem = f"The same language, domain and skill stand in row {seen[key]}."
        reading.errors.append(RowError(number, "skill", problem, "Keep one of the two rows."))
        return
    seen[key] = number
    fault = _bounds_out_of_order(plan, there.get(key))
    if fault:
        reading.errors.append(RowError(number, *fault))
        return
    reading.rows.append(PlannedRow(number, plan, there.get(key)))


def _bounds_out_of_order(plan: CellPlan, existing: Cell | None) -> tuple[str, str, str] | None:
    cell = existing or Cell()
    for name in ("prompt", "completion"):
        least = plan.bounds.get(f"{name}_min", getattr(cell, f"{name}_min"))
        most = plan.bounds.get(f"{name}_max", getattr(cell, f"{name}_max"))
        if least > most:
            return f"{name}_min", f"{least} is more than {name}_max, {most}.", "Swap or correct the two."
    return None


def _table(text: str, reading: Reading) -> list[tuple[int, dict[str, str]]] | None:
    """Rows by column name, or None when there is nothing to read them by."""
    if len(text) > LONGEST_FILE:
        reading.errors.append(RowError(1, "", "The file holds more than a million characters.", "Split it."))
        return None
    lines = csv.reader(io.StringIO(clean(text).removeprefix("\ufeff")), delimiter=_delimiter(text))
    try:
        rows = [row for row in enumerate(lines, start=1) if any(value.strip() for value in row[1])]
    except csv.Error as error:
        reading.errors.append(RowError(lines.line_num, "", f"Not readable as CSV: {error}.", "Check its quotes."))
        return None
    header = [name.strip().lower().replace(" ", "_") for name in rows[0][1]] if rows else []
    if not _header_is_good(header, reading):
        return None
    if len(rows) > MOST_ROWS + 1:
        reading.errors.append(RowError(MOST_ROWS + 2, "", f"More than {MOST_ROWS} rows.", "Split the file."))
        return None
    return [(number, dict(zip(header, map(str.strip, row), strict=False))) for number, row in rows[1:]]


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _header_is_good(header: list[str], reading: Reading) -> bool:
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in REQUIRED + OPTIONAL]
    for name in missing:
        reading.errors.append(RowError(1, name, "The column is missing.", f"The header needs {', '.join(REQUIRED)}."))
    for name in unknown:
        known = ", ".join(REQUIRED + OPTIONAL)
        reading.errors.append(RowError(1, name or "(empty)", "Nobody knows this column.", f"Use some of {known}."))
    twice = {name for name in header if header.count(name) > 1}
    for name in sorted(twice):
        reading.errors.append(RowError(1, name, "The column stands twice.", "Keep one of them."))
    return not (missing or unknown or twice)


class _RowReader:
    """One row against the vocabulary; what is wrong goes into the reading."""

    def __init__(self, number: int, row: Mapping[str, str], vocabulary: Vocabulary, reading: Reading) -> None:
        self.number = number
        self.row = row
        self.vocabulary = vocabulary
        self.reading = reading

    def plan(self) -> CellPlan | None:
        language, domain, skill = self.language(), self.domain(), self.skill()
        target = self.whole_number("target", LARGEST_TARGET)
        bounds = self.bounds()
        if language is None or domain is None or skill is None or target is None or bounds is None:
            return None
        return CellPlan(language, domain, skill, target, bounds)

    def language(self) -> Language | None:
        asked = self.row.get("language", "")
        found = self.vocabulary.languages.get(asked.casefold())
        if found is None and is_language_code(asked):
            self.reading.unknown_languages.setdefault(asked, asked)
        elif found is None:
            self.error("language", f"“{asked}” is no language here.", "Use its name or BCP 47 code, such as de.")
        return found

    def domain(self) -> Domain | None:
        asked = self.row.get("domain", "")
        found = self.vocabulary.domains.get(asked.casefold())
        if found is None and slugify(asked) and len(asked) <= 60:
            self.reading.unknown_domains.setdefault(slugify(asked), asked)
        elif found is None:
            self.error("domain", f"“{asked}” is no domain here.", "Use a name of at most 60 letters.")
        return found

    def skill(self) -> str | None:
        asked = self.row.get("skill", "")
        by_name = {name.casefold(): skill.value for skill in Skill for name in (skill.value, skill.label)}
        found = by_name.get(asked.casefold())
        if found is None:
            self.error("skill", f"“{asked}” is no skill.", f"Use one of {', '.join(Skill.values)}.")
        return found

    def bounds(self) -> dict[str, Any] | None:
        """The optional columns that say something; None when one of them is wrong."""
        before = len(self.reading.errors)
        found: dict[str, Any] = {}
        for name in NUMBERS:
            if self.row.get(name):
                found[name] = self.whole_number(name, LARGEST_BOUND)
        if self.row.get("format"):
            found["format"] = self.format()
        if self.row.get("brief"):
            found["brief"] = self.row["brief"]
        return found if len(self.reading.errors) == before else None

    def format(self) -> str | None:
        asked = self.row["format"].casefold()
        by_name = {name.casefold(): one.value for one in Format for name in (one.value, one.label)}
        if asked not in by_name:
            self.error("format", f"“{self.row['format']}” is no format.", f"Use one of {', '.join(Format.values)}.")
        return by_name.get(asked)

    def whole_number(self, name: str, largest: int) -> int | None:
        asked = self.row.get(name, "")
        if asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked) <= largest:
            return int(asked)
        self.error(name, f"“{asked}” is no whole number.", f"Use 0 to {largest}, without separators.")
        return None

    def error(self, column: str, problem: str, fix: str) -> None:
        self.reading.errors.append(RowError(self.number, column, problem, fix))
