"""The table of experts with 500 people and 200,000 outcomes: server time and queries of a page, for
`./scriptorium bench experts`. Called on a throw-away database: what is made stays."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation.models import Cell, Membership, Project
from annotation.places import open_cell
from annotation.reasons import Reason
from annotation.rehearsal.report import percentile
from annotation.standing import alerts
from catalog.models import Domain, Language
from catalog.skills import Skill
from catalog.vocabulary import load_vocabulary
from experts import recomputing
from experts.models import Outcome, Qualification

PEOPLE, OUTCOMES, REVIEWERS = 500, 200_000, 40
LANGUAGES, DOMAINS = ("en", "fi"), ("general", "law", "medicine", "finance", "history")
DAYS = 120
ROUNDS = 40
SHOWN = (("first page", ""), ("sorted by rejected", "?sort=-rejected"), ("one state", "?state=watch"))


@dataclass(frozen=True)
class Shown:
    """Milliseconds of the server for one page, and its queries."""

    what: str
    median: float
    p95: float
    queries: int
    kilobytes: float

    def line(self) -> str:
        return (
            f"{self.what:<20}{self.median:>9.0f} ms{self.p95:>9.0f} ms p95{self.queries:>5} queries"
            f"{self.kilobytes:>7.0f} kB"
        )


def run(say: Callable[[str], Any], people: int = PEOPLE, outcomes: int = OUTCOMES) -> list[Shown]:
    began = time.perf_counter()
    project = make_project(people, outcomes)
    say(f"{people} people, {outcomes} outcomes, made in {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    recomputing.recompute_project(project.pk, timezone.now())
    say(f"everybody's standing computed in {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    raised = alerts.look(project, timezone.now())
    say(f"looked for alerts in {time.perf_counter() - began:.1f} s: {len(raised.new)}")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    found = [measure(project, what, query) for what, query in SHOWN]
    for one in found:
        say(one.line())
    return found


def measure(project: Project, what: str, query: str) -> Shown:
    """The whole request through middleware, view and template, in this process; the first ones warm up."""
    client = Client()
    client.force_login(User.objects.get(memberships__project=project, memberships__role=Role.MANAGER))
    path = reverse("annotation:experts", args=[project.slug]) + query
    headers = {"HTTP_HOST": next(iter(settings.ALLOWED_HOSTS), "localhost").lstrip(".*") or "localhost"}
    asked: list[str] = []

    def counted(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return run(sql, *rest)

    with connection.execute_wrapper(counted):
        answer = client.get(path, **headers)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.status_code
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(path, **headers)  # type: ignore[arg-type]
        times.append(1000 * (time.perf_counter() - began))
    median, p95 = (percentile(times, share) for share in (0.5, 0.95))
    return Shown(what, median, p95, len(asked), len(answer.content) / 1024)


def make_project(people: int, outcomes: int) -> Project:
    """Straight into the tables, as the pipeline would have left it after four months."""
    load_vocabulary()
    project = Project.objects.create(slug=f"bench-experts-{time.time_ns()}", name="Bench of experts")
    for language in LANGUAGES:
        for domain in DOMAINS:
            _cell(project, language, domain)
    names = [f"expert-{number:03}" for number in range(people)]
    experts = User.objects.bulk_create(User(email=f"{one}@{project.slug}.example", name=one) for one in names)
    manager = User.objects.create_user(f"manager@{project.slug}.example", name="manager-1")
    Membership.objects.bulk_create(
        [Membership(project=project, user=one, role=Role.EXPERT) for one in experts]
        + [Membership(project=project, user=manager, role=Role.MANAGER)]
    )
    Qualification.objects.bulk_create(
        Qualification(user=one, language_id=LANGUAGES[number % 2], domain_id=domain, skills=list(Skill.values))
        for number, one in enumerate(experts)
        for domain in (DOMAINS[number % 5], DOMAINS[(number + 2) % 5])
    )
    Outcome.objects.bulk_create(_outcomes(project, experts, outcomes), batch_size=5000)
    return project


def _cell(project: Project, language: str, domain: str) -> Cell:
    found = Language.objects.get(pk=language), Domain.objects.get(pk=domain)
    return open_cell(Cell(project=project, language=found[0], domain=found[1], skill=Skill.OPEN_QA), 10)


def _outcomes(project: Project, experts: list[User], count: int) -> Iterator[Outcome]:
    """One in ten people is refused often."""
    chance, now = random.Random(7), timezone.now()  # noqa: S311  (the same people every time)
    for number in range(count):
        at = now - timedelta(days=DAYS) * (1 - number / count)
        yield _outcome(project, number, experts[chance.randrange(len(experts))], at, chance)


def _outcome(project: Project, number: int, person: User, at: datetime, chance: random.Random) -> Outcome:
    place = person.pk % 10
    refused = chance.random() < (0.45 if place == 0 else 0.12)
    kind = chance.choice([Outcome.Kind.RETURNED, Outcome.Kind.REJECTED]) if refused else Outcome.Kind.ACCEPTED
    return Outcome(
        user=person,
        project_id=project.pk,
        item_id=10_000_000 + number,
        language_id=LANGUAGES[person.pk % 2],
        domain_id=DOMAINS[place % 5],
        skill=Skill.OPEN_QA,
        kind=kind,
        reasons=[chance.choice(Reason.values)] if refused else [],
        judged_by_id=chance.randrange(REVIEWERS),
        at=at,
    )
