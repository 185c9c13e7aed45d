"""The experts of a project: the table, its CSV, and one person with everything their standing rests on."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import Permission, Role
from annotation import safe_csv
from annotation.access import Desk, requires
from annotation.models import Attempt, TrainingAssignment
from annotation.onboarding.people import Person, person_of
from annotation.pay import active_time
from annotation.standing import alerts, parity
from annotation.standing.expert_forms import PERIODS, sets_to_assign
from annotation.standing.experts_csv import COLUMNS, line
from annotation.standing.experts_table import SORTS, TableFilter, table_of
from annotation.standing.person_history import changes, decided, reason_bars, shown, strip
from catalog.skills import Skill
from core.htmx import render_page_or_part
from experts.alerts import is_new, open_alerts
from experts.explaining import explain, gives_the_same
from experts.states import State

ALERTS_ON_TOP = 3
ACTIVE_DAYS = 30
LISTED = 20


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def experts(request: HttpRequest, desk: Desk) -> HttpResponse:
    now, wanted = timezone.now(), TableFilter.of(request.GET.dict())
    waiting = open_alerts(desk.project.pk, now)
    new = [one for one in waiting if is_new(one)]
    context = {
        "table": table_of(desk.project, wanted, now),
        "wanted": wanted,
        "states": list(State),
        "skills": Skill.choices,
        "sorts": list(SORTS),
        "waiting": waiting,
        "new": new,
        "alerts": [alerts.shown(one) for one in new[:ALERTS_ON_TOP]],
        "periods": PERIODS,
    }
    page, part = "annotation/manager/experts.html", "annotation/manager/_experts.html"
    return render_page_or_part(request, page, context, part=part)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def experts_csv(request: HttpRequest, desk: Desk) -> StreamingHttpResponse:
    """What is filtered, all of it, in the same order."""
    found = table_of(desk.project, TableFilter.of(request.GET.dict()), timezone.now(), whole=True)
    return safe_csv.answer(f"{desk.project.slug}-experts", COLUMNS, map(line, found.rows))


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def expert(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """One person: the sentence they read, how it was computed, what happened and what can be done."""
    return render(request, "annotation/manager/expert.html", _page_of(desk, expert_of(desk, user_id)))


def expert_of(desk: Desk, user_id: int) -> Person:
    found = person_of(desk.project, user_id)
    if found is None or not {Role.EXPERT, Role.REVIEWER} & set(found.roles):
        raise Http404("No such expert in this project.")
    return found


def _page_of(desk: Desk, person: Person) -> dict[str, Any]:
    now, user = timezone.now(), person.user
    found, standing = decided(user, desk.project), shown(user, desk.project)
    waiting = [one for one in open_alerts(desk.project.pk, now) if one.user_id == user.pk]
    return {
        "person": person,
        "shown": standing,
        "decided": found,
        "strip": strip(found),
        "reasons": reason_bars(user, desk.project),
        "changes": changes(user, desk.project, names=True),
        # Of oneself not: the severities beside the decisions would tell who reviewed them.
        "explained": explain(inputs) if (inputs := standing.standing.inputs) and user.pk != desk.user.pk else None,
        "active": active_time.of_person(desk.project.pk, user.pk, now - timedelta(days=ACTIVE_DAYS)),
        "alerts": [alerts.shown(one) for one in waiting],
        "periods": PERIODS,
        "training_sets": list(sets_to_assign(desk.project)),
        "is_self": user.pk == desk.user.pk,
        "attempts": Attempt.objects.filter(person=user, test__project=desk.project)
        .select_related("test__language", "test__domain")
        .order_by("-started_at")[:LISTED],
        "trainings": TrainingAssignment.objects.filter(person=user, training_set__project=desk.project)
        .select_related("training_set")
        .order_by("-assigned_at")[:LISTED],
    }


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def verify(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """The rule once more on the stored outcomes."""
    person = expert_of(desk, user_id)
    standing = shown(person.user, desk.project).standing
    context = {
        "person": person,
        "is_same": bool(standing.inputs) and gives_the_same(standing.inputs),
        "computed_at": standing.computed_at,
    }
    page, part = "annotation/manager/expert_verified.html", "annotation/manager/_expert_verified.html"
    return render_page_or_part(request, page, context, part=part)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def parity_report(request: HttpRequest, desk: Desk) -> HttpResponse:
    context = {
        "splits": parity.report(desk.project),
        "fewest_people": parity.FEWEST_PEOPLE,
        "fewest_decisions": parity.FEWEST_DECISIONS,
    }
    return render(request, "annotation/manager/parity.html", context)
