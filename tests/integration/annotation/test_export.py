"""What leaves the house: accepted items, whole, by the schema in docs/export.md, and nobody's name."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from annotation import checking, delivering, job_files, job_tasks, jobs
from annotation.models import Item, Job, Project
from annotation.workflow import State
from tests.factories import Cast, member, project
from tests.transfer import imported, pair_rows, run

pytestmark = pytest.mark.django_db(transaction=True)
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "export.md"


def schema() -> dict[str, Any]:
    (found,) = re.findall(r"```json\n(.*?)\n```", DOCUMENT.read_text(), re.DOTALL)
    return json.loads(found)  # type: ignore[no-any-return]


def exported(cast: Cast, *, packed: bool = False) -> Job:
    return run(
        Job.objects.create(
            project=cast.project, kind=Job.Kind.EXPORT, created_by=cast.manager, file_name="order-1.jsonl",
            parameters={"packed": packed},
        )
    )  # fmt: skip


def lines_of(job: Job) -> list[dict[str, Any]]:
    content = job_files.path_of(job.file_path).read_bytes()
    text = gzip.decompress(content) if job.parameters["packed"] else content
    return [json.loads(line) for line in text.splitlines()]


def test_every_line_follows_the_documented_schema(cast: Cast) -> None:
    cast.item_at(State.ACCEPTED)
    item = cast.judge(cast.judge(cast.write(), cast.reviewers[0], "accept"), cast.reviewers[1], "edit")
    cast.edit(item, completion=item.current.completion.replace("must", "has to"))
    lines = lines_of(exported(cast))
    assert len(lines) == 2
    for line in lines:
        jsonschema.validate(line, schema(), format_checker=jsonschema.FormatChecker())
    plain, edited = lines
    assert (plain["edited"], edited["edited"]) == (False, True)
    assert (edited["revisions"], len(edited["provenance"]["editors"])) == (2, 1)
    assert [review["verdict"] for review in edited["provenance"]["reviews"]] == ["accept", "edit"]


def test_checks_are_exported_as_stored_for_this_very_text(cast: Cast) -> None:
    cast.item_at(State.ACCEPTED)
    (line,) = lines_of(exported(cast))
    checks = line["provenance"]["checks"]
    assert {check["name"] for check in checks} >= {"length", "format", "artifacts", "language"}
    assert {check["status"] for check in checks} == {"done"}
    cast.project.cells.update(completion_max=1199)  # other settings: what is stored no longer speaks for the text
    (line,) = lines_of(exported(cast))
    assert "missing" in {check["status"] for check in line["provenance"]["checks"]}


def test_people_have_stable_names_that_say_nothing(cast: Cast) -> None:
    cast.item_at(State.ACCEPTED)
    cast.item_at(State.ACCEPTED)
    job = exported(cast)
    first, second = lines_of(job)
    assert first["provenance"]["author"] == second["provenance"]["author"]
    text = job_files.path_of(job.file_path).read_text()
    for person in (cast.author, *cast.reviewers):
        assert person.email not in text
        assert person.name not in text
    elsewhere = Cast("order-2")
    elsewhere.item_at(State.ACCEPTED)
    (line,) = lines_of(exported(elsewhere))
    assert elsewhere.author == cast.author, "one person in two projects"
    assert line["provenance"]["author"] != first["provenance"]["author"]


def test_only_accepted_items_and_never_controls_leave(cast: Cast) -> None:
    control = cast.item_at(State.ACCEPTED)
    cast.item_at(State.IN_REVIEW)
    Item.objects.filter(pk=control.pk).update(is_control=True, place=None)
    assert lines_of(exported(cast)) == []


def test_imported_pairs_say_so_and_need_no_author(cast: Cast) -> None:
    imported(cast, Job.Kind.IMPORT_PAIRS, pair_rows(1, context="A source.", licence="CC0-1.0"))
    item = Item.objects.get()
    checking.check_item(item.pk)
    for reviewer in cast.reviewers[:2]:
        cast.judge(item, reviewer, "accept")
    (line,) = lines_of(exported(cast))
    jsonschema.validate(line, schema())
    assert (line["provenance"]["author"], line["provenance"]["imported"]) == (None, True)
    assert line["context"]["sha256"] == hashlib.sha256(b"A source.").hexdigest()


def test_size_and_checksum_are_those_of_the_file_and_repeat(cast: Cast) -> None:
    cast.item_at(State.ACCEPTED)
    first, second = exported(cast, packed=True), exported(cast, packed=True)
    content = job_files.path_of(first.file_path).read_bytes()
    assert first.result == {"rows": 1, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert first.result["sha256"] == second.result["sha256"]
    assert not list(job_files.path_of("exports").glob("*.part"))


def test_a_killed_run_leaves_no_half_file(cast: Cast) -> None:
    cast.item_at(State.ACCEPTED)
    job = exported(cast)
    left = job_files.path_of(f"{job.file_path}.0a1b2c3d.part")
    left.write_bytes(b"half a li")
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, leased_until=timezone.now())
    jobs.run(job.pk, job_tasks.RUNNERS)
    assert not left.exists()
    assert len(lines_of(job)) == 1


def test_a_canceled_export_leaves_no_file(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.item_at(State.ACCEPTED)
    lines = delivering.lines_of

    def canceled_meanwhile(project: Project) -> Iterator[tuple[bytes, int]]:
        yield from lines(project)
        hold_of_this_job._lost = True

    monkeypatch.setattr(delivering, "lines_of", canceled_meanwhile)
    job = Job.objects.create(
        project=cast.project, kind=Job.Kind.EXPORT, created_by=cast.manager, parameters={"packed": False}
    )
    job.started_at = timezone.now()
    hold_of_this_job = jobs.Hold(job)
    with pytest.raises(jobs.Interrupted):
        delivering.run_export(hold_of_this_job)
    assert not job_files.path_of(job.file_path).exists()


def test_statements_do_not_grow_with_the_items(cast: Cast) -> None:
    cast.item_at(State.ACCEPTED)
    one = _statements(cast)
    for _ in range(3):
        cast.item_at(State.ACCEPTED)
    assert _statements(cast) == one


def _statements(cast: Cast) -> int:
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        list(delivering.lines_of(cast.project))
    return len(queries)


def test_managers_download_as_attachment_and_others_do_not(cast: Cast, client: Client) -> None:
    cast.item_at(State.ACCEPTED)
    job = exported(cast, packed=True)
    stranger = member(project("order-2"), "manager-2", "manager")
    path = reverse("annotation:export-download", args=[cast.project.slug, job.pk])
    for person, status in ((cast.author, 403), (cast.editor, 403), (cast.client, 403), (stranger, 404)):
        client.force_login(person)
        assert client.get(path).status_code == status
    client.force_login(cast.manager)
    answer = client.get(path)
    assert answer["Content-Disposition"].startswith("attachment")
    assert "Content-Encoding" not in answer
    assert len(gzip.decompress(b"".join(answer.streaming_content)).splitlines()) == 1
    assert "no-store" in answer["Cache-Control"]


def test_an_unfinished_export_cannot_be_downloaded(cast: Cast, client: Client) -> None:
    client.force_login(cast.manager)
    client.post(reverse("annotation:export-start", args=[cast.project.slug]), {"packed": "on"})
    job = Job.objects.get()
    assert (job.state, job.parameters) == (Job.State.QUEUED, {"packed": True})
    assert client.get(reverse("annotation:export-download", args=[cast.project.slug, job.pk])).status_code == 409
