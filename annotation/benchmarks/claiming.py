"""Claim + submit by many people at once, over HTTP through the API, in projects of growing size."""

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation.models import Cell, Item, Membership, Place, Project, Revision
from annotation.places import open_cell
from annotation.rehearsal.report import percentile
from annotation.rehearsal.site import Site
from annotation.workflow import State
from catalog.models import Domain, Language
from catalog.skills import Skill
from catalog.vocabulary import load_vocabulary
from experts.models import Qualification

CSRF = "b" * 32
LANGUAGES = ("en", "fi")
DOMAINS = ("general", "law", "medicine", "finance", "history")
SKILLS = (Skill.OPEN_QA, Skill.REWRITING)
PROMPT = "Name three duties of a bank's compliance officer and say where each of them comes from. Case {number}."
COMPLETION = (
    "A compliance officer advises the board on new rules, watches that the bank's processes keep to them, and "
    "reports breaches to the supervisor. The duties come from the banking act, the supervisor's circulars and the "
    "bank's own statutes. Case {number} adds nothing to that."
)


@dataclass
class Run:
    """What a number of people did in a project of a size."""

    people: int
    items: int
    claims: list[float] = field(default_factory=list)
    submits: list[float] = field(default_factory=list)
    handed_out: list[int] = field(default_factory=list)
    errors: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    web_seconds: float = 0.0  # of processor time
    database_seconds: float = 0.0

    @property
    def pairs(self) -> int:
        return len(self.submits)

    def _per_pair(self, seconds: float) -> float:
        return 1000 * seconds / self.pairs

    def line(self) -> str:
        doubles = len(self.handed_out) - len(set(self.handed_out))
        claim, submit = (
            [1000 * percentile(times, share) for share in (0.5, 0.95)] for times in (self.claims, self.submits)
        )
        return (
            f"{self.people:>7}{self.items:>9}{self.pairs:>8}{self.pairs / self.seconds:>9.1f}"
            f"{claim[0]:>9.1f}{claim[1]:>7.1f}{submit[0]:>9.1f}{submit[1]:>7.1f}"
            f"{self._per_pair(self.web_seconds):>7.1f} +{self._per_pair(self.database_seconds):>5.1f} ="
            f"{self._per_pair(self.web_seconds + self.database_seconds):>6.1f}"
            f"{doubles:>9}{sum(self.errors.values()):>8}"
        )


HEADER = (
    f"{'people':>7}{'items':>9}{'pairs':>8}{'pairs/s':>9}{'claim50':>9}{'p95':>7}{'submit50':>9}{'p95':>7}"
    f"{'CPU-ms web + database':>22}{'doubles':>9}{'errors':>8}"
)


# A run takes a hundred places a second: a smaller project is used up by one, and the next gets its own.
LASTS = 5_000


def run_all(sizes: list[int], crowds: list[int], seconds: float, say: Any) -> None:
    load_vocabulary()
    folder = Path(settings.VAR_DIR) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(folder)
    site.start_one("web")
    site.wait_for_web()
    try:
        say(HEADER)
        for size in sizes:
            lasting = make_project(size, max(crowds)) if size >= LASTS else None
            for crowd in crowds:
                project, people = lasting or make_project(size, crowd)
                say(measure(site, project, people[:crowd], size, seconds).line())
    finally:
        site.stop()


def make_project(size: int, crowd: int) -> tuple[Project, list[User]]:
    """`size` free places in twenty cells, and as many items that wait for review."""
    stamp = f"{timezone.now():%H%M%S%f}"
    project = Project.objects.create(slug=f"bench-{size}-{stamp}", name=f"Bench {size}", open_cap=10_000)
    cells = [
        open_cell(
            Cell(
                project=project,
                language=Language.objects.get(pk=language),
                domain=Domain.objects.get(pk=domain),
                skill=skill,
            ),
            size // (len(LANGUAGES) * len(DOMAINS) * len(SKILLS)),
        )
        for language in LANGUAGES
        for domain in DOMAINS
        for skill in SKILLS
    ]
    people = [User(email=f"bench-{n}@{project.slug}.example", name=f"bench-{n}") for n in range(crowd + 1)]
    people = User.objects.bulk_create(people)
    Membership.objects.bulk_create(
        Membership(project=project, user=person, role=role)
        for person in people
        for role in (Role.EXPERT, Role.REVIEWER)
    )
    Qualification.objects.bulk_create(
        Qualification(user=person, language_id=language, domain_id=domain, skills=list(Skill.values))
        for person in people
        for language in LANGUAGES
        for domain in DOMAINS
    )
    _fill_review(project, cells, people[-1], size)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return project, people[:-1]


