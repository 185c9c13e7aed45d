"""The rows behind the funnel: invitations, applications, tests, trainings, qualifications, first accepted items."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product

from django.db.models import Count, Min, Q
from django.utils import timezone

from accounts.roles import Role
from annotation.item_lists import counted_items
from annotation.models import (
    Application,
    ApplicationField,
    Attempt,
    CallInvitation,
    CallQuota,
    Cell,
    Membership,
    Project,
    TrainingAssignment,
)
from annotation.onboarding.calls import is_open
from annotation.onboarding.funnel import (
    Ended,
    Gap,
    Journey,
    Pace,
    Pair,
    Step,
    furthest_per_person,
    pace_of,
    people_needed,
)
from annotation.workflow import State
from experts.models import Qualification

Field = ApplicationField.State
Key = tuple[int, str, str]  # user, language, domain
Times = dict[Key, datetime]
PACE_DAYS = 28


@dataclass(frozen=True)
class Progress:
    """What people did after they applied, by user, language and domain."""

    tests: Times
    test_states: dict[Key, str]
    trainings: Times
    qualified: Times
    accepted: Times
    members: frozenset[int]


def journeys_of(project: Project) -> list[Journey]:
    """Ten queries, however many people. Every person × language × domain of every call of the project."""
    fields = _fields(project)
    progress = _progress(project, {field.application.user_id for field in fields})
    drafts = list(
        Application.objects.filter(call__project=project, sent_at=None, withdrawn_at=None).select_related("user")
    )
    invitations = list(
        CallInvitation.objects.filter(call__project=project, sent_at__isnull=False).select_related("call__project")
    )
    invited = {(one.call_id, one.email.lower()): one for one in invitations}
    return [
        *(_of_field(field, invited, progress) for field in fields),
        *_of_unanswered(project, invitations, fields, drafts),
    ]


def _fields(project: Project) -> list[ApplicationField]:
    found = ApplicationField.objects.filter(application__call__project=project)
    return list(found.select_related("application__user", "application__call").order_by("pk"))


def _of_field(
    field: ApplicationField, invited: Mapping[tuple[int, str], CallInvitation], progress: Progress
) -> Journey:
    application = field.application
    key = (application.user_id, field.language_id, field.domain_id)
    invitation = invited.get((application.call_id, application.user.email.lower()))
    return Journey(
        email=application.user.email, name=application.user.name, pair=(field.language_id, field.domain_id),
        at=_times(field, invitation, key, progress), user_id=application.user_id, application_id=application.pk,
        field_id=field.pk, invitation_id=invitation.pk if invitation else None,
        waiting=field.state == Field.WAITING, test_state=progress.test_states.get(key, ""),
        ended=Ended(field.state) if field.state in ApplicationField.ENDED else Ended.NO, ended_at=field.ended_at,
    )  # fmt: skip


def _times(
    field: ApplicationField, invitation: CallInvitation | None, key: Key, progress: Progress
) -> dict[Step, datetime]:
    """When each step was reached; a training after the qualification is about the work, not about coming in."""
    # Earned in another project it is no step of this one, until the person is in.
    counts = field.application.user_id in progress.members or field.state in ApplicationField.ENDED
    qualified = progress.qualified.get(key) if counts else None
    training = progress.trainings.get(key)
    times = {
        Step.INVITED: invitation.created_at if invitation else field.application.started_at,
        Step.APPLIED: field.applied_at,
        Step.TESTING: _earliest(field.admitted_at, progress.tests.get(key)),
        Step.TRAINING: training if training and (qualified is None or training < qualified) else None,
        Step.QUALIFIED: qualified,
        Step.ACCEPTED: progress.accepted.get(key) if qualified else None,
    }
    return {step: at for step, at in times.items() if at is not None}


def _earliest(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)


def _of_unanswered(
    project: Project,
    invitations: Iterable[CallInvitation],
    fields: Iterable[ApplicationField],
    drafts: Iterable[Application],
) -> Iterable[Journey]:
    """Who has a link and has sent nothing: once for each field the list named, or once for none."""
    answered = {(field.application.call_id, field.application.user.email.lower()) for field in fields}
    begun = {(draft.call_id, draft.user.email.lower()): draft for draft in drafts}
    offered, today = _offered(project), timezone.now().date()
    for one in invitations:
        key = (one.call_id, one.email.lower())
        if key not in answered and not one.withdrawn_at:
            for pair in _named(one, offered[one.call_id]):
                yield _invited(one, begun.get(key), pair, today)


def _offered(project: Project) -> dict[int, set[Pair]]:
    found: dict[int, set[Pair]] = defaultdict(set)
    quotas = CallQuota.objects.filter(call__project=project).values_list("call_id", "language_id", "domain_id")
    for call_id, language, domain in quotas.order_by():
        found[call_id].add((language, domain))
    return found


def _named(invitation: CallInvitation, offered: set[Pair]) -> list[Pair | None]:
    """Of the call's fields those that the list fits; a list that names only languages names all their domains."""
    if not invitation.languages and not invitation.domains:
        return [None]
    languages = invitation.languages or sorted({language for language, _ in offered})
    domains = invitation.domains or sorted({domain for _, domain in offered})
    fitting = [pair for pair in product(languages, domains) if pair in offered]
    return list(fitting) or [None]


def _invited(one: CallInvitation, draft: Application | None, pair: Pair | None, today: date) -> Journey:
    return Journey(
        email=one.email, name=one.name or (draft.user.name if draft else ""), pair=pair,
        at={Step.INVITED: (draft.saved_at or draft.started_at) if draft else one.created_at},
        user_id=draft.user_id if draft else None, application_id=draft.pk if draft else None,
        invitation_id=one.pk, begun=draft is not None, is_open=is_open(one.call, today),
    )  # fmt: skip


