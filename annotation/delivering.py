"""Accepted items as JSON lines (docs/export.md): one snapshot of the database, read in pieces, written to a file."""

import gzip
import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from django.db import connection, transaction

from annotation import job_files
from annotation.export_lines import Lines
from annotation.jobs import Hold
from annotation.models import Item, Job, Project
from annotation.workflow import State

ITEMS_AT_A_TIME = 2000
PACKING = 3  # level 6 halves the speed for 5 % fewer bytes

# Nested parts are read by statements of their own: all of them must see the same moment.
ONE_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


def run_export(hold: Hold) -> None:
    """Writes beside the final name and moves at the end: a killed worker leaves no half file to download."""
    job = hold.job
    stored = job.file_path or _new_file(job)
    path = job_files.path_of(stored)
    Job.objects.filter(pk=job.pk).update(total=exportable(job.project).count())
    part = _new_part(path)
    with ExportFile(part, packed=job.parameters["packed"]) as file, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ONE_SNAPSHOT)
        for lines, done in lines_of(job.project):
            file.write(lines)
            hold.report(done)
    # In this order: who has lost the job is stopped before the file of its successor would be replaced.
    hold.checkpoint({"rows": file.rows, "size": file.size, "sha256": file.sha256})
    part.replace(path)


def _new_part(path: Path) -> Path:
    """A name of this run's own; what a killed run left behind goes away."""
    for left in path.parent.glob(f"{path.name}.*.part"):
        left.unlink(missing_ok=True)
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")


def _new_file(job: Job) -> str:
    job.file_path = job_files.new_path("exports", ".jsonl.gz" if job.parameters["packed"] else ".jsonl")
    Job.objects.filter(pk=job.pk).update(file_path=job.file_path)
    return job.file_path


def exportable(project: Project) -> Any:
    """What is delivered: accepted, and no control item ever."""
    return Item.objects.filter(project=project, state=State.ACCEPTED, is_control=False)


def lines_of(project: Project) -> Iterator[tuple[bytes, int]]:
    """Some thousand lines at a time, and how many items that makes so far. In a transaction of the caller's."""
    lines, done = Lines(project), 0
    ids = exportable(project).order_by("pk").values_list("pk", flat=True)
    batch: list[int] = []
    # Ids alone go through the server-side cursor: sorting them is cheap, sorting texts is not.
    for item_id in ids.iterator(chunk_size=10 * ITEMS_AT_A_TIME):
        batch.append(item_id)
        if len(batch) == ITEMS_AT_A_TIME:
            done += len(batch)
            yield lines.of(batch), done
            batch = []
    if batch:
        yield lines.of(batch), done + len(batch)


@dataclass
class _Hashed:
    """A file that knows the checksum of what was written to it."""

    file: IO[bytes]

    def __post_init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self.file.write(data)

    def flush(self) -> None:
        self.file.flush()


class ExportFile:
    def __init__(self, path: Path, *, packed: bool) -> None:
        self.rows = self.size = 0
        self.sha256 = ""
        self._path = path
        self._raw = path.open("wb")
        self._hashed = _Hashed(self._raw)
        # No name and no time inside: the same items make the same bytes.
        self._out: Any = gzip.GzipFile("", "wb", PACKING, self._hashed, 0) if packed else self._hashed

    def write(self, lines: bytes) -> None:
        self._out.write(lines)
        self.rows += lines.count(b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._out is not self._hashed:
            self._out.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self.size, self.sha256 = self._raw.tell(), self._hashed.digest.hexdigest()
        self._raw.close()
        if error is not None:
            self._path.unlink(missing_ok=True)
