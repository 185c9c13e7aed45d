"""From a row of a file to what can be stored, or to what is wrong with it and what would mend it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from accounts.roles import Role
from annotation.importing import mapping as mapped
from annotation.importing.reading import Row
from annotation.models import Cell, Context, Job, Membership, Project
from annotation.texts import LONGEST, clean
from catalog.skills import NEEDS_CONTEXT
from qa.tokens import count

LONGEST_OF = {
    name: int(getattr(Context._meta.get_field(name), "max_length", 0))
    for name in ("title", "url", "author", "licence", "jurisdiction")
}
SHOWN = 60


class RowError(NamedTuple):
    row: int
    column: str
    what: str
    fix: str


class Faulty(Exception):  # noqa: N818
    def __init__(self, column: str, what: str, fix: str) -> None:
        super().__init__(what)
        self.column, self.what, self.fix = column, what, fix


@dataclass(frozen=True, slots=True)
class Passage:
    """The text and provenance of a context."""

    text: str
    title: str
    url: str
    author: str
    licence: str
    jurisdiction: str
    retrieved_on: date | None

    @property
    def sha256(self) -> str:
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ContextRecord:
    number: int
    cell: Cell
    passage: Passage
    digest: str

    @property
    def size(self) -> int:
        return len(self.passage.text)


@dataclass(frozen=True, slots=True)
class PairRecord:
    number: int
    cell: Cell
    author_id: int | None
    author_unknown: bool
    prompt: str
    completion: str
    prompt_tokens: int
    completion_tokens: int
    passage: Passage | None
    digest: str

    @property
    def size(self) -> int:
        return len(self.prompt) + len(self.completion) + (len(self.passage.text) if self.passage else 0)


Record = ContextRecord | PairRecord


class Translator:
    """Knows the project's cells and experts and what each column means. One for the whole file."""

    def __init__(self, project: Project, kind: str, columns: Sequence[str], mapping: mapped.Mapping) -> None:
        self.columns = {
            target.name: columns.index(mapping.columns[target.name])
            for target in mapped.TARGETS[kind]
            if mapping.columns.get(target.name) in columns
        }
        self.names = {target: columns[position] for target, position in self.columns.items()}
        self.licence = mapping.licence
        cells = project.cells.select_related("language", "domain")
        self.fixed = cells.filter(pk=mapping.cell_id).first() if mapping.cell_id else None
        self.cells = _cells_by_name(cells)
        self.experts = _experts_by_email(project)
        self._translate: Callable[[Row], Record] = self._pair if kind == Job.Kind.IMPORT_PAIRS else self._context

    def record(self, row: Row) -> Record | RowError:
        if row.fault:
            return RowError(row.number, "", row.fault, row.remedy)
        try:
            return self._translate(row)
        except Faulty as fault:
            column = self.names.get(fault.column, "")
            return RowError(row.number, column, fault.what, fault.fix)

    def _cell_text(self, row: Row, target: str) -> str:
        position = self.columns.get(target)
        return "" if position is None else row.cells[position]

    def _value(self, row: Row, target: str) -> str:
        return self._cell_text(row, target).strip()

    def _context(self, row: Row) -> ContextRecord:
        cell = self._cell(row)
        passage = self._passage(row)
        if passage is None:
            raise Faulty("text", "The text is empty.", "Fill it in, or leave the row out.")
        return ContextRecord(row.number, cell, passage, passage.sha256)

    def _pair(self, row: Row) -> PairRecord:
        cell = self._cell(row)
        prompt, completion = self._text(row, "prompt"), self._text(row, "completion")
        for target, text in (("prompt", prompt), ("completion", completion)):
            if not text.strip():
                raise Faulty(target, f"The {target} is empty.", "Fill it in, or leave the row out.")
        passage = self._passage(row)
        if passage is None and cell.skill in NEEDS_CONTEXT:
            raise Faulty(
                "text", f"{cell.get_skill_display()} needs a context.", "Give the row a context, or another skill."
            )
        email = self._value(row, "author_email").lower()
        author = self.experts.get(email)
        texts = (prompt, completion, passage.text if passage else "")
        return PairRecord(
            row.number, cell, author, bool(email) and author is None, prompt, completion,
            count(prompt), count(completion), passage, _digest(cell, texts),
        )  # fmt: skip

    def _text(self, row: Row, target: str) -> str:
        if target not in self.columns:
            return ""
        text = clean(self._cell_text(row, target))
        if len(text) > LONGEST:
            raise Faulty(target, f"The text has {len(text):,} characters.", f"Shorten it to {LONGEST:,}.")
        return text

    def _passage(self, row: Row) -> Passage | None:
        text = self._text(row, "text")
        if not text.strip():
            return None
        short = {target: self._short(row, target) for target in LONGEST_OF}
        short["licence"] = short["licence"] or self.licence
        if not short["licence"]:
            raise Faulty(
                "licence", "The context has no licence.", "Name it in the row, or one for all rows at the start."
            )
        if short["url"] and not short["url"].lower().startswith(("https://", "http://")):
            raise Faulty(
                "url", f"“{short['url'][:SHOWN]}” is no web address.", "Begin it with https://, or leave it empty."
            )
        return Passage(text=text, retrieved_on=self._date(row), **short)

    def _short(self, row: Row, target: str) -> str:
        if target not in self.columns:
            return ""
        text = clean(self._value(row, target))
        if len(text) > LONGEST_OF[target]:
            raise Faulty(target, f"It has {len(text):,} characters.", f"Shorten it to {LONGEST_OF[target]:,}.")
        return text

    def _date(self, row: Row) -> date | None:
        text = self._value(row, "retrieved_on")
        try:
            return date.fromisoformat(text[:10]) if text else None
        except ValueError:
            raise Faulty("retrieved_on", f"“{text[:SHOWN]}” is no date.", "Write it like 2026-03-31.") from None

    def _cell(self, row: Row) -> Cell:
        if self.fixed:
            return self.fixed
        language, domain, skill = (self._value(row, target).casefold() for target in ("language", "domain", "skill"))
        cell = self.cells.get((language, domain, skill))
        if cell is None:
            raise self._no_such_cell(language, domain, skill)
        return cell

    def _no_such_cell(self, *wanted: str) -> Faulty:
        """Blames the first of the three that no cell of the project has; else their combination."""
        for position, target in enumerate(mapped.CELL_TARGETS):
            known = sorted({names[position] for names in self.cells})
            if not wanted[position]:
                return Faulty(target.name, f"The {target.name} is empty.", "Fill it in, or put all rows into one cell.")
            if wanted[position] not in known:
                what = f"No cell of the project has the {target.name} “{wanted[position][:SHOWN]}”."
                return Faulty(target.name, what, f"Use one of: {', '.join(known)[:300]}.")
        what = f"The project has no cell {' · '.join(wanted)[: 3 * SHOWN]}."
        return Faulty("skill", what, "Add the cell to the project, or change the row.")


def _cells_by_name(cells: Iterable[Cell]) -> Mapping[tuple[str, str, str], Cell]:
    """Languages, domains and skills may be given by code or by name."""
    found: dict[tuple[str, str, str], Cell] = {}
    for cell in cells:
        languages = (cell.language.code, cell.language.name)
        domains = (cell.domain.slug, cell.domain.name)
        skills = (cell.skill, cell.get_skill_display())
        found |= {
            (language.casefold(), domain.casefold(), skill.casefold()): cell
            for language in languages
            for domain in domains
            for skill in skills
        }
    return found


def _experts_by_email(project: Project) -> dict[str, int]:
    members = Membership.objects.filter(project=project, role=Role.EXPERT).values_list("user__email", "user_id")
    return {email.lower(): user_id for email, user_id in members}


def _digest(cell: Cell, texts: Sequence[str]) -> str:
    """What makes a pair the same: its cell and its texts, each with its length, so none can borrow from the next."""
    digest = sha256(f"{cell.language_id}\0{cell.domain_id}\0{cell.skill}".encode())
    for text in texts:
        encoded = text.encode()
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()
