"""Agreement between reviewers of the same text: over all, by what the text is, by week; and the texts behind it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from urllib.parse import urlencode

from annotation.models import Project, Review, Verdict
from annotation.reviewers.consistency import Judged, by, judged_in
from annotation.rubric import RUBRIC
from core.numbers import id_of
from experts.agreement import Agreement, agreement

MOST_WEEKS = 16
Text = Sequence[Judged]

# Whom a text goes to for mending is no disagreement.
_SIDE = {Verdict.EDIT.value: Verdict.RETURN.value}


@dataclass(frozen=True)
class Group:
    """Agreement of the reviewers in one cell, reason, row of the rubric, guideline version or week."""

    name: str
    found: Agreement
    # What the list of its texts is asked with.
    terms: Mapping[str, object] = field(default_factory=dict)

    @property
    def query(self) -> str:
        return urlencode(self.terms)


@dataclass(frozen=True)
class Board:
    overall: Agreement
    cells: list[Group]
    reasons: list[Group]
    rubric: list[Group]
    versions: list[Group]
    weeks: list[Group]


def board(project: Project) -> Board:
    texts = texts_in(project)
    names = cell_names(project)
    return Board(
        overall=agreement(map(sides, texts)),
        cells=_grouped(texts, "cell", lambda cell: names.get(int(cell), "a cell that is gone")),
        reasons=_by_reason(texts),
        rubric=[
            Group(row.label, agreement([_scores(text, row.name) for text in texts], ordinal=True), {"row": row.name})
            for row in RUBRIC
        ],
        versions=_grouped(texts, "version", lambda version: f"Version {version}"),
        weeks=_grouped(texts, "week", _named_week)[-MOST_WEEKS:],
    )


def cell_names(project: Project) -> dict[int, str]:
    return {cell.pk: str(cell) for cell in project.cells.select_related("language", "domain")}


def texts_in(project: Project) -> list[Text]:
    """Those that two or more judged, in the order in which they were judged first."""
    return [text for text in by(judged_in(project), lambda one: one.revision).values() if len(text) > 1]


def sides(text: Text) -> list[Hashable | None]:
    return [_SIDE.get(one.verdict, one.verdict) for one in text]


def _scores(text: Text, row: str) -> list[Hashable | None]:
    place = [one.name for one in RUBRIC].index(row)
    return [one.scores[place] for one in text]


def week_of(at: datetime) -> str:
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02}"


def _is_week(text: str) -> bool:
    try:
        return week_of(datetime.fromisoformat(f"{text}-1")) == text
    except ValueError:
        return False


def _named_week(week: str) -> str:
    return f"{datetime.fromisoformat(f'{week}-1'):%-d %b %Y}"


# By what texts are grouped, as an address says it.
KEYS: dict[str, Callable[[Text], str]] = {
    "cell": lambda text: str(text[0].cell),
    "version": lambda text: str(text[0].version),
    "week": lambda text: week_of(text[-1].at),
}


def _grouped(texts: Iterable[Text], key: str, name: Callable[[str], str]) -> list[Group]:
    groups: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        groups[KEYS[key](text)].append(text)
    ordered = sorted(groups, key=lambda one: (len(one), one))
    return [Group(name(one), agreement(map(sides, groups[one])), {key: one}) for one in ordered]


def _by_reason(texts: Sequence[Text]) -> list[Group]:
    """Whether the reviewers of a text agree that this reason applies; of reasons that anybody named."""
    named = Counter(reason for text in texts for one in text for reason in one.reasons)
    return [
        Group(label_of(one), agreement([[one in said.reasons for said in text] for text in texts]), {"reason": one})
        for one, _ in named.most_common()
    ]


def label_of(reason: str) -> str:
    labels = dict(Review._meta.get_field("reasons").base_field.choices or [])
    return str(labels.get(reason, reason))


@dataclass(frozen=True)
class Wanted:
    """Which texts an address asks for; what is unknown in it is left out."""

    cell: str = ""
    version: str = ""
    week: str = ""
    reason: str = ""
    row: str = ""
    only: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Wanted":
        wanted = {one.name: asked.get(one.name, "")[:40] for one in fields(cls)}
        wanted["row"] = wanted["row"] if wanted["row"] in [row.name for row in RUBRIC] else ""
        wanted["only"] = wanted["only"] if wanted["only"] == "differ" else ""
        return cls(**wanted)

    def in_words(self, cells: Mapping[int, str]) -> str:
        """What the texts have in common; empty for all."""
        row = next((one.label for one in RUBRIC if one.name == self.row), "")
        week = _named_week(self.week) if _is_week(self.week) else ""
        words = [
            cells.get(id_of(self.cell) or 0, "a cell that is gone") if self.cell else "",
            f"version {self.version} of the guideline" if self.version else "",
            f"week from {week}" if week else "",
            f"reason “{label_of(self.reason)}”" if self.reason else "",
            f"scores for {row}" if row else "",
        ]
        return " · ".join(filter(None, words))

    def matches(self, text: Text) -> bool:
        return all(key(text) == getattr(self, name) for name, key in KEYS.items() if getattr(self, name))

    def values(self, text: Text) -> list[Hashable | None]:
        """What is compared: verdicts, a score, or whether a reason applies."""
        if self.row:
            return _scores(text, self.row)
        return [self.reason in one.reasons for one in text] if self.reason else sides(text)

    def differs(self, text: Text) -> bool:
        return len(set(self.values(text))) > 1


def texts_behind(project: Project, wanted: Wanted) -> list[Text]:
    """Newest first; exactly those a number of the board counts."""
    found = [text for text in texts_in(project) if wanted.matches(text)]
    found = [text for text in found if wanted.differs(text)] if wanted.only else found
    return sorted(found, key=lambda text: text[-1].at, reverse=True)
