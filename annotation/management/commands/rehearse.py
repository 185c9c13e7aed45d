import signal
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from django.utils import timezone

from annotation.invariants import violations
from annotation.models import Item, Project
from annotation.rehearsal import report
from annotation.rehearsal.company import Company, assemble
from annotation.rehearsal.delivery import export
from annotation.rehearsal.material import Material, read_pairs, targets
from annotation.rehearsal.people import Editor, Expert, Person, Reviewer, Stage
from annotation.rehearsal.site import Site
from annotation.workflow import FINAL

LOOK_SECONDS = 1.0
SAY_SECONDS = 10.0


class Command(BaseCommand):
    help = "Drives a whole project with scripted people over HTTP, then checks every invariant. Use before going live."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", nargs="+", required=True, type=Path, help="prompts files, JSONL or JSONL.gz")
        parser.add_argument("--experts", type=int, default=40)
        parser.add_argument("--reviewers", type=int, default=20)
        parser.add_argument("--editors", type=int, default=4)
        parser.add_argument("--items", type=int, default=2000, help="accepted items to end with")
        parser.add_argument("--careless", type=float, default=0.08, help="share of items handed in with a flaw")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--kill-worker", type=int, default=0, help="kill -9 the worker so many times on the way")
        parser.add_argument("--kill-web", type=int, default=0, help="kill -9 the web server so many times on the way")
        parser.add_argument("--minutes", type=float, default=60, help="give up after so long")

    def handle(self, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _end)
        self.began = time.monotonic()
        company, material = self.set_up(**options)
        with _site() as site:
            stage = Stage(company.project.slug, site.address, material, options["careless"])
            self.perform(company, stage, site, **options)
            exported = export(company, stage, site.folder)
            found = self.tell(company.project, stage, site, exported, options["items"])
        if found:
            raise CommandError(f"The rehearsal failed: {found} findings, see above.")

    def set_up(
        self, *, data: list[Path], items: int, seed: int, experts: int, reviewers: int, editors: int, **_: Any
    ) -> tuple[Company, Material]:
        try:
            pairs = read_pairs(data, seed)
            wanted = targets(pairs, items)
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"--data: {error}") from error
        company = assemble(pairs=pairs, targets=wanted, experts=experts, reviewers=reviewers, editors=editors)
        self.stdout.write(
            f"{company.project}: {items} items in {len(wanted)} cells, "
            f"{experts} experts, {reviewers} reviewers, {editors} editors"
        )
        return company, Material(pairs)

    def perform(self, company: Company, stage: Stage, site: Site, *, seed: int, items: int, **options: Any) -> None:
        people = _people(company, stage, seed)
        for person in people:
            person.start()
        faults = _faults(items, options["kill_worker"], options["kill_web"])
        try:
            self.watch(company.project, stage, site, items, faults, options["minutes"])
        finally:
            stage.over.set()
            for person in people:
                person.join(timeout=90)

    def watch(
        self, project: Project, stage: Stage, site: Site, items: int, faults: list[tuple[int, str]], minutes: float
    ) -> None:
        said = 0.0
        while True:
            counts = _counts(project)
            elapsed = time.monotonic() - self.began
            finished = counts.get("accepted", 0)
            if faults and finished >= faults[0][0]:
                _, name = faults.pop(0)
                self.stdout.write(f"        kill -9 of the {name}")
                site.kill_and_restart(name)
            if elapsed - said > SAY_SECONDS:
                said = elapsed
                self.stdout.write(report.progress_line(counts, items, elapsed))
                self.stdout.flush()
            if finished >= items and set(counts) <= FINAL:
                return
            if len(stage.tally.errors) > 200 or elapsed > minutes * 60:
                self.stdout.write("Giving up.")
                return
            time.sleep(LOOK_SECONDS)

    def tell(self, project: Project, stage: Stage, site: Site, exported: str, items: int) -> int:
        elapsed = time.monotonic() - self.began
        counts = _counts(project)
        broken = violations()
        unfinished = sum(number for state, number in counts.items() if state not in FINAL)
        problems = [*stage.tally.errors, *site.errors_in_logs()]
        self.stdout.write(f"\n{report.progress_line(counts, items, elapsed)}\n\n{report.latencies(stage.tally)}\n")
        self.stdout.write(f"Interruptions met and waited out by people: {stage.tally.interruptions}")
        self.stdout.write(f"Export: {exported}")
        self.stdout.write(f"Items neither accepted nor rejected: {unfinished}")
        self.stdout.write(f"Violated invariants: {len(broken)}")
        for rule, rows in broken.items():
            self.stdout.write(f"  {rule}: {len(rows)} rows, such as {rows[:3]}")
        self.stdout.write(f"Unhandled errors: {len(problems)}" + "".join(f"\n  {one}" for one in problems[:20]))
        self.stdout.write(f"Logs: {site.folder}")
        return len(broken) + len(problems) + unfinished


@contextmanager
def _site() -> Iterator[Site]:
    folder = Path(settings.VAR_DIR) / "rehearsals" / f"{timezone.now():%Y%m%d-%H%M%S}"
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(folder)
    site.start()
    try:
        yield site
    finally:
        site.stop()


def _end(_number: int, _frame: FrameType | None) -> None:
    """So that the site's processes are stopped on the way out."""
    raise SystemExit("The rehearsal was ended from outside.")


def _people(company: Company, stage: Stage, seed: int) -> list[Person]:
    return [
        *(Expert(user, stage, seed) for user in company.experts),
        *(Reviewer(user, stage, seed) for user in company.reviewers),
        *(Editor(user, stage, seed) for user in company.editors),
    ]


def _faults(items: int, kill_worker: int, kill_web: int) -> list[tuple[int, str]]:
    """When to kill what: evenly spread over the accepted items."""
    faults = [(items * (n + 1) // (kill_worker + 1), "worker") for n in range(kill_worker)]
    faults += [(items * (2 * n + 1) // (2 * kill_web + 1), "web") for n in range(kill_web)]
    return sorted(faults)


def _counts(project: Project) -> dict[str, int]:
    found = Item.objects.filter(project=project).values_list("state").annotate(number=Count("pk"))
    return dict(found)
