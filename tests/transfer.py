"""Files for imports, and imports as a worker would run them."""

import gzip
import json
from typing import Any

from annotation import job_files, job_tasks, jobs
from annotation.importing import mapping, reading
from annotation.models import Job
from tests.factories import COMPLETION, PROMPT, Cast


def json_lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def context_rows(count: int, **more: str) -> list[dict[str, Any]]:
    return [
        {"text": f"Passage {n}. A controller answers within one month.", "licence": "CC-BY-4.0", "language": "en",
         "domain": "law", "skill": "open_qa", **more}
        for n in range(count)
    ]  # fmt: skip


def pair_rows(count: int, **more: str) -> list[dict[str, Any]]:
    return [
        {"prompt": f"{PROMPT} (No. {n})", "completion": COMPLETION, "language": "English", "domain": "Law",
         "skill": "Open QA", **more}
        for n in range(count)
    ]  # fmt: skip


def prepared(
    cast: Cast, kind: str, content: bytes, *, name: str = "rows.jsonl", all_or_nothing: bool = False, **chosen: Any
) -> Job:
    """An uploaded import, ready to be started, with the mapping guessed."""
    stored = job_files.new_path("uploads")
    path = job_files.path_of(stored)
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    layout = reading.inspect(path, name)
    guessed = mapping.guess(kind, layout.columns).to_json() | chosen
    return Job.objects.create(
        project=cast.project, kind=kind, created_by=cast.manager, file_name=name, file_path=stored,
        total=path.stat().st_size,
        parameters={"layout": layout.to_json(), "mapping": guessed, "all_or_nothing": all_or_nothing,
                    "errors_path": job_files.new_path("errors", ".csv")},
    )  # fmt: skip


def run(job: Job) -> Job:
    jobs.queue(job)
    jobs.run(job.pk, job_tasks.RUNNERS)
    job.refresh_from_db()
    return job


def imported(cast: Cast, kind: str, rows: list[dict[str, Any]], **options: Any) -> Job:
    return run(prepared(cast, kind, json_lines(rows), **options))


def errors_of(job: Job) -> list[str]:
    return job_files.path_of(job.parameters["errors_path"]).read_text("utf-8-sig").splitlines()[1:]
