"""Which checks hold a submitted text up, for how long, and what happens to answers that come late."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation import checking, tasks
from annotation.models import Item
from annotation.workflow import State
from qa import workers
from qa.checks.base import Severity
from qa.engines.base import Reason
from qa.models import CheckRun
from tests.factories import COMPLETION, Cast, fresh, texts
from tests.slow_checks import Told

pytestmark = pytest.mark.django_db
SLIPPED = COMPLETION + " A slip."


@pytest.fixture
def cast() -> Cast:
    return Cast()


def submitted(cast: Cast, completion: str = SLIPPED) -> Item:
    return cast.submit(cast.start(cast.author), texts(completion=completion))


def test_a_text_waits_for_the_slow_checks_and_goes_on_when_the_last_has_answered(cast, with_checks):
    embedded, remote = Told("embedded"), Told("remote", "llm")
    with_checks(embedded, remote)
    item = submitted(cast)
    assert checking.check_item(item.pk) == ["ml", "llm"]
    checking.check_slowly(item.pk, "ml")
    assert fresh(item).state == State.CHECKING
    checking.check_slowly(item.pk, "llm")
    assert fresh(item).state == State.IN_REVIEW
    assert fresh(item).attention == 2 * checking.ATTENTION_PER_SHOULD


def test_what_a_fast_check_forbids_goes_back_without_waiting(cast, with_checks):
    slow = Told()
    with_checks(slow)
    cast.cell.format = "json"
    cast.cell.save()
    item = submitted(cast)
    assert checking.check_item(item.pk) == []
    assert fresh(item).state == State.RETURNED
    assert slow.looked == 0


def test_a_must_of_a_slow_check_sends_the_text_back(cast, with_checks):
    with_checks(Told(severity=Severity.MUST))
    item = submitted(cast)
    checking.check_item(item.pk)
    checking.check_slowly(item.pk, "ml")
    assert fresh(item).state == State.RETURNED


def test_the_project_decides_what_a_finding_counts_for(cast, with_checks):
    with_checks(Told(severity=Severity.MUST))
    cast.project.tuning = {"slips.slip": {"severity": "note"}}
    cast.project.save()
    item = submitted(cast)
    checking.check_item(item.pk)
    checking.check_slowly(item.pk, "ml")
    assert (fresh(item).state, fresh(item).attention) == (State.IN_REVIEW, 0)


def test_without_a_worker_nobody_waits_and_the_gap_is_on_record(cast, with_checks):
    with_checks(Told(), workers_alive=False)
    item = submitted(cast)
    assert checking.check_item(item.pk) == []
    assert fresh(item).state == State.IN_REVIEW
    assert fresh(item).checks_missing
    assert item.events.last().data["unavailable"] == ["slips"]


def test_a_worker_that_does_not_answer_is_waited_for_only_so_long(cast, with_checks):
    with_checks(Told())
    item = submitted(cast)
    assert checking.check_item(item.pk) == ["ml"]
    Item.objects.filter(pk=item.pk).update(state_since=timezone.now() - checking.PATIENCE)
    assert checking.check_item(item.pk) == []
    assert fresh(item).state == State.IN_REVIEW


def test_an_engine_that_is_away_does_not_hold_the_text(cast, with_checks):
    told = Told()
    with_checks(told)
    told.go_away(Reason.LOADING)
    item = submitted(cast)
    checking.check_item(item.pk)
    checking.check_slowly(item.pk, "ml")
    assert (fresh(item).state, fresh(item).checks_missing) == (State.IN_REVIEW, True)


def test_a_late_answer_reaches_the_editors_order_and_takes_nothing_back(cast, with_checks):
    told = Told(severity=Severity.MUST)
    with_checks(told, workers_alive=False)
    item = submitted(cast)
    checking.check_item(item.pk)
    Item.objects.update(state_since=timezone.now() - timedelta(minutes=5))
    CheckRun.objects.filter(status="unavailable").update(next_try_at=timezone.now())
    assert checking.items_to_check_again(timezone.now()) == [item.pk]
    checking.check_slowly(item.pk, "ml")
    late = fresh(item)
    assert (late.state, late.checks_missing) == (State.IN_REVIEW, False)
    assert checking.items_to_check_again(timezone.now()) == []
    assert [finding.code for finding in checking.open_findings(late)] == ["slip"]


def test_a_text_with_a_late_must_cannot_be_accepted(cast, with_checks):
    told = Told(severity=Severity.MUST)
    with_checks(told, workers_alive=False)
    item = submitted(cast)
    checking.check_item(item.pk)
    CheckRun.objects.filter(status="unavailable").update(next_try_at=timezone.now())
    checking.check_slowly(item.pk, "ml")
    cast.judge(fresh(item), cast.reviewers[0], "accept")
    with pytest.raises(Exception, match="must be mended"):
        cast.judge(fresh(item), cast.reviewers[1], "accept")


def test_checking_twice_at_once_runs_nothing_twice(cast, with_checks):
    told = Told()
    with_checks(told)
    item = submitted(cast)
    checking.check_item(item.pk)
    checking.check_slowly(item.pk, "ml")
    checking.check_slowly(item.pk, "ml")
    checking.check_item(item.pk)
    assert told.looked == 1


def test_only_living_workers_are_sent_what_is_missing(cast, with_checks, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.check_slowly, "apply_async", lambda **message: sent.append(message["queue"]))
    with_checks(Told(), workers_alive=False)
    item = submitted(cast)
    checking.check_item(item.pk)
    Item.objects.filter(pk=item.pk).update(state_since=timezone.now() - timedelta(minutes=5))
    tasks.retry_missing_checks()
    assert sent == []
    workers.beat(["ml"])
    tasks.retry_missing_checks()
    assert sent == ["ml"]


def test_a_language_that_no_engine_knows_is_said_once_and_not_asked_for_again(cast, with_checks):
    told = Told()
    with_checks(told)
    told.go_away(Reason.UNSUPPORTED)
    item = submitted(cast)
    checking.check_item(item.pk)
    checking.check_slowly(item.pk, "ml")
    assert (fresh(item).state, fresh(item).checks_missing) == (State.IN_REVIEW, False)
    checking.check_slowly(item.pk, "ml")
    assert told.looked == 1