def _fill_review(project: Project, cells: list[Cell], author: User, size: int) -> None:
    """Straight into the tables: the claim's cost with a full pipeline is measured here, not the way into it."""
    now = timezone.now()
    places = Place.objects.bulk_create(
        [Place(cell=cells[n % len(cells)], taken=True, extra=True) for n in range(size)], batch_size=2000
    )
    items = [
        Item(
            project=project,
            cell_id=place.cell_id,
            place=place,
            author=author,
            state=State.WRITING,
            state_since=now,
            created_at=now,
        )
        for place in places
    ]
    Item.objects.bulk_create(items, batch_size=2000)
    revisions = Revision.objects.bulk_create(
        [
            Revision(
                item=item, number=1, author=author, prompt=PROMPT.format(number=item.pk), completion=COMPLETION,
                prompt_tokens=20, completion_tokens=60, created_at=now,
            )
            for item in items
        ],
        batch_size=2000,
    )  # fmt: skip
    for item, revision in zip(items, revisions, strict=True):
        item.current, item.state = revision, State.IN_REVIEW
    Item.objects.bulk_update(items, ["current", "state"], batch_size=2000)


def measure(site: Site, project: Project, people: list[User], size: int, seconds: float) -> Run:
    run = Run(len(people), size)
    visitors = [Visitor(site.port, project.slug, person, run, seconds) for person in people]
    for visitor in visitors:
        visitor.warm_up()
    web_before, database_before = _cpu_seconds(site)
    began = time.monotonic()
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    run.seconds = time.monotonic() - began
    web, database = _cpu_seconds(site)
    run.web_seconds, run.database_seconds = web - web_before, database - database_before
    return run


def signed_in(person: User) -> dict[str, str]:
    """The headers of a client that has signed in and sends JSON."""
    client = Client()
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/json",
        "Accept": "application/json",
    }


class Visitor(threading.Thread):
    """One person's API client: claim, submit, again; keeps its connection."""

    def __init__(self, port: int, slug: str, person: User, run: Run, seconds: float) -> None:
        super().__init__(daemon=True)
        self.headers = signed_in(person)
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.base = f"/api/p/{slug}"
        self.tally = run
        self.seconds = seconds

    def warm_up(self) -> None:
        """What a process does once (vocabulary of the tokenizer, connections) is no cost of a pair."""
        self._claim_and_submit([], [])

    def run(self) -> None:
        until = time.monotonic() + self.seconds
        while time.monotonic() < until and self._claim_and_submit(self.tally.claims, self.tally.submits):
            pass

    def _claim_and_submit(self, claims: list[float], submits: list[float]) -> bool:
        claim = self._timed(claims, f"{self.base}/start/writing", {})
        if claim is None:
            return False
        item_id = claim["item"]
        self.tally.handed_out.append(item_id)
        body = {
            "token": claim["token"],
            "prompt": PROMPT.format(number=item_id),
            "completion": COMPLETION.format(number=item_id),
        }
        return self._timed(submits, f"{self.base}/items/{item_id}/submit", body) is not None

    def _timed(self, times: list[float], path: str, body: dict[str, Any]) -> Any:
        began = time.perf_counter()
        status, answer = self._request("POST", path, body)
        times.append(time.perf_counter() - began)
        if status >= 400:
            self.tally.errors[status] += 1
            return None
        return answer

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, Any]:
        self.connection.request(method, path, json.dumps(body) if body is not None else None, self.headers)
        response = self.connection.getresponse()
        content = response.read()
        return response.status, json.loads(content) if content else None


def _cpu_seconds(site: Site) -> tuple[float, float]:
    """User and system time so far of the web server's process tree, and of PostgreSQL's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])
    postmaster = backend.parent()
    assert postmaster is not None
    return _tree_seconds(psutil.Process(site.running["web"].pid)), _tree_seconds(postmaster)


def _tree_seconds(root: psutil.Process) -> float:
    times = [process.cpu_times() for process in [root, *root.children(recursive=True)]]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)
