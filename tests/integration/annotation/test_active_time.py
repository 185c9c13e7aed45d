"""Active time: what a page claims is bounded by the clock, kept by assignment and by day, and never counted twice."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from annotation import reviewing
from annotation.models import ActiveDay, Assignment, Verdict
from annotation.pay import active_time
from annotation.reviewing import Judgement
from annotation.rubric import CRITERIA
from annotation.workflow import Stage
from tests.factories import Cast

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def claimed(cast: Cast, at: datetime = START, stage: Stage = Stage.WRITING) -> Assignment:
    assignment = cast.start(cast.author, stage)
    Assignment.objects.filter(pk=assignment.pk).update(claimed_at=at)
    assignment.refresh_from_db()
    return assignment


def report(assignment: Assignment, seconds: int, at: datetime) -> int:
    return active_time.report(assignment, seconds, at, lease_minutes=60)


def days(cast: Cast) -> dict:
    return {row.day.isoformat(): row.ms for row in ActiveDay.objects.filter(person=cast.author)}


@pytest.mark.django_db
def test_a_believable_total_is_taken_as_it_is(cast: Cast) -> None:
    assignment = claimed(cast)
    assert report(assignment, 50, START + MINUTE) == 50
    assert report(assignment, 95, START + 2 * MINUTE) == 95
    assert days(cast) == {"2026-03-02": 95_000}


@pytest.mark.django_db
def test_repeating_a_report_adds_nothing_and_a_lower_one_takes_nothing(cast: Cast) -> None:
    assignment = claimed(cast)
    report(assignment, 50, START + MINUTE)
    assert report(assignment, 50, START + 5 * MINUTE) == 50
    assert report(assignment, 10, START + 6 * MINUTE) == 50
    assert days(cast) == {"2026-03-02": 50_000}


@pytest.mark.django_db
@pytest.mark.parametrize("forged", [10**9, 2**31 - 1])
def test_a_forged_total_is_cut_to_the_time_that_has_passed(cast: Cast, forged: int) -> None:
    assignment = claimed(cast)
    assert report(assignment, forged, START + MINUTE) == 60
    assert report(assignment, forged, START + MINUTE + timedelta(seconds=1)) == 61
    assert sum(days(cast).values()) == 61_000


@pytest.mark.django_db
def test_reports_out_of_order_never_count_back(cast: Cast) -> None:
    assignment = claimed(cast)
    report(assignment, 100, START + 2 * MINUTE)
    assert report(assignment, 130, START + MINUTE) == 100
    assert report(assignment, 150, START + 3 * MINUTE) == 150


@pytest.mark.django_db
def test_a_day_gets_what_was_reported_on_it(cast: Cast) -> None:
    late = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
    assignment = claimed(cast, late)
    report(assignment, 50, late + timedelta(seconds=55))
    report(assignment, 110, late + 2 * MINUTE)
    assert days(cast) == {"2026-03-02": 50_000, "2026-03-03": 60_000}
    found = active_time.of_person(cast.project.pk, cast.author.pk, late)
    assert found.seconds == 110


@pytest.mark.django_db
def test_after_its_end_an_assignment_gains_no_more_than_until_then(cast: Cast) -> None:
    assignment = claimed(cast)
    cast.submit(assignment)
    Assignment.objects.filter(pk=assignment.pk).update(ended_at=START + MINUTE)
    assignment.refresh_from_db()
    assert report(assignment, 3000, START + timedelta(hours=1)) == 60
    assert report(assignment, 9000, START + timedelta(hours=5)) == 60


@pytest.mark.django_db
def test_the_last_word_of_a_page_comes_after_the_verdict(cast: Cast, client: Client) -> None:
    """The page is left because the form was sent: its beat arrives when the assignment has ended."""
    item = cast.write()
    assignment = cast.review_of(item, cast.reviewers[0])
    Assignment.objects.filter(pk=assignment.pk).update(claimed_at=timezone.now() - MINUTE)
    judgement = Judgement(Verdict.ACCEPT, dict.fromkeys(CRITERIA, 4))
    reviewing.judge(person=cast.reviewers[0], item_id=item.pk, token=str(assignment.token), judgement=judgement)
    client.force_login(cast.reviewers[0])
    body = {"token": str(assignment.token), "active_seconds": 42}
    url = reverse("annotation:heartbeat", args=[cast.project.slug, item.pk])
    answer = client.post(url, body, content_type="application/json", headers={"accept": "application/json"})
    assert answer.status_code == 409
    assert Assignment.objects.get(pk=assignment.pk).active_seconds == 42


@pytest.mark.django_db
@pytest.mark.parametrize("claim", ["12", True, None, [5], {"a": 1}, float("nan"), -5])
def test_what_is_no_number_of_seconds_only_keeps_the_lease(cast: Cast, client: Client, claim: object) -> None:
    assignment = claimed(cast, timezone.now() - MINUTE)
    client.force_login(cast.author)
    url = reverse("annotation:heartbeat", args=[cast.project.slug, assignment.item_id])
    body = {"token": str(assignment.token), "active_seconds": claim}
    assert client.post(url, body, content_type="application/json").status_code == 200
    assert Assignment.objects.get(pk=assignment.pk).active_ms == 0


@pytest.mark.django_db
def test_time_and_lease_cost_one_statement(cast: Cast) -> None:
    assignment = claimed(cast)
    with CaptureQueriesContext(connection) as captured:
        report(assignment, 30, START + MINUTE)
    assert len(captured) == 1
    assert Assignment.objects.get(pk=assignment.pk).leased_until == START + timedelta(minutes=61)


@pytest.mark.django_db
def test_speed_is_time_by_length_of_what_was_written(cast: Cast) -> None:
    assignment = claimed(cast, timezone.now() - 10 * MINUTE)
    report(assignment, 300, timezone.now())
    item = cast.submit(assignment)
    assert item.current is not None
    tokens = item.current.prompt_tokens + item.current.completion_tokens
    found = active_time.of_people(cast.project.pk, timezone.now() - timedelta(days=1))[cast.author.pk]
    assert found.seconds_per_100_tokens == pytest.approx(300 / tokens * 100)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_report_at_once_are_not_counted_twice() -> None:
    cast = Cast("two-tabs")
    assignment = claimed(cast)
    start = Barrier(4)

    def tell() -> None:
        start.wait()
        report(assignment, 10**6, START + MINUTE)
        connection.close()

    threads = [Thread(target=tell) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert Assignment.objects.get(pk=assignment.pk).active_ms == 60_000
    assert days(cast) == {"2026-03-02": 60_000}
