"""More experts for the demo, with a past: outcomes of the last two months, from which the rule makes their standings.
Their items are not in the demo; what was decided of them is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation.models import Cell, Membership, Project
from annotation.reasons import Reason
from annotation.standing import alerts
from catalog.skills import Skill
from experts import overriding, recomputing
from experts.models import Outcome
from experts.qualifications import qualify
from experts.states import State

# Beyond every item of a demo.
FIRST_ITEM = 5_000_000
APART = timedelta(hours=31)
KINDS = {
    "a": Outcome.Kind.ACCEPTED,
    "e": Outcome.Kind.EDITED,
    "r": Outcome.Kind.RETURNED,
    "j": Outcome.Kind.REJECTED,
}
PAUSE = "Four answers in a row cite rulings that cannot be found. Please wait with new ones until we have talked."


@dataclass(frozen=True)
class Past:
    """`decisions`, oldest first, in the letters of KINDS; what came back did so for `reason`."""

    name: str
    language: str
    decisions: str
    reason: Reason = Reason.INCOMPLETE
    native: bool = True


PASTS = (
    Past("expert-de-auto", "de", "aaaeaaaaraaaaaaaaeaaaaaaraaaaaaaaaaaeaaaaaaaaaa"),
    Past("expert-en-phil", "en", "aaaaraaaaaaejaaaaaaaaaraaaaaaaaaaaaaeaaa", Reason.UNCLEAR_PROMPT),
    Past("expert-en-civil", "en", "aaraaaeaajaaaraaaaaeaaraaaajaaaa", Reason.FORMAT),
    Past("expert-de-chem", "de", "araaaajaaaaaraaaaajaaaraaaa", Reason.TOO_LONG, native=False),
    Past("expert-de-med-2", "de", "aaaaaaaaaaaaaaaaaaaaaaaaajraj", Reason.IGNORES_INSTRUCTION, native=False),
    Past("expert-en-fin-2", "en", "ajrajjarjjajrjajjrjajjrj", Reason.ADDS_FACTS),
    Past("expert-en-tax", "en", "aaraajrjarjjajrj", Reason.FACTUALLY_WRONG, native=False),
    Past("expert-de-hist", "de", "aaeaaaaaaaaa"),
    Past("expert-en-gen-7", "en", "aara", Reason.TOO_SHORT, native=False),
)
PAUSED = "expert-en-tax"


def add(project: Project, cells: Sequence[Cell], reviewers: Sequence[User], manager: User) -> None:
    now, numbers = timezone.now(), count(FIRST_ITEM)
    people = {past.name: _person(project, cells, past) for past in PASTS}
    Outcome.objects.bulk_create(
        outcome for past in PASTS for outcome in _outcomes(project, cells, reviewers, past, people[past.name], numbers)
    )
    recomputing.recompute_project(project.pk, now)
    overriding.override(
        user=people[PAUSED],
        project_id=project.pk,
        state=State.PAUSED,
        note=PAUSE,
        by=manager,
        until=now + timedelta(days=5),
        now=now,
    )
    alerts.look(project, now)


def _person(project: Project, cells: Sequence[Cell], past: Past) -> User:
    """Nobody signs in as one of them."""
    email = f"{past.name}@demo.example"
    person = User.objects.filter(email=email).first() or User.objects.create_user(email, None, name=past.name)
    Membership.objects.create(project=project, user=person, role=Role.EXPERT)
    for cell in _own_cells(cells, past):
        qualify(person, language=cell.language, domain=cell.domain, skills=list(Skill), native=past.native)
    return person


def _own_cells(cells: Sequence[Cell], past: Past) -> list[Cell]:
    """Two of their language, not the same for all."""
    own = [cell for cell in cells if cell.language_id == past.language]
    first = PASTS.index(past) % len(own)
    return [own[first], own[(first + 1) % len(own)]]


def _outcomes(
    project: Project,
    cells: Sequence[Cell],
    reviewers: Sequence[User],
    past: Past,
    person: User,
    numbers: Iterator[int],
) -> Iterator[Outcome]:
    """All from before the project: nothing of it was judged here (annotation.invariants)."""
    own = _own_cells(cells, past)
    for back, letter in zip(range(len(past.decisions) - 1, -1, -1), past.decisions, strict=True):
        cell = own[back % len(own)]
        yield Outcome(
            user=person,
            project_id=project.pk,
            item_id=next(numbers),
            language_id=cell.language_id,
            domain_id=cell.domain_id,
            skill=cell.skill,
            kind=KINDS[letter],
            reasons=[past.reason] if letter in "rj" else [],
            judged_by_id=reviewers[back % len(reviewers)].pk,
            at=project.created_at - timedelta(minutes=20) - back * APART,
        )
