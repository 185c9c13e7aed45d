"""Which items a list shows. Every number on the pipeline links here with the filter that counted it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left
from django.urls import reverse

from accounts.models import User
from annotation.checking import STUCK_AFTER
from annotation.models import Appeal, Assignment, Cell, Item, Project, Review, Verdict
from annotation.reasons import Reason
from annotation.texts import clean
from annotation.workflow import PLACELESS, State
from core.numbers import is_id
from experts.models import Outcome

LONG_WAIT = timedelta(days=1)
EXCERPT = 160
LONGEST_SEARCH = 200

WAITING_STATES = (State.RETURNED, State.IN_REVIEW, State.IN_EDITING, State.DISPUTED)
PIPELINE_STATES = tuple(state for state in State if state not in PLACELESS and state != State.ACCEPTED)

ORDER = ("-state_since", "-id")


class Flag(models.TextChoices):
    IN_PIPELINE = "in_pipeline", "In the pipeline"
    IN_HAND = "in_hand", "In somebody's hands"
    WAITING = "waiting", "Waiting longer than a day"
    STUCK = "stuck", "Stuck in checking"
    WAS_RETURNED = "was_returned", "Returned by a reviewer at least once"
    APPEALABLE = "appealable", "Rejected, appeal possible"
    APPEALED = "appealed", "Appeal running"
    OVERDUE = "overdue", "Appeal running, answer overdue"
    HANDED_IN = "handed_in", "Handed in at least once"


_FLAGS: dict[Flag, Callable[[datetime], Q | Exists]] = {
    Flag.IN_PIPELINE: lambda _now: Q(state__in=PIPELINE_STATES),
    Flag.IN_HAND: lambda _now: Q(leased=True),
    Flag.WAITING: lambda now: Q(state__in=WAITING_STATES, leased=False, state_since__lt=now - LONG_WAIT),
    Flag.STUCK: lambda now: Q(state=State.CHECKING, state_since__lt=now - STUCK_AFTER),
    Flag.WAS_RETURNED: lambda _now: Exists(Review.objects.filter(item=OuterRef("pk"), verdict=Verdict.RETURN)),
    Flag.APPEALABLE: lambda _now: Q(state=State.REJECTED, appealed=False),
    Flag.APPEALED: lambda _now: Q(state=State.DISPUTED, appealed=True),
    Flag.OVERDUE: lambda now: Exists(Appeal.objects.filter(item=OuterRef("pk"), ending="", due_at__lt=now)),
    Flag.HANDED_IN: lambda _now: Q(current__isnull=False),
}


def flagged(flag: Flag, now: datetime) -> Q | Exists:
    return _FLAGS[flag](now)


@dataclass(frozen=True)
class ItemFilter:
    """What an address of the list asks for; anything unknown in it is left out."""

    state: str = ""
    cell: str = ""
    language: str = ""
    domain: str = ""
    skill: str = ""
    author: str = ""
    holder: str = ""
    flag: str = ""
    q: str = ""
    # What was decided of it at some time, and with which reason.
    outcome: str = ""
    reason: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "ItemFilter":
        wanted = {field.name: clean(asked.get(field.name, "")).strip()[:LONGEST_SEARCH] for field in fields(cls)}
        wanted["state"] = wanted["state"] if wanted["state"] in State.values else ""
        wanted["flag"] = wanted["flag"] if wanted["flag"] in Flag.values else ""
        wanted["outcome"] = wanted["outcome"] if wanted["outcome"] in Outcome.Kind.values else ""
        wanted["reason"] = wanted["reason"] if wanted["reason"] in Reason.values else ""
        for name in ("cell", "author", "holder"):
            wanted[name] = wanted[name] if is_id(wanted[name]) else ""
        return cls(**wanted)

    @property
    def is_empty(self) -> bool:
        return self == ItemFilter()


def counted_items(project: Project) -> QuerySet[Item]:
    """Control items measure reviewers; they count nowhere and stand in no list."""
    return Item.objects.filter(project=project, is_control=False)


def items_matching(project: Project, wanted: ItemFilter, now: datetime) -> QuerySet[Item]:
    equal = {
        "state": wanted.state,
        "cell_id": wanted.cell,
        "cell__language_id": wanted.language,
        "cell__domain_id": wanted.domain,
        "cell__skill": wanted.skill,
        "author_id": wanted.author,
    }
    items = counted_items(project).filter(**{name: value for name, value in equal.items() if value})
    if wanted.flag:
        items = items.filter(flagged(Flag(wanted.flag), now))
    if wanted.holder:
        items = items.filter(Exists(held_now(project).filter(item=OuterRef("pk"), person_id=int(wanted.holder))))
    if wanted.outcome or wanted.reason:
        items = items.filter(pk__in=_decided(project, wanted))
    if wanted.q:
        items = items.filter(Q(current__prompt__icontains=wanted.q) | Q(current__completion__icontains=wanted.q))
    return items


def _decided(project: Project, wanted: ItemFilter) -> "QuerySet[Outcome, int]":
    asked = {"user_id": wanted.author, "kind": wanted.outcome}
    outcomes = Outcome.objects.filter(project_id=project.pk, **{name: value for name, value in asked.items() if value})
    if wanted.reason:
        outcomes = outcomes.filter(reasons__contains=[wanted.reason])
    return outcomes.values_list("item_id", flat=True)


def held_now(project: Project) -> QuerySet[Assignment]:
    return Assignment.objects.filter(item__project=project, item__is_control=False, ended_at=None)


def as_rows(items: QuerySet[Item]) -> QuerySet[Item]:
    """What a row of the list shows, without the texts themselves."""
    return (
        items.select_related("cell__language", "cell__domain", "author")
        .annotate(excerpt=Left("current__prompt", EXCERPT))
        .defer("import_hash")
    )


def items_url(project: Project, **wanted: object) -> str:
    return f"{reverse('annotation:items', args=[project.slug])}?{urlencode(wanted)}"


@dataclass(frozen=True)
class Choices:
    """What the filters above the list offer."""

    languages: list[tuple[str, str]]
    domains: list[tuple[str, str]]
    skills: list[tuple[str, str]]
    authors: list[tuple[int, str]]


def choices_for(project: Project) -> Choices:
    cells = list(Cell.objects.filter(project=project).select_related("language", "domain"))
    authors = User.objects.filter(memberships__project=project, memberships__role="expert").order_by("name")
    return Choices(
        languages=_distinct((cell.language_id, cell.language.name) for cell in cells),
        domains=_distinct((cell.domain_id, cell.domain.name) for cell in cells),
        skills=_distinct((cell.skill, cell.get_skill_display()) for cell in cells),
        authors=[(person.pk, str(person)) for person in authors],
    )


def _distinct(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(set(pairs), key=lambda pair: pair[1])
