"""Jobs that people watch: one worker at a time, a lease, take-over after a death, cancel and retry."""

from datetime import timedelta

import pytest
from django.db import OperationalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotation import job_tasks, jobs
from annotation.importing import running
from annotation.models import Context, Item, ItemEvent, Job, Place, Revision
from annotation.places import set_target
from annotation.workflow import State
from core.refusal import Refusal, Refused
from tests.factories import Cast
from tests.servers import CeleryProcesses, eventually
from tests.transfer import context_rows, imported, json_lines, pair_rows, prepared, run

CONTEXTS, PAIRS = Job.Kind.IMPORT_CONTEXTS, Job.Kind.IMPORT_PAIRS


def queued(cast: Cast, **fields: object) -> Job:
    job = prepared(cast, CONTEXTS, json_lines(context_rows(2)))
    jobs.queue(job)
    Job.objects.filter(pk=job.pk).update(**fields)
    job.refresh_from_db()
    return job


@pytest.mark.django_db
def test_a_running_job_is_not_run_a_second_time(cast: Cast) -> None:
    job = queued(cast, state=Job.State.RUNNING, leased_until=timezone.now() + timedelta(seconds=5))
    jobs.run(job.pk, job_tasks.RUNNERS)
    assert Context.objects.count() == 0


@pytest.mark.django_db
def test_a_job_whose_worker_is_gone_is_sent_again_and_finished(cast: Cast) -> None:
    job = queued(cast, state=Job.State.RUNNING, leased_until=timezone.now() - timedelta(seconds=1), attempts=1)
    assert jobs.overdue(timezone.now()) == [job.pk]
    jobs.run(job.pk, job_tasks.RUNNERS)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.leased_until) == (Job.State.DONE, 2, None)


@pytest.mark.django_db
def test_a_job_begun_too_often_is_given_up_in_words(cast: Cast) -> None:
    past = timezone.now() - timedelta(seconds=1)
    job = queued(cast, state=Job.State.RUNNING, leased_until=past, attempts=jobs.MOST_ATTEMPTS)
    assert jobs.overdue(timezone.now()) == []
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "begun 5 times" in job.error


@pytest.mark.django_db
def test_a_lost_message_of_a_queued_job_is_sent_again_once_a_minute(cast: Cast) -> None:
    job = queued(cast, leased_until=timezone.now() - timedelta(seconds=1))
    assert jobs.overdue(timezone.now()) == [job.pk]
    assert jobs.overdue(timezone.now()) == []


@pytest.mark.django_db
def test_a_worker_thought_dead_cannot_commit_into_the_run_of_another(cast: Cast) -> None:
    job = queued(cast)

    def taken_over_meanwhile(hold: jobs.Hold) -> None:
        Job.objects.filter(pk=job.pk).update(started_at=timezone.now() + timedelta(seconds=1))
        running.run_import(hold)

    jobs.run(job.pk, {CONTEXTS: taken_over_meanwhile})
    job.refresh_from_db()
    assert Context.objects.count() == 0
    assert (job.state, job.result) == (Job.State.RUNNING, {})


@pytest.mark.django_db
def test_an_unexpected_error_names_its_class_and_can_be_tried_again(cast: Cast) -> None:
    job = queued(cast)

    def broken(_hold: jobs.Hold) -> None:
        raise ZeroDivisionError("secret text of an item")

    jobs.run(job.pk, {CONTEXTS: broken})
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "ZeroDivisionError" in job.error
    assert "secret" not in job.error
    jobs.prepare_retry(job)
    assert run(job).state == Job.State.DONE


@pytest.mark.django_db
def test_a_lost_database_leaves_the_job_to_be_taken_over(cast: Cast) -> None:
    job = queued(cast)

    def without_database(_hold: jobs.Hold) -> None:
        raise OperationalError("server closed the connection")

    jobs.run(job.pk, {CONTEXTS: without_database})
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING
    assert jobs.overdue(timezone.now() + jobs.LEASE * 2) == [job.pk]


@pytest.mark.django_db
def test_what_is_done_is_not_tried_again(cast: Cast) -> None:
    job = imported(cast, CONTEXTS, context_rows(1))
    assert isinstance(jobs.refusal_to_retry(job), Refusal)
    with pytest.raises(Refused):
        jobs.prepare_retry(job)


