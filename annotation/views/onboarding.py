"""How far people have come, what the cells still lack, who stands still, and the people behind each number."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.roles import Permission
from annotation import job_tasks
from annotation.access import Desk, requires
from annotation.models import Project
from annotation.onboarding import admitting, letters, reminding
from annotation.onboarding.admitting import Decline
from annotation.onboarding.arrivals import PICKS, gaps_of, journeys_of, per_person, qualified_now
from annotation.onboarding.call_figures import calls_of
from annotation.onboarding.funnel import Journey, Pair, Step, funnel, has_reached
from annotation.onboarding.funnel_picture import picture
from annotation.views.calls import base_of
from catalog.models import Domain, Language
from core.refusal import Refusal, Refused, refuse_if

MOST_SHOWN = 300
STEP_NAMES = frozenset(step.value for step in Step)


@require_safe
@never_cache
@requires(Permission.MANAGE_PEOPLE)
def onboarding(request: HttpRequest, desk: Desk) -> HttpResponse:
    now = timezone.now()
    journeys = journeys_of(desk.project)
    gaps, pace = gaps_of(desk.project, journeys, now)
    total = funnel(per_person(journeys), now)
    context = {
        "total": total,
        "picture": picture(total),
        "fields": _by_field(journeys, now),
        "gaps": gaps,
        "pace": pace,
        "stuck": _stuck(desk, journeys, now),
        "calls": calls_of(desk.project),
        "job": letters.running(desk.project),
        "steps": list(Step),
    }
    return render(request, "annotation/onboarding/onboarding.html", context)


def _by_field(journeys: list[Journey], now: datetime) -> list[dict[str, Any]]:
    """A funnel for each language × domain, those that nobody named a field for last."""
    languages, domains = _names()
    by_pair: dict[Pair | None, list[Journey]] = {}
    for one in journeys:
        by_pair.setdefault(one.pair, []).append(one)
    rows = [
        {
            "language": languages.get(pair[0], pair[0]) if pair else "",
            "domain": domains.get(pair[1], pair[1]) if pair else "",
            "pair": pair,
            "funnel": funnel(there, now, pair),
        }
        for pair, there in by_pair.items()
    ]
    return sorted(rows, key=lambda row: (row["pair"] is None, row["language"], row["domain"]))


def _names() -> tuple[dict[str, str], dict[str, str]]:
    return dict(Language.objects.values_list("pk", "name")), dict(Domain.objects.values_list("pk", "name"))


def _stuck(desk: Desk, journeys: list[Journey], now: datetime) -> list[dict[str, Any]]:
    found, running = [], reminding.refusal_while_running(desk.project)
    for step in Step:
        people = {one.email for one in journeys if one.step == step and one.is_stuck(now)}
        if people:
            due = reminding.due_at(desk.project, step, now, journeys)
            refusal = running or reminding.refusal_to_remind(step, due)
            found.append({"step": step, "count": len(people), "due": due, "refusal": refusal})
    return found


@require_safe
@never_cache
@requires(Permission.MANAGE_PEOPLE)
def people(request: HttpRequest, desk: Desk) -> HttpResponse:
    now = timezone.now()
    asked = {name: request.GET.get(name, "")[:60] for name in ("step", "pick", "language", "domain", "reached")}
    if asked["pick"] == "qualified":
        return _qualified_page(request, desk, asked)
    found = [one for one in journeys_of(desk.project) if _matches(one, asked, now)]
    found.sort(key=lambda one: one.since)
    languages, domains = _names()
    rows = [
        {"one": one, "language": languages.get(one.pair[0], "") if one.pair else "",
         "domain": domains.get(one.pair[1], "") if one.pair else "", "stuck": one.is_stuck(now)}
        for one in found[:MOST_SHOWN]
    ]  # fmt: skip
    context = {
        "rows": rows, "count": len(found), "most": MOST_SHOWN, "asked": asked, "steps": list(Step),
        "languages": sorted(languages.items(), key=lambda one: one[1]),
        "domains": sorted(domains.items(), key=lambda one: one[1]),
        "query": urlencode({name: value for name, value in asked.items() if value}),
        "declines": [(one, admitting.SENTENCES[one]) for one in Decline],
        "picks": PICKS_IN_WORDS,
    }  # fmt: skip
    return render(request, "annotation/onboarding/people.html", context)


PICKS_IN_WORDS = (
    ("here", "On their way"),
    ("stuck", "Standing still"),
    ("waiting", "On a waiting list"),
    ("declined", "Declined"),
    ("withdrawn", "Withdrew"),
    ("unsaid", "No field named yet"),
)


def _matches(one: Journey, asked: dict[str, str], now: datetime) -> bool:
    if asked["language"] and (one.pair is None or one.pair[0] != asked["language"]):
        return False
    if asked["domain"] and (one.pair is None or one.pair[1] != asked["domain"]):
        return False
    if asked["step"] in STEP_NAMES and not _at(one, Step(asked["step"]), bool(asked["reached"])):
        return False
    return asked["pick"] not in PICKS or PICKS[asked["pick"]](one, now)


def _at(one: Journey, step: Step, reached: bool) -> bool:
    return has_reached(one, step) if reached else one.step == step


def _qualified_page(request: HttpRequest, desk: Desk, asked: dict[str, str]) -> HttpResponse:
    """Who may write now: also people who came in another way than by a call."""
    ids: set[int] = set()
    for (language, domain), users in qualified_now(desk.project).items():
        if asked["language"] in ("", language) and asked["domain"] in ("", domain):
            ids |= users
    there = User.objects.filter(pk__in=ids).order_by("name")
    context = {"users": there[:MOST_SHOWN], "count": len(ids), "asked": asked}
    return render(request, "annotation/onboarding/qualified.html", context)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def remind(request: HttpRequest, desk: Desk) -> HttpResponse:
    step = request.POST.get("step", "")
    if step not in STEP_NAMES:
        raise Refused(Refusal("There is no such step."), status=422)
    count = _begin_to_remind(desk, Step(step), base_of(request))
    messages.success(request, f"{count} {'person is' if count == 1 else 'people are'} being reminded.")
    return redirect("annotation:onboarding", desk.project.slug)


@transaction.atomic
def _begin_to_remind(desk: Desk, step: Step, base: str) -> int:
    """Locked, so that two presses start one job."""
    Project.objects.select_for_update(no_key=True).get(pk=desk.project.pk)
    due = reminding.due_at(desk.project, step, timezone.now())
    refusal = reminding.refusal_while_running(desk.project) or reminding.refusal_to_remind(step, due)
    refuse_if(refusal, status=409)
    job_tasks.enqueue(reminding.job_for(desk.project, desk.user, step, due, base))
    return len(due.people)
