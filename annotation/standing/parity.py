"""Are people of one language, or people who do not write in their first, treated differently? A report of rates with
their intervals; groups too small to say anything are not shown at all.

Four-fifths rule: 29 CFR §1607.4(D), "Uniform Guidelines on Employee Selection Procedures" (1978).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.roles import Role
from annotation.models import Project
from catalog.models import Language
from core.statements import fetch_rows
from experts.agreement import wilson
from experts.models import Alert, Qualification, Standing
from experts.outcomes import judgement_of, pool_of
from experts.project_rules import rule_of
from experts.rules import Rule
from experts.scoring import severity

FEWEST_PEOPLE, FEWEST_DECISIONS = 5, 30
FOUR_FIFTHS = 0.8


@dataclass(frozen=True)
class Rate:
    """`hits` of `of`, and the 90 % interval of the share."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.hits / self.of if self.of else 0.0


def rate(hits: int, of: int) -> Rate:
    return Rate(hits, of, *wilson(hits, of))


@dataclass
class _Sum:
    people: set[int] = field(default_factory=set)
    decisions: int = 0
    rejected: int = 0
    returned: int = 0
    before: float = 0.0
    after: float = 0.0


@dataclass
class Group:
    """People of one kind. `before` and `after`: mean severity of what was decided, without and with the reviewers'
    severity taken out. `fair`: how often nothing bad happens here, compared with the best group (1 is the same)."""

    name: str
    people: int
    decisions: int
    rejected: Rate
    returned: Rate
    lowered: Rate
    alerts: Rate
    before: float
    after: float
    fair: dict[str, float] = field(default_factory=dict)

    @property
    def marked(self) -> list[str]:
        """The rates by which the group is worse off than four fifths of the best."""
        return [name for name, ratio in self.fair.items() if ratio < FOUR_FIFTHS]


@dataclass(frozen=True)
class Split:
    """`hidden` groups were too small to show."""

    title: str
    groups: list[Group]
    hidden: int

    @property
    def is_comparable(self) -> bool:
        return len(self.groups) > 1


_TALLIES = """
    SELECT user_id, language_id, domain_id, skill, kind, edit, judged_by_id, count(*)
    FROM experts_outcome WHERE project_id = %s GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def report(project: Project) -> list[Split]:
    """By language and by nativeness, in seven statements."""
    rule = rule_of(project.pk)
    natives = _natives(project)
    by_language, by_native = _sums(project, natives, rule)
    lowered = set(Standing.objects.filter(project_id=project.pk, weight__lt=1).values_list("user_id", flat=True))
    alerted = set(Alert.objects.filter(project_id=project.pk).values_list("user_id", flat=True))
    return [
        _split("By language", by_language, lowered, alerted),
        _split("First language or learned", by_native, lowered, alerted),
    ]


def _natives(project: Project) -> dict[tuple[int, str], bool]:
    admitted = Qualification.objects.filter(
        user__memberships__project=project, user__memberships__role=Role.EXPERT
    ).values_list("user_id", "language_id", "native")
    found: dict[tuple[int, str], bool] = defaultdict(bool)
    for user_id, language, native in admitted:
        found[user_id, language] |= native
    return found


def _sums(
    project: Project, natives: Mapping[tuple[int, str], bool], rule: Rule
) -> tuple[dict[str, _Sum], dict[str, _Sum]]:
    pool = pool_of(project.pk, rule)
    names = dict(Language.objects.values_list("pk", "name"))
    by_language: dict[str, _Sum] = defaultdict(_Sum)
    by_native: dict[str, _Sum] = defaultdict(_Sum)
    for user_id, language, _, _, kind, edit, judge, count in fetch_rows(_TALLIES, [project.pk]):
        severe = severity(judgement_of(kind, edit), rule)
        charged = min(1.0, max(0.0, severe - pool.offset_of(judge)))
        groups = [by_language[names.get(language) or language]]
        if (user_id, language) in natives:
            groups.append(by_native["First language" if natives[user_id, language] else "Learned language"])
        for one in groups:
            one.people.add(user_id)
            one.decisions += count
            one.rejected += count * (kind == "rejected")
            one.returned += count * (kind == "returned")
            one.before += count * severe
            one.after += count * charged
    return by_language, by_native


def _split(title: str, sums: Mapping[str, _Sum], lowered: set[int], alerted: set[int]) -> Split:
    enough = {name: one for name, one in sums.items() if is_enough(len(one.people), one.decisions)}
    groups = [_group(name, one, lowered, alerted) for name, one in sorted(enough.items())]
    _compare(groups)
    return Split(title, groups, len(sums) - len(groups))


def is_enough(people: int, decisions: int) -> bool:
    return people >= FEWEST_PEOPLE and decisions >= FEWEST_DECISIONS


def _group(name: str, one: _Sum, lowered: set[int], alerted: set[int]) -> Group:
    people = len(one.people)
    return Group(
        name,
        people,
        one.decisions,
        rejected=rate(one.rejected, one.decisions),
        returned=rate(one.returned, one.decisions),
        lowered=rate(len(one.people & lowered), people),
        alerts=rate(len(one.people & alerted), people),
        before=one.before / one.decisions,
        after=one.after / one.decisions,
    )


COMPARED = ("rejected", "returned", "lowered", "alerts")


def _compare(groups: Sequence[Group]) -> None:
    """The rule speaks of favourable outcomes: not rejected, not returned, not lowered, no alert."""
    for name in COMPARED:
        good = [1 - getattr(group, name).share for group in groups]
        for group, share in zip(groups, four_fifths(good), strict=True):
            group.fair[name] = share


def four_fifths(shares: Iterable[float]) -> list[float]:
    """Each share of favourable outcomes, divided by the highest."""
    found = list(shares)
    best = max(found, default=0.0)
    return [share / best if best else 1.0 for share in found]
