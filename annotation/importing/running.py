"""The import as a job: in batches, all or nothing or without the bad rows, resumed where a killed worker left it."""

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, Self

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from annotation import job_files
from annotation.importing.error_file import ErrorFile
from annotation.importing.mapping import Mapping
from annotation.importing.reading import SAMPLE_ROWS, Layout, Row, Rows, first_rows, open_rows
from annotation.importing.records import PairRecord, Record, RowError, Translator
from annotation.importing.storing import Stored, lock_imports, store_contexts, store_pairs
from annotation.jobs import RETRIABLE, UPLOAD_GONE, Hold, JobFailed
from annotation.models import Job
from core.refusal import Refusal

ROWS_PER_BATCH = 2000
CHARACTERS_PER_BATCH = 8 * 1024**2
UPLOAD_KEPT = timedelta(days=14)


@dataclass
class Tally:
    """How far an import is. Saved with every batch that is committed."""

    rows: int = 0
    added: int = 0
    known: int = 0
    bad: int = 0
    authors_unknown: int = 0
    errors_size: int = 0

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(**{name: job.result[name] for name in asdict(cls()) if name in job.result})

    def add(self, batch: "Batch", stored: Stored) -> None:
        self.rows += batch.rows
        self.added += stored.added
        self.known += stored.known
        self.bad += len(batch.errors) + len(stored.errors)
        self.authors_unknown += sum(isinstance(one, PairRecord) and one.author_unknown for one in batch.records)


@dataclass
class Batch:
    """So many rows of the file: what can be stored of them, and what is wrong with the others."""

    rows: int = 0
    size: int = 0
    position: int = 0  # how many bytes of the file are read with it
    records: list[Any] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    def add(self, found: Record | RowError) -> None:
        self.rows += 1
        if isinstance(found, RowError):
            self.errors.append(found)
        else:
            self.records.append(found)
            self.size += found.size

    @property
    def is_full(self) -> bool:
        return self.rows >= ROWS_PER_BATCH or self.size >= CHARACTERS_PER_BATCH


def batches(rows: Rows, translator: Translator, skipped: int) -> Iterator[Batch]:
    batch = Batch()
    for row in islice(rows, skipped, None):
        batch.add(translator.record(row))
        if batch.is_full:
            batch.position = rows.position
            yield batch
            batch = Batch()
    if batch.rows:
        batch.position = rows.position
        yield batch


def read_ahead(found: Iterator[Batch]) -> Generator[Batch]:
    """The next batch is read while the database stores the one before: most of that time is spent waiting for it."""
    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as reader:
        coming = reader.submit(next, found, None)
        while batch := coming.result():
            coming = reader.submit(next, found, None)
            yield batch


def translator_of(job: Job) -> tuple[Layout, Translator]:
    layout = Layout.from_json(job.parameters["layout"])
    return layout, Translator(job.project, job.kind, layout.columns, Mapping.from_json(job.parameters["mapping"]))


def run_import(hold: Hold) -> None:
    """Raises JobFailed when all-or-nothing met a bad row: then nothing has been stored."""
    job = hold.job
    whole = bool(job.parameters["all_or_nothing"])
    tally = Tally() if whole else Tally.of(job)
    layout, translator = translator_of(job)
    errors_path = job_files.path_of(job.parameters["errors_path"])
    with (
        open_rows(job_files.path_of(job.file_path), layout) as rows,
        ErrorFile(errors_path, tally.errors_size) as errors,
    ):
        run = _Run(hold, tally, errors, whole)
        coming = read_ahead(batches(rows, translator, tally.rows))
        with closing(coming), transaction.atomic() if whole else nullcontext():
            for batch in coming:
                run.take(batch)
            if whole and tally.bad:
                transaction.set_rollback(True)
            elif whole:
                hold.checkpoint(asdict(tally))
    if whole and tally.bad:
        hold.checkpoint(asdict(tally) | {"added": 0})
        raise JobFailed(_nothing_imported(tally))


def remove_upload(job_id: int) -> None:
    """Once an import is done its file has served; until then a retry needs it."""
    imported = Job.objects.filter(pk=job_id, state=Job.State.DONE).exclude(kind=Job.Kind.EXPORT)
    job_files.remove(imported.values_list("file_path", flat=True))


def remove_old_uploads(now: datetime) -> None:
    """Of imports nobody has started or tried again for UPLOAD_KEPT. Their rows stay and say so."""
    before = now - UPLOAD_KEPT
    never_started = Q(state=Job.State.READY, created_at__lt=before)
    given_up = Q(state__in=RETRIABLE, finished_at__lt=before)
    old = Job.objects.filter(never_started | given_up).exclude(kind=Job.Kind.EXPORT).exclude(file_path="")
    for job_id in list(old.values_list("pk", flat=True)):
        with transaction.atomic():
            # Looked at again under its lock: somebody may be starting it at this moment.
            job = old.select_for_update().filter(pk=job_id).first()
            if job:
                _let_go_of_upload(job, now)


def _let_go_of_upload(job: Job, now: datetime) -> None:
    transaction.on_commit(partial(job_files.remove, [job.file_path]))
    if job.state == Job.State.READY:
        job.state, job.finished_at = Job.State.CANCELED, now
    job.file_path, job.error = "", f"{job.error} {UPLOAD_GONE}".strip()
    job.save(update_fields=["state", "finished_at", "file_path", "error"])


def take_good_rows(job: Job) -> None:
    """From all-or-nothing to everything but the bad rows, from the first row again."""
    job.parameters["all_or_nothing"] = False
    job.result = {}


@dataclass
class _Run:
    hold: Hold
    tally: Tally
    errors: ErrorFile
    whole: bool

    def take(self, batch: Batch) -> None:
        with transaction.atomic():
            stored = self._store(batch.records)
            self.errors.write(sorted((*batch.errors, *stored.errors)))
            self.tally.add(batch, stored)
            self.tally.errors_size = self.errors.size()
            if not self.whole:
                self.hold.checkpoint(asdict(self.tally))
        self.hold.report(batch.position)

    def _store(self, records: Sequence[Any]) -> Stored:
        if not records or (self.whole and self.tally.bad):
            # Nothing will be kept: the rest of the file is only looked through for further errors.
            return Stored()
        job = self.hold.job
        lock_imports(job.project)
        store = store_pairs if job.kind == Job.Kind.IMPORT_PAIRS else store_contexts
        return store(job.project, job.created_by_id, records, timezone.now())


def _nothing_imported(tally: Tally) -> Refusal:
    rows = "1 row is" if tally.bad == 1 else f"{tally.bad:,} rows are"
    return Refusal(
        f"{rows} bad, so nothing was imported.", "Mend the file and upload it again, or import the good rows."
    )


@dataclass(frozen=True)
class Preview:
    """The first rows of the file, and what the import would say to each."""

    rows: list[tuple[Row, RowError | None]]

    @property
    def good(self) -> int:
        return sum(error is None for _, error in self.rows)


def preview(job: Job) -> Preview:
    layout, translator = translator_of(job)
    rows = first_rows(job_files.path_of(job.file_path), layout, SAMPLE_ROWS)
    found = [(row, translator.record(row)) for row in rows]
    return Preview([(row, record if isinstance(record, RowError) else None) for row, record in found])
