"""Contexts and pairs from files: what is stored, what is refused, and that nothing is stored twice or by half."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from annotation import checking, job_files, jobs, transfer_forms
from annotation.importing import running, settling, uploads
from annotation.models import Context, Item, Job, Place, Revision
from annotation.places import set_target
from annotation.workflow import Action, State
from tests.factories import Cast, cell, member, project
from tests.transfer import context_rows, errors_of, imported, json_lines, pair_rows, prepared, run

pytestmark = pytest.mark.django_db
MB = 1024**2
CONTEXTS, PAIRS = Job.Kind.IMPORT_CONTEXTS, Job.Kind.IMPORT_PAIRS


def test_contexts_are_stored_with_their_provenance(cast: Cast) -> None:
    row = context_rows(1, title="GDPR", url="https://example.org/a", jurisdiction="EU", retrieved="2026-03-31")
    job = imported(cast, CONTEXTS, row)
    assert (job.state, job.result["added"]) == (Job.State.DONE, 1)
    context = Context.objects.get(project=cast.project)
    assert (context.title, context.licence, str(context.retrieved_on)) == ("GDPR", "CC-BY-4.0", "2026-03-31")
    assert (context.cell, context.taken, context.added_by) == (cast.cell, False, cast.manager)


def test_importing_again_adds_nothing_and_repeats_in_a_file_count_once(cast: Cast) -> None:
    rows = context_rows(3)
    assert imported(cast, CONTEXTS, [*rows, rows[0]]).result["added"] == 3
    again = imported(cast, CONTEXTS, context_rows(4))
    assert (again.result["added"], again.result["known"]) == (1, 3)
    assert Context.objects.count() == 4


def test_pairs_are_born_by_the_pipelines_own_birth(cast: Cast) -> None:
    assert imported(cast, PAIRS, pair_rows(1, author_email=cast.author.email.upper())).state == Job.State.DONE
    item = Item.objects.get(project=cast.project)
    assert (item.state, item.author, item.place.taken, item.event_count) == (State.CHECKING, cast.author, True, 1)
    event = item.events.get()
    assert (event.number, event.action, event.by) == (1, Action.IMPORT, cast.manager)
    assert (item.current.kind, item.current.item) == (Revision.Kind.IMPORTED, item)
    assert item.current.prompt_tokens > 10


def test_imported_pairs_are_checked_and_reach_the_reviewers(cast: Cast) -> None:
    imported(cast, PAIRS, [*pair_rows(1), {**pair_rows(2)[1], "completion": "No."}])
    assert checking.stuck_items(timezone.now() + checking.STUCK_AFTER * 2) == [], "left to the bulk queue"
    assert settling.check_some(0).last is None
    states = Item.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.IN_REVIEW, State.IN_EDITING], "no author: an editor gets it"
    item = Item.objects.first()
    for reviewer in cast.reviewers[:2]:
        item = cast.judge(item, reviewer, "accept")
    assert item.state == State.ACCEPTED


def test_pairs_are_known_by_their_text_and_cell(cast: Cast) -> None:
    imported(cast, PAIRS, pair_rows(2))
    job = imported(cast, PAIRS, pair_rows(3))
    assert (job.result["added"], job.result["known"]) == (1, 2)
    assert Item.objects.count() == Place.objects.filter(taken=True).count() == 3


def test_a_full_cell_refuses_the_rows_beyond_and_a_raised_target_lets_them_in(cast: Cast) -> None:
    job = imported(cast, PAIRS, pair_rows(12))
    assert (job.result["added"], job.result["bad"]) == (10, 2)
    assert "is full" in errors_of(job)[0]
    assert "Raise the cell's target" in errors_of(job)[0]
    set_target(cast.cell, 12)
    assert imported(cast, PAIRS, pair_rows(12)).result["added"] == 2


def test_all_or_nothing_stores_nothing_when_one_row_is_bad(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ROWS_PER_BATCH", 3)
    rows = [*pair_rows(7), {**pair_rows(1)[0], "prompt": " "}]
    job = imported(cast, PAIRS, rows, all_or_nothing=True)
    assert job.state == Job.State.FAILED
    assert "1 row is bad, so nothing was imported" in job.error
    assert Item.objects.count() == Place.objects.filter(taken=True).count() == 0
    assert len(errors_of(job)) == 1


def test_all_or_nothing_stores_all_when_every_row_is_good(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ROWS_PER_BATCH", 3)
    job = imported(cast, PAIRS, pair_rows(7), all_or_nothing=True)
    assert (job.state, job.result["added"], Item.objects.count()) == (Job.State.DONE, 7, 7)


def test_good_rows_can_be_taken_after_all(cast: Cast, client: Client) -> None:
    job = imported(cast, PAIRS, [*pair_rows(2), {"prompt": "x"}], all_or_nothing=True)
    client.force_login(cast.manager)
    client.post(reverse("annotation:job-good-rows", args=[cast.project.slug, job.pk]))
    jobs.run(job.pk, {PAIRS: running.run_import})
    job.refresh_from_db()
    assert (job.state, job.result["added"], job.result["bad"]) == (Job.State.DONE, 2, 1)


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"language": "tlh"}, "language", "Use one of: en, english."),
        ({"domain": "medicine"}, "domain", "No cell of the project has the domain"),
        ({"text": "  "}, "text", "The text is empty."),
        ({"licence": ""}, "licence", "The context has no licence."),
        ({"url": "javascript:alert(1)"}, "url", "is no web address"),
        ({"retrieved": "31.3.26"}, "retrieved", "Write it like 2026-03-31."),
        ({"title": "T" * 301}, "title", "Shorten it to 300."),
        ({"text": "x" * 200_001}, "text", "Shorten it to 200,000."),
    ],
)
def test_a_bad_row_is_told_with_its_column_and_remedy(
    cast: Cast, change: dict[str, str], column: str, words: str
) -> None:
    job = imported(cast, CONTEXTS, [context_rows(1)[0], {**context_rows(2)[1], **change}])
    assert (job.result["added"], job.result["bad"]) == (1, 1)
    (line,) = errors_of(job)
    assert line.startswith(f"2,{column},")
    assert words in line


def test_a_skill_that_needs_a_context_refuses_pairs_without_one(cast: Cast) -> None:
    cell(cast.project, skill="closed_qa")
    job = imported(cast, PAIRS, pair_rows(1, skill="closed_qa"))
    assert "Closed QA needs a context." in errors_of(job)[0]
    job = imported(cast, PAIRS, pair_rows(1, skill="closed_qa", context="Source.", licence="CC0-1.0"))
    assert job.result["added"] == 1
    assert Item.objects.get().context.text == "Source."


def test_one_cell_and_one_licence_for_all_rows(cast: Cast) -> None:
    rows = [{"passage": f"Text {n}", "domain": "nonsense"} for n in range(2)]
    job = imported(cast, CONTEXTS, rows, cell_id=cast.cell.pk, licence="CC-BY-SA-3.0")
    assert job.result["added"] == 2
    assert set(Context.objects.values_list("licence", "cell")) == {("CC-BY-SA-3.0", cast.cell.pk)}


def test_a_cell_of_another_project_takes_no_rows(cast: Cast) -> None:
    foreign = cell(project("order-2"))
    job = imported(cast, CONTEXTS, [{"text": "x", "licence": "CC0-1.0"}], cell_id=foreign.pk)
    assert (job.result["added"], job.result["bad"]) == (0, 1)


def test_authors_who_are_no_experts_here_are_counted_and_left_out(cast: Cast) -> None:
    job = imported(cast, PAIRS, pair_rows(1, author_email="stranger@example.org"))
    assert (job.result["authors_unknown"], Item.objects.get().author) == (1, None)


def test_hostile_content_is_stored_as_text_and_shown_as_text(cast: Cast, client: Client) -> None:
    nasty = '<script>alert("x")</script>\0\ud800=HYPERLINK("evil")'
    job = imported(cast, CONTEXTS, [{**context_rows(1)[0], "text": nasty}, {**context_rows(1)[0], "language": "=1+1"}])
    assert job.result["added"] == 1
    assert "\0" not in Context.objects.get().text
    ready = prepared(cast, CONTEXTS, json_lines([{**context_rows(1)[0], "text": nasty}]))
    client.force_login(cast.manager)
    page = client.get(reverse("annotation:import-mapping", args=[cast.project.slug, ready.pk])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_errors_that_look_like_formulas_are_defused(cast: Cast) -> None:
    rows = b"=cmd|' /C calc'!A0,licence\n,CC0-1.0\n"
    job = run(
        prepared(cast, CONTEXTS, rows, name="x.csv", cell_id=cast.cell.pk, columns={"text": "=cmd|' /C calc'!A0"})
    )
    assert errors_of(job)[0].startswith("2,'=cmd|")


def test_a_run_that_was_cut_off_goes_on_behind_its_last_batch(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ROWS_PER_BATCH", 2)
    rows = [*context_rows(3), {"text": ""}, *context_rows(7)[3:]]
    job = prepared(cast, CONTEXTS, json_lines(rows))
    with monkeypatch.context() as patch:
        patch.setattr(jobs.Hold, "report", _fails_at_the_third_time())
        assert run(job).state == Job.State.FAILED
    assert Context.objects.count() == 5
    jobs.prepare_retry(job)
    job = run(job)
    assert (job.state, job.result["added"], job.result["known"], job.result["bad"]) == (Job.State.DONE, 7, 0, 1)
    assert len(errors_of(job)) == 1


def _fails_at_the_third_time() -> Callable[..., None]:
    times = count(1)

    def report(*_: object) -> None:
        if next(times) == 3:
            raise OSError("The disk is gone.")

    return report


def test_upload_shows_rows_and_guessed_columns_then_starts(cast: Cast, client: Client) -> None:
    client.force_login(cast.manager)
    file = SimpleUploadedFile("rows.csv", "Text;License;lang;domain;task\nÄ ö;CC0-1.0;en;law;open_qa\n".encode())
    slug = cast.project.slug
    answer = client.post(reverse("annotation:import-upload", args=[slug]), {"kind": CONTEXTS, "file": file})
    job = Job.objects.get()
    assert answer["Location"] == reverse("annotation:import-mapping", args=[slug, job.pk])
    page = client.get(answer["Location"]).content.decode()
    assert "Ä ö" in page
    assert "All good" in page
    start = reverse("annotation:import-start", args=[slug, job.pk])
    incomplete = client.post(start, {"policy": "skip_bad", "column_text": "Text"})
    assert incomplete.status_code == 422
    assert "Choose the column for: Language" in incomplete.content.decode()
    chosen = {"column_text": "Text", "column_licence": "License", "cell": cast.cell.pk, "policy": "all_or_nothing"}
    client.post(start, chosen)
    job.refresh_from_db()
    assert (job.state, job.parameters["all_or_nothing"]) == (Job.State.QUEUED, True)
    assert client.post(start, chosen).status_code == 409


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "The file is empty."),
        ("a.xlsx", b"PK\x03\x04rest", "Export the sheet as CSV"),
        ("a.json", b'[{"text": "x"}]', "one object per line"),
        ("a.jsonl", b"nonsense\n", "no JSON object"),
        ("a.jsonl.gz", b"\x1f\x8b\x08\x00broken", "damaged"),
    ],
)
def test_unreadable_uploads_are_refused_with_a_remedy_and_not_kept(
    cast: Cast, client: Client, name: str, content: bytes, words: str
) -> None:
    client.force_login(cast.manager)
    before = set(job_files.path_of("uploads").glob("*"))
    file = SimpleUploadedFile(name, content)
    answer = client.post(
        reverse("annotation:import-upload", args=[cast.project.slug]), {"kind": CONTEXTS, "file": file}
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert set(job_files.path_of("uploads").glob("*")) == before


@pytest.mark.parametrize("size", [3 * MB, 5 * MB], ids=["seen while it is read", "seen in what the browser announces"])
def test_a_file_beyond_the_limit_is_refused_in_words_and_never_written_to_disk(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    written: list[int] = []
    monkeypatch.setattr(TemporaryUploadedFile, "write", lambda _, chunk: written.append(len(chunk)), raising=False)
    for module in (uploads, transfer_forms):
        monkeypatch.setattr(module, "LARGEST_FILE", 2 * MB)
    client.force_login(cast.manager)
    answer = client.post(
        reverse("annotation:import-upload", args=[cast.project.slug]),
        {"kind": CONTEXTS, "file": SimpleUploadedFile("rows.csv", b"text\n" + b"x" * size)},
    )
    assert answer.status_code == 422
    assert "larger than 200 MB" in answer.content.decode()
    assert sum(written) <= (2 * MB if size == 3 * MB else 0)
    assert not Job.objects.exists()


def test_uploads_nobody_came_back_to_are_removed_after_14_days_and_their_jobs_say_so(
    cast: Cast, client: Client
) -> None:
    never_started = prepared(cast, CONTEXTS, json_lines(context_rows(1)))
    failed = imported(cast, CONTEXTS, [{"text": ""}], all_or_nothing=True)
    running.remove_old_uploads(timezone.now() + running.UPLOAD_KEPT - timedelta(minutes=1))
    assert all(job_files.path_of(job.file_path).exists() for job in (never_started, failed)), "not yet"
    with TestCase.captureOnCommitCallbacks(execute=True):
        running.remove_old_uploads(timezone.now() + running.UPLOAD_KEPT)
    client.force_login(cast.manager)
    for job in (never_started, failed):
        assert not job_files.path_of(job.file_path).exists()
        page = reverse("annotation:job", args=[cast.project.slug, job.pk])
        assert "was removed: it was not needed for 14 days" in client.get(page).content.decode()
        assert client.post(reverse("annotation:job-retry", args=[cast.project.slug, job.pk])).status_code == 409
    assert "1 row is bad" in Job.objects.get(pk=failed.pk).error


def test_only_managers_of_the_project_see_imports_and_their_files(cast: Cast, client: Client) -> None:
    job = imported(cast, CONTEXTS, [*context_rows(1), {"text": ""}])
    other = project("order-2")
    stranger = member(other, "manager-2", "manager")
    paths = [reverse(f"annotation:{name}", args=[cast.project.slug, job.pk]) for name in ("import-errors", "job")]
    for person, status in (
        (cast.author, 403),
        (cast.editor, 403),
        (cast.client, 403),
        (stranger, 404),
        (cast.manager, 200),
    ):
        client.force_login(person)
        assert {client.get(path).status_code for path in paths} == {status}, person
    client.force_login(stranger)
    assert client.get(reverse("annotation:job", args=[other.slug, job.pk])).status_code == 404
    client.force_login(cast.manager)
    assert client.get(paths[0])["Content-Disposition"].startswith("attachment")