@pytest.mark.django_db(transaction=True)
def test_a_long_transaction_keeps_its_lease_and_hears_of_a_cancel(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "RENEW_SECONDS", 0.05)
    job = queued(cast)
    leases = []

    def slow(hold: jobs.Hold) -> None:
        with transaction.atomic():
            Context.objects.count()
            first = Job.objects.get(pk=job.pk).leased_until
            leases.append(eventually(lambda: Job.objects.get(pk=job.pk).leased_until > first))
            jobs_in_another_connection_cancel(job)
            eventually(lambda: hold._lost)
            hold.report(1)

    jobs.run(job.pk, {CONTEXTS: slow})
    job.refresh_from_db()
    assert leases == [True]
    assert job.state == Job.State.CANCELED


def jobs_in_another_connection_cancel(job: Job) -> None:
    from threading import Thread

    from django.db import connection

    def cancel() -> None:
        jobs.cancel(job)
        connection.close()

    thread = Thread(target=cancel)
    thread.start()
    thread.join()


@pytest.mark.django_db
def test_the_page_polls_while_it_runs_and_stops_when_it_is_over(cast: Cast, client: Client) -> None:
    job = queued(cast)
    path = reverse("annotation:job", args=[cast.project.slug, job.pk])
    client.force_login(cast.manager)
    assert "every 1s" in client.get(path).content.decode()
    assert client.get(path, headers={"HX-Request": "true"}).status_code == 200
    jobs.run(job.pk, job_tasks.RUNNERS)
    answer = client.get(path, headers={"HX-Request": "true"})
    assert answer.status_code == 286
    assert "<html" not in answer.content.decode()
    assert "every 1s" not in client.get(path).content.decode()


@pytest.mark.django_db
def test_a_queued_job_is_canceled_on_its_page_and_tried_again(cast: Cast, client: Client) -> None:
    job = queued(cast)
    client.force_login(cast.manager)
    client.post(reverse("annotation:job-cancel", args=[cast.project.slug, job.pk]))
    jobs.run(job.pk, job_tasks.RUNNERS)
    job.refresh_from_db()
    assert (job.state, Context.objects.count()) == (Job.State.CANCELED, 0)
    client.post(reverse("annotation:job-retry", args=[cast.project.slug, job.pk]))
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


@pytest.mark.django_db
def test_a_discarded_upload_leaves_nothing(cast: Cast, client: Client) -> None:
    from annotation import job_files

    job = prepared(cast, CONTEXTS, json_lines(context_rows(1)))
    client.force_login(cast.manager)
    client.post(reverse("annotation:job-cancel", args=[cast.project.slug, job.pk]))
    assert not Job.objects.exists()
    assert not job_files.path_of(job.file_path).exists()


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
def test_a_worker_imports_checks_and_removes_the_upload(
    cast: Cast, celery_worker_process: CeleryProcesses, client: Client
) -> None:
    from annotation import job_files

    client.force_login(cast.manager)
    job = prepared(cast, PAIRS, json_lines(pair_rows(3)))
    chosen = {f"column_{target}": column for target, column in job.parameters["mapping"]["columns"].items()}
    start = reverse("annotation:import-start", args=[cast.project.slug, job.pk])
    assert client.post(start, {**chosen, "policy": "skip_bad"}).status_code == 302
    eventually(lambda: Item.objects.filter(state=State.IN_REVIEW).count() == 3, 40)
    job.refresh_from_db()
    assert (job.state, job.result["added"]) == (Job.State.DONE, 3)
    assert not job_files.path_of(job.file_path).exists()


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("all_or_nothing", [False, True])
def test_a_worker_killed_in_the_middle_is_taken_over_and_nothing_is_doubled(
    cast: Cast, celery_worker_process: CeleryProcesses, all_or_nothing: bool
) -> None:
    rows = 12_000
    set_target(cast.cell, rows)
    job = prepared(cast, PAIRS, json_lines(pair_rows(rows)), all_or_nothing=all_or_nothing)
    with transaction.atomic():
        job_tasks.enqueue(job)
    eventually(lambda: _now(job).done > 0, 40)
    celery_worker_process.kill_worker()
    cut_off = _now(job)
    assert (cut_off.state, cut_off.attempts) == (Job.State.RUNNING, 1)
    stored_by_then = Item.objects.count()
    assert stored_by_then == cut_off.result.get("added", 0) < rows
    celery_worker_process.start_worker()

    def finished() -> bool:
        job_tasks.resume_stuck_jobs.delay()  # as beat does
        return _now(job).state not in jobs.UNFINISHED

    eventually(finished, 120)
    done = _now(job)
    assert (done.state, done.error) == (Job.State.DONE, "")
    assert (done.result["added"], done.result["known"], done.result["bad"]) == (rows, 0, 0)
    assert Item.objects.count() == Revision.objects.count() == rows
    assert ItemEvent.objects.filter(number=1).count() == Place.objects.filter(taken=True).count() == rows


def _now(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)
