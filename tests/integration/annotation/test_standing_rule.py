"""A project's standing rule: previewed by a job, adopted with a note, taken back from its history."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from annotation import jobs
from annotation.job_tasks import RUNNERS
from annotation.models import Job
from annotation.standing import standing_rule
from core.refusal import Refused
from experts import recomputing
from experts.models import Outcome, Standing, StandingChange
from experts.project_rules import rule_of
from experts.rules import DEFAULT
from experts.standing import record_outcome
from tests.factories import PASSWORD, Cast, member

pytestmark = pytest.mark.django_db

NUMBERS = {
    "delay_hours": 6, "first_hours": 1, "least_limit": 15, "worst_rate": 90, "minimum_decisions": 8,
    "closer_review_below": 0.6, "probation_decisions": 15, "straight_accepts": 10,
}  # fmt: skip


@pytest.fixture
def manager(cast: Cast) -> Client:
    person = member(cast.project, "manager-1", Role.MANAGER)
    client = Client()
    assert client.login(username=person.email, password=PASSWORD)
    return client


@pytest.fixture
def slipping(cast: Cast) -> Cast:
    for number in range(12):
        record_outcome(
            user=cast.author, project_id=cast.project.pk, item_id=number, language_id="en", domain_id="law",
            skill="open_qa", kind=Outcome.Kind.REJECTED, judged_by=None,
            at=timezone.now() - timedelta(hours=20 - number),
        )  # fmt: skip
    recomputing.recompute_due(timezone.now())
    return cast


def address(cast: Cast, name: str = "", *more: int) -> str:
    return reverse(f"annotation:standing-rule{name}", args=[cast.project.slug, *more])


def worked(cast: Cast) -> Job:
    """As the worker does it."""
    job = standing_rule.latest_job(cast.project)
    assert job is not None
    jobs.run(job.pk, RUNNERS)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    return job


def test_a_rule_is_previewed_adopted_and_taken_back(slipping: Cast, manager: Client) -> None:
    before = Standing.objects.get(user=slipping.author)
    assert manager.post(address(slipping, "-preview"), NUMBERS).status_code == 302
    job = worked(slipping)
    assert [move["user_id"] for move in job.result["moves"]] == [slipping.author.pk]
    page = manager.get(address(slipping)).content.decode()
    assert slipping.author.name in page
    assert "nothing is changed yet" in page
    assert Standing.objects.get(user=slipping.author).weight == before.weight
    assert f'name="job" value="{job.pk}"' in page
    manager.post(address(slipping, "-adopt"), {"note": "Hard cells, and many newcomers.", "job": job.pk})
    worked(slipping)
    after = Standing.objects.get(user=slipping.author)
    assert rule_of(slipping.project.pk).worst_rate == 0.9
    assert after.weight == pytest.approx(job.result["moves"][0]["weight_after"], abs=1e-3)
    assert StandingChange.objects.latest("id").cause == StandingChange.Cause.RULE
    assert "Hard cells, and many newcomers." in manager.get(address(slipping)).content.decode()
    manager.post(address(slipping, "-earlier", 0))
    again = worked(slipping)
    manager.post(address(slipping, "-adopt"), {"note": "Back to what every project has.", "job": again.pk})
    worked(slipping)
    assert rule_of(slipping.project.pk) == DEFAULT
    assert Standing.objects.get(user=slipping.author).weight == pytest.approx(before.weight, abs=1e-3)


def test_nothing_is_adopted_unseen_or_without_a_word(slipping: Cast, manager: Client) -> None:
    assert manager.post(address(slipping, "-adopt"), {"note": "Because I say so."}).status_code == 409
    manager.post(address(slipping, "-preview"), NUMBERS)
    assert manager.post(address(slipping, "-preview"), NUMBERS).status_code == 409, "one at a time"
    seen = worked(slipping)
    assert manager.post(address(slipping, "-adopt"), {"note": "No", "job": seen.pk}).status_code == 409
    assert rule_of(slipping.project.pk) == DEFAULT


def test_a_page_adopts_only_the_numbers_it_shows(slipping: Cast, manager: Client) -> None:
    """Another manager has previewed others meanwhile."""
    manager.post(address(slipping, "-preview"), NUMBERS)
    seen = worked(slipping)
    manager.post(address(slipping, "-preview"), NUMBERS | {"worst_rate": 50})
    worked(slipping)
    answer = manager.post(address(slipping, "-adopt"), {"note": "Hard cells.", "job": seen.pk})
    assert answer.status_code == 409
    assert rule_of(slipping.project.pk) == DEFAULT
    long_ago = {"note": "A note with \0 in it.", "job": "9" * 40}
    assert manager.post(address(slipping, "-adopt"), long_ago).status_code == 409


def test_numbers_that_do_not_go_together_are_refused(slipping: Cast, manager: Client) -> None:
    shown = manager.post(address(slipping, "-preview"), NUMBERS | {"minimum_decisions": 1})
    assert shown.status_code == 200
    assert "greater than or equal to 5" in shown.content.decode()
    form = standing_rule.RuleForm(NUMBERS | {"worst_rate": 34, "least_limit": 33})
    assert form.is_valid()
    assert form.rule(DEFAULT).least_limit == 0.33
    form.cleaned_data["worst_rate"] = 20
    with pytest.raises(Refused):
        form.rule(DEFAULT)


def test_the_history_of_another_project_is_not_reached(slipping: Cast, manager: Client) -> None:
    assert manager.post(address(slipping, "-earlier", 999)).status_code == 404


def test_the_form_shows_what_is_in_force() -> None:
    initial = standing_rule.RuleForm.of(DEFAULT).initial
    assert initial["least_limit"] == 15
    assert standing_rule.curve(DEFAULT).startswith("0.0,0.0 81.0,0.0 200.0,108.0")