def _progress(project: Project, users: set[int]) -> Progress:
    tests, states = _tests(project, users)
    members = Membership.objects.filter(project=project, user__in=users).values_list("user_id", flat=True)
    return Progress(
        tests, states, _trainings(project, users), _qualifications(users), _first_accepted(project, users),
        frozenset(members),
    )  # fmt: skip


def _tests(project: Project, users: set[int]) -> tuple[Times, dict[Key, str]]:
    """When each field's first try began, and how the latest one stands."""
    times: Times = {}
    states: dict[Key, str] = {}
    rows = Attempt.objects.filter(test__project=project, person_id__in=users).order_by("started_at")
    for person, language, domain, at, state in rows.values_list(
        "person_id", "test__language_id", "test__domain_id", "started_at", "state"
    ):
        times.setdefault((person, language, domain), at)
        states[person, language, domain] = state
    return times, states


def _trainings(project: Project, users: set[int]) -> Times:
    """A set for all languages counts in each field of the person's; sets know no domain."""
    rows = TrainingAssignment.objects.filter(training_set__project=project, person_id__in=users).order_by("assigned_at")
    fields: dict[int, set[Pair]] = defaultdict(set)
    mine = ApplicationField.objects.filter(application__call__project=project, application__user_id__in=users)
    for user_id, language, domain in mine.values_list("application__user_id", "language_id", "domain_id"):
        fields[user_id].add((language, domain))
    found: Times = {}
    for person, wanted, at in rows.values_list("person_id", "training_set__language_id", "assigned_at"):
        for language, domain in fields[person]:
            if wanted in (None, language):
                found.setdefault((person, language, domain), at)
    return found


def _qualifications(users: set[int]) -> Times:
    rows = Qualification.objects.filter(user_id__in=users).values_list("user_id", "language_id", "domain_id", "since")
    return {(user, language, domain): since for user, language, domain, since in rows}


def _first_accepted(project: Project, users: set[int]) -> Times:
    rows = counted_items(project).filter(state=State.ACCEPTED, author_id__in=users).order_by()
    grouped = rows.values_list("author_id", "cell__language_id", "cell__domain_id").annotate(at=Min("state_since"))
    return {(author, language, domain): at for author, language, domain, at in grouped if author is not None}


# --- what is missing


def gaps_of(project: Project, journeys: Iterable[Journey], now: datetime) -> tuple[list[Gap], Pace]:
    """Three queries. By language × domain of the project's cells, the widest gap first."""
    left, names = _left(project)
    qualified = {pair: len(users) for pair, users in qualified_now(project).items()}
    pace = _pace(project, now)
    days = (project.due_on - now.date()).days if project.due_on else None
    coming = defaultdict(list)
    for one in journeys:
        if one.pair and one.is_live and one.step in (Step.APPLIED, Step.TESTING, Step.TRAINING):
            coming[one.pair].append(one)
    found = [
        Gap(
            pair, *names[pair], left=count, qualified=qualified.get(pair, 0),
            on_the_way=sum(not one.waiting for one in coming[pair]),
            waiting=sum(one.waiting for one in coming[pair]),
            needed=people_needed(count, days, pace),
        )
        for pair, count in left.items()
    ]  # fmt: skip
    return sorted(found, key=lambda gap: (-gap.missing, -gap.left, gap.language, gap.domain)), pace


def _left(project: Project) -> tuple[dict[Pair, int], dict[Pair, tuple[str, str]]]:
    """Pairs not yet accepted, cell by cell: what one cell has too many of does not help another."""
    accepted = Count("items", filter=Q(items__state=State.ACCEPTED, items__is_control=False))
    left: dict[Pair, int] = defaultdict(int)
    names: dict[Pair, tuple[str, str]] = {}
    for cell in Cell.objects.filter(project=project).select_related("language", "domain").annotate(done=accepted):
        pair = (cell.language_id, cell.domain_id)
        left[pair] += max(0, cell.target - cell.done)
        names[pair] = (cell.language.name, cell.domain.name)
    return left, names


def qualified_now(project: Project) -> dict[Pair, set[int]]:
    """Members who write here and can sign in, by what they are qualified for."""
    members = Membership.objects.filter(project=project, role=Role.EXPERT, user__is_active=True).values("user_id")
    found: dict[Pair, set[int]] = defaultdict(set)
    rows = Qualification.objects.filter(user_id__in=members).values_list("user_id", "language_id", "domain_id")
    for user_id, language, domain in rows:
        found[language, domain].add(user_id)
    return found


def _pace(project: Project, now: datetime) -> Pace:
    """Of the last four weeks, or of the project's life when that is shorter."""
    days = max(1, min(PACE_DAYS, (now - project.created_at).days))
    lately = counted_items(project).filter(state=State.ACCEPTED, state_since__gt=now - timedelta(days=days))
    counts = lately.aggregate(accepted=Count("pk"), people=Count("author", distinct=True))
    return pace_of(counts["accepted"], counts["people"], days)


# --- the people behind a number

# What an address may ask for: by name, which journeys it means.
PICKS: dict[str, Callable[[Journey, datetime], bool]] = {
    "here": lambda one, _now: one.is_live,
    "stuck": lambda one, now: one.is_stuck(now),
    "declined": lambda one, _now: one.ended == Ended.DECLINED,
    "withdrawn": lambda one, _now: one.ended == Ended.WITHDRAWN,
    "waiting": lambda one, _now: one.is_live and one.waiting,
    "unsaid": lambda one, _now: one.pair is None,
}


def per_person(journeys: Iterable[Journey]) -> list[Journey]:
    return furthest_per_person(journeys)
