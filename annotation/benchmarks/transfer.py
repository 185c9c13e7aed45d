"""Import and export measured on real texts, for `manage.py bench`: rows per second and the process's peak memory.

Called on a throw-away database: what is imported stays.
"""

import gzip
import json
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import psutil
from django.db import connection
from django.utils import timezone

from accounts.models import User
from annotation import delivering, job_files, jobs
from annotation.importing import mapping, reading, running
from annotation.models import Approval, Cell, Item, Job, Project
from annotation.places import open_cell
from annotation.workflow import State
from catalog.models import Domain, Language
from catalog.skills import Skill
from catalog.vocabulary import load_vocabulary

TEXTS = "prompts__dolly_en.jsonl.gz"
RUNNERS: dict[str, jobs.Runner] = {
    Job.Kind.IMPORT_CONTEXTS: running.run_import,
    Job.Kind.IMPORT_PAIRS: running.run_import,
    Job.Kind.EXPORT: delivering.run_export,
}


@dataclass(frozen=True)
class Measured:
    what: str
    rows: int
    seconds: float
    file_mb: float
    peak_mb: float
    cpu_seconds: float  # of this process and of the database connection

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds


def bench_import(rows: int, data: str) -> list[Measured]:
    """Contexts, then pairs, each of so many different rows made from the texts in `data`."""
    found = []
    for kind in (Job.Kind.IMPORT_CONTEXTS, Job.Kind.IMPORT_PAIRS):
        job = _import_job(kind, rows, Path(data))
        found.append(_run(job, rows))
        assert Job.objects.get(pk=job.pk).result["added"] == rows
    return found


def import_pairs(rows: int, data: Path) -> Project:
    """So many imported pairs that wait for their checks."""
    job = _import_job(Job.Kind.IMPORT_PAIRS, rows, data)
    _run(job, rows)
    return job.project


def bench_export(rows: int, data: str) -> Measured:
    """The pairs of a fresh import, accepted without people, as JSON lines."""
    job = _import_job(Job.Kind.IMPORT_PAIRS, rows, Path(data))
    _run(job, rows)
    _accept_all(job.project)
    export = Job.objects.create(
        project=job.project, kind=Job.Kind.EXPORT, created_by=job.created_by, parameters={"packed": False}
    )
    return _run(export, rows)


def _run(job: Job, rows: int) -> Measured:
    jobs.queue(job)
    began, cpu_before = time.perf_counter(), _cpu_seconds()
    jobs.run(job.pk, RUNNERS)
    seconds, cpu = time.perf_counter() - began, _cpu_seconds() - cpu_before
    job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise RuntimeError(f"{job.get_kind_display()} ended as {job.state}: {job.error}")
    return Measured(job.get_kind_display(), rows, seconds, _megabytes(job), _peak(), cpu)


def _megabytes(job: Job) -> float:
    path = job_files.path_of(job.file_path)
    return path.stat().st_size / 1024**2


def _cpu_seconds() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    try:
        database = psutil.Process(backend).cpu_times()
    except psutil.Error:  # a database on another machine
        return time.process_time()
    return time.process_time() + database.user + database.system


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _import_job(kind: str, rows: int, data: Path) -> Job:
    cell = _cell(rows)
    stored = job_files.new_path("uploads")
    path = job_files.path_of(stored)
    with path.open("w") as file:
        file.writelines(islice(_lines(data / TEXTS), rows))
    layout = reading.inspect(path, "rows.jsonl")
    chosen = mapping.Mapping(mapping.guess(kind, layout.columns).columns, cell.pk, "CC-BY-SA-3.0")
    parameters = {
        "layout": layout.to_json(),
        "mapping": chosen.to_json(),
        "all_or_nothing": False,
        "errors_path": job_files.new_path("errors", ".csv"),
    }
    manager = User.objects.filter(is_active=True).first() or User.objects.create_user("bench@example.org")
    return Job.objects.create(
        project=cell.project, kind=kind, created_by=manager, file_path=stored, total=path.stat().st_size,
        parameters=parameters,
    )  # fmt: skip


def _cell(target: int) -> Cell:
    load_vocabulary()
    project = Project.objects.create(slug=f"bench-{time.time_ns()}", name="Bench")
    return open_cell(
        Cell(
            project=project,
            language=Language.objects.get(pk="en"),
            domain=Domain.objects.get(pk="general"),
            skill=Skill.OPEN_QA,
        ),
        target,
    )


def _lines(source: Path) -> Iterator[str]:
    """Real texts, numbered so that no two are the same; those without a context of their own lend their completion."""
    with gzip.open(source, "rt", encoding="utf-8") as file:
        texts = [json.loads(line) for line in file]
    for number, one in enumerate(cycle(texts)):
        row: dict[str, Any] = {
            "prompt": f"{one['prompt']} ({number})",
            "completion": one["completion"],
            "context": f"{one['context'] or one['completion']} [{number}]",
            "license": one["license"],
        }
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _accept_all(project: Project) -> None:
    """Two approvals each, as the database demands; set-based, because the journey is not what is measured."""
    people = [User.objects.create_user(f"{project.slug}-{number}@example.org") for number in (1, 2)]
    items = Item.objects.filter(project=project).values_list("pk", "current_id")
    now = timezone.now()
    for person in people:
        Approval.objects.bulk_create(
            [
                Approval(item_id=item, revision_id=revision, round=1, person=person, kind="review", created_at=now)
                for item, revision in items.iterator()
            ],
            batch_size=5000,
        )
    Item.objects.filter(project=project).update(state=State.ACCEPTED)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE annotation_item, annotation_revision, annotation_approval, annotation_context")
