"""The ledger's pages: numbers that lead to their entries, rates with a preview, runs, files; and one's own pay."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation import jobs
from annotation.demo import payments
from annotation.job_tasks import RUNNERS
from annotation.models import (
    ActiveDay,
    Item,
    Job,
    LedgerEntry,
    LedgerMark,
    Membership,
    PaymentRun,
    PayTerms,
    Rate,
)
from annotation.pay import ledger, rate_jobs
from annotation.pay.ledger_tasks import settle_ledgers
from annotation.workflow import State
from tests.factories import Cast

pytestmark = pytest.mark.django_db

TODAY = timezone.now().date()
RATE = {
    "stage": "writing", "kind": "item", "amount": "2.50", "currency": "eur", "valid_from": TODAY.isoformat(),
    "language": "", "skill": "", "cell": "", "cap": "", "note": "",
}  # fmt: skip


@pytest.fixture
def worked(cast: Cast) -> Cast:
    for state in (State.ACCEPTED, State.REJECTED, State.IN_REVIEW):
        cast.item_at(state)
    payments.fill(cast.project, cast.manager)
    return cast


def address(cast: Cast, name: str, *arguments: object) -> str:
    return reverse(f"annotation:{name}", args=[cast.project.slug, *arguments])


def as_(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def page(client: Client, cast: Cast, person: User, name: str, *arguments: object, query: str = "") -> str:
    answer = as_(client, person).get(address(cast, name, *arguments) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def table(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_the_totals_lead_to_their_entries(worked: Cast, client: Client) -> None:
    shown = page(client, worked, worked.manager, "ledger")
    assert "expert-en-law" in shown
    link = address(worked, "ledger-entries") + "?state=payable"
    assert link in shown
    entries = page(client, worked, worked.manager, "ledger-entries", query="?state=payable")
    assert entries.count('class="row-link"') == LedgerEntry.objects.filter(state="payable").count()


def test_filters_that_say_nothing_are_left_out(worked: Cast, client: Client) -> None:
    query = "?state=nonsense&person=1e9&month=2026-99&cell=%00&kind=x&cursor=zzz"
    shown = page(client, worked, worked.manager, "ledger-entries", query=query)
    assert shown.count('class="row-link"') == LedgerEntry.objects.count()


def test_without_rates_hours_show_and_how_to_set_rates(cast: Cast, client: Client) -> None:
    assert "No rate is set" in page(client, cast, cast.manager, "ledger")
    assert "No rate is set" in page(client, cast, cast.author, "my-pay")


def test_who_earns_less_than_the_minimum_is_marked(worked: Cast, client: Client) -> None:
    ActiveDay.objects.filter(person=worked.author).update(ms=10 * 3600 * 1000)
    assert "below the minimum" in page(client, worked, worked.manager, "ledger")


def test_the_overview_costs_the_same_for_more_people(worked: Cast, client: Client) -> None:
    as_(client, worked.manager)
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(address(worked, "ledger"))
        costs.append(len(captured))
        worked.write(worked.other_author)
        ledger.settle_ledger(worked.project)
    assert costs[0] == costs[1] <= 16


# --- rates


def test_a_rate_is_shown_with_its_reach_before_it_is_saved(cast: Cast, client: Client) -> None:
    cast.item_at(State.ACCEPTED)
    cast.item_at(State.IN_REVIEW)
    as_(client, cast.manager)
    assert client.post(address(cast, "ledger-rates"), RATE).status_code == 302
    assert "Computing what the rate does" in page(client, cast, cast.manager, "ledger-rates")
    job = worker_did(cast)
    preview = page(client, cast, cast.manager, "ledger-rates")
    assert "2 finished pieces of work without a rate would pay €5.00 together" in preview
    assert not Rate.objects.exists()
    assert client.post(address(cast, "ledger-rate-set"), {"job": job.pk}).status_code == 302
    rate = Rate.objects.get()
    assert (rate.amount, rate.currency, rate.cap, rate.created_by) == (250, "EUR", None, cast.manager)
    assert LedgerMark.objects.get().settled_until is None
    assert "brought up to the new rate" in page(client, cast, cast.manager, "ledger-rates")
    assert worker_did(cast).parameters == {"step": "settle"}
    ledger.settle_ledger(cast.project)
    assert LedgerEntry.objects.count() == 2
    client.post(address(cast, "ledger-rates"), RATE | {"amount": "9"})
    worker_did(cast)
    assert "No finished work is without a rate" in page(client, cast, cast.manager, "ledger-rates")


def worker_did(cast: Cast) -> Job:
    job = rate_jobs.latest_job(cast.project)
    assert job is not None
    jobs.run(job.pk, RUNNERS)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    return job


def previewed(cast: Cast, client: Client, rate: dict[str, str]) -> Job:
    assert client.post(address(cast, "ledger-rates"), rate).status_code == 302
    return worker_did(cast)


def test_only_what_was_seen_is_set_and_one_computation_runs_at_a_time(cast: Cast, client: Client) -> None:
    as_(client, cast.manager)
    seen = previewed(cast, client, RATE)
    client.post(address(cast, "ledger-rates"), RATE | {"amount": "9"})
    assert client.post(address(cast, "ledger-rate-set"), {"job": seen.pk}).status_code == 409
    assert client.post(address(cast, "ledger-rates"), RATE).status_code == 409
    worker_did(cast)
    for other in (seen.pk, "", "x"):
        assert client.post(address(cast, "ledger-rate-set"), {"job": other}).status_code == 409
    assert not Rate.objects.exists()


def test_the_minutes_run_leaves_the_ledger_to_the_job_that_is_watched(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "GRACE", timedelta(0))
    cast.item_at(State.ACCEPTED)
    as_(client, cast.manager)
    client.post(address(cast, "ledger-rate-set"), {"job": previewed(cast, client, RATE).pk})
    settle_ledgers()
    assert not LedgerEntry.objects.exists()
    assert worker_did(cast).result == {"added": 1, "moved": 0}
    assert rate_jobs.latest_job(cast.project).percent == 100


WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"amount": "2.505"}, "2 decimal places"),
    ({"amount": ""}, "Say how much"),
    ({"amount": "-1"}, "greater than or equal to 0"),
    ({"amount": "1e30"}, "digits"),
    ({"amount": "NaN"}, "Enter a number"),
    ({"currency": "XYZ"}, "no such currency"),
    ({"kind": "hour"}, "Say how much"),
    ({"stage": "sleeping"}, "Select a valid choice"),
)


def test_rates_that_make_no_sense_are_refused(cast: Cast, client: Client) -> None:
    as_(client, cast.manager)
    for wrong, words in WRONG:
        answer = client.post(address(cast, "ledger-rates"), RATE | wrong)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Rate.objects.exists()


def test_a_changed_rate_never_begins_before_today(cast: Cast, client: Client) -> None:
    as_(client, cast.manager)
    earlier = RATE | {"valid_from": (TODAY - timedelta(days=30)).isoformat()}
    client.post(address(cast, "ledger-rate-set"), {"job": previewed(cast, client, earlier).pk})
    worker_did(cast)
    answer = client.post(address(cast, "ledger-rates"), earlier)
    assert answer.status_code == 422
    assert "never reaches back" in answer.content.decode()


def test_terms_are_kept_one_after_another(cast: Cast, client: Client) -> None:
    as_(client, cast.manager)
    terms = {"rejected_percent": "30", "overturned_percent": "50", "minimum": "14.5", "currency": "EUR"}
    client.post(address(cast, "ledger-terms"), terms)
    client.post(address(cast, "ledger-terms"), terms | {"minimum": ""})
    assert list(PayTerms.objects.values_list("rejected_percent", "minimum_per_hour")) == [(30, 1450), (30, None)]
    assert client.post(address(cast, "ledger-terms"), terms | {"rejected_percent": "101"}).status_code == 422


# --- runs and files


def test_a_run_is_previewed_paid_exported_and_then_stands(worked: Cast, client: Client) -> None:
    shown = page(client, worked, worked.manager, "ledger-runs", query=f"?until={TODAY}")
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    given = {"until": TODAY.isoformat(), "seen": seen, "note": "=HYPERLINK()"}
    answer = client.post(address(worked, "ledger-pay"), given)
    run = PaymentRun.objects.order_by("-number")[0]
    assert answer.url == address(worked, "ledger-run", run.number)
    assert not LedgerEntry.objects.filter(state="payable").exists()
    rows = table(client.post(address(worked, "ledger-run-export", run.number)))
    assert {row["currency"] for row in rows} == {"EUR"}
    paid = sum(LedgerEntry.objects.filter(run=run).values_list("amount", flat=True))
    assert sum(round(float(row["amount"]) * 100) for row in rows) == paid
    assert client.post(address(worked, "ledger-run-undo", run.number)).status_code == 409


def test_a_run_can_be_undone_until_it_is_exported(worked: Cast, client: Client) -> None:
    run = PaymentRun.objects.get()
    as_(client, worked.manager).post(address(worked, "ledger-run-undo", run.number))
    assert PaymentRun.objects.get(reverses=run).number == run.number + 1
    assert "Takes a run back" in page(client, worked, worked.manager, "ledger-run", run.number + 1)


def test_what_cannot_be_exported_says_so_on_its_buttons(worked: Cast, client: Client) -> None:
    run = PaymentRun.objects.get()
    reason = "This run has been taken back."
    assert page(client, worked, worked.manager, "ledger-run", run.number).count(reason) == 0
    client.post(address(worked, "ledger-run-undo", run.number))
    taken_back = page(client, worked, worked.manager, "ledger-run", run.number)
    assert taken_back.count(reason) == 4, "on both buttons, to see and to be read out"
    assert "can no longer be undone" not in taken_back
    assert "Payroll never had the run" in page(client, worked, worked.manager, "ledger-run", run.number + 1)
    assert client.post(address(worked, "ledger-run-export", run.number)).status_code == 409


def test_names_in_files_run_nothing_and_corrections_stay_numbers(worked: Cast, client: Client) -> None:
    User.objects.filter(pk=worked.author.pk).update(name='=cmd|"/c calc"!A1')
    rows = table(as_(client, worked.manager).get(address(worked, "ledger-csv")))
    assert any(row["person"] == '\'=cmd|"/c calc"!A1' for row in rows)
    assert len(rows) == LedgerEntry.objects.count()
    run = PaymentRun.objects.get()
    client.post(address(worked, "ledger-run-undo", run.number))
    rows = table(client.get(address(worked, "ledger-csv") + "?kind=reversal"))
    assert all(float(row["amount"]) < 0 for row in rows)


def test_a_manager_who_writes_learns_no_name_of_who_judged_it(worked: Cast, client: Client) -> None:
    Membership.objects.create(project=worked.project, user=worked.author, role=Role.MANAGER)
    judged = LedgerEntry.objects.filter(stage="review")
    assert judged.exclude(item__author=worked.author).count() == 0
    reviewer = judged[0].person
    run = PaymentRun.objects.get()
    shown = page(client, worked, worked.author, "ledger-entries", query="?stage=review")
    table_of = shown[shown.index("<tbody>") :]
    assert table_of.count("a reviewer") == judged.count()
    assert reviewer.name not in table_of
    assert f"?person={reviewer.pk}" not in table_of
    rows = table(client.get(address(worked, "ledger-csv")))
    assert {(row["person"], row["e-mail"]) for row in rows if row["stage"] == "review"} == {("a reviewer", "")}
    assert worked.author.email in {row["e-mail"] for row in rows}
    by_person = page(client, worked, worked.author, "ledger-entries", query=f"?person={reviewer.pk}")
    assert by_person.count('class="row-link"') == 0, "the question would name them"
    assert table(client.get(address(worked, "ledger-csv") + f"?person={reviewer.pk}")) == []
    lines = table(client.post(address(worked, "ledger-run-export", run.number), {"lines": "1"}))
    assert reviewer.name not in {row["person"] for row in lines}
    people = table(client.post(address(worked, "ledger-run-export", run.number)))
    assert reviewer.name in {row["person"] for row in people}, "the sums are paid all the same"
    assert reviewer.name in page(client, worked, worked.manager, "ledger-entries", query="?stage=review")


# --- one's own


def test_my_pay_shows_what_pending_work_waits_for_and_nobody_else(worked: Cast, client: Client) -> None:
    shown = page(client, worked, worked.author, "my-pay")
    assert "a reviewer · judge" in shown
    assert "reviewer-1" not in shown
    own = LedgerEntry.objects.filter(person=worked.author).count()
    assert shown.count('class="row-link"') == own
    rows = table(client.get(address(worked, "my-pay-csv")))
    assert len(rows) == own
    assert "person" not in rows[0]
    assert "e-mail" not in rows[0]


def test_a_reviewer_cannot_tell_a_control_item_by_its_pay(worked: Cast, client: Client) -> None:
    item = LedgerEntry.objects.filter(person=worked.reviewers[0])[0].item
    before = page(client, worked, worked.reviewers[0], "my-pay")
    Item.objects.filter(pk=item.pk).update(is_control=True, place=None)
    client.logout()
    after = page(client, worked, worked.reviewers[0], "my-pay")
    assert [line for line in before.splitlines() if "row-link" in line] == [
        line for line in after.splitlines() if "row-link" in line
    ]


def test_a_day_at_the_end_of_the_calendar_is_told_of(worked: Cast, client: Client) -> None:
    as_(client, worked.manager)
    for answer in (
        client.get(address(worked, "ledger-runs"), {"until": "9999-12-31"}),
        client.post(address(worked, "ledger-pay"), {"until": "9999-12-31", "seen": ""}),
    ):
        assert answer.status_code == 422
        assert "more than a year ahead" in answer.content.decode()


def test_pay_per_hour_is_said_only_of_all_that_the_hours_brought(worked: Cast, client: Client) -> None:
    ActiveDay.objects.filter(person=worked.author).update(ms=10 * 3600 * 1000)
    for part in ("?state=paid", "?kind=correction", f"?cell={worked.cell.pk}"):
        shown = page(client, worked, worked.manager, "ledger", query=part)
        assert "below the minimum" not in shown
    assert "only a part is shown" in shown
    as_(client, worked.manager).post(address(worked, "ledger-terms"), {
        "rejected_percent": 0, "overturned_percent": 100, "minimum": "14.50", "currency": "USD",
    })  # fmt: skip
    shown = page(client, worked, worked.manager, "ledger")
    assert "in other currencies too" in shown
    assert "below the minimum" not in shown, "euros are not nothing in dollars"


def test_the_rates_cost_the_same_however_many(worked: Cast, client: Client) -> None:
    as_(client, worked.manager)
    costs = []
    for amount in (1, 2):
        client.get(address(worked, "ledger-rates"))
        with CaptureQueriesContext(connection) as captured:
            client.get(address(worked, "ledger-rates"))
        costs.append(len(captured))
        for number in range(4):
            Rate.objects.create(
                project=worked.project, stage="writing", kind="item", amount=amount, currency="EUR", valid_from=TODAY,
                created_by=worked.editor, created_at=timezone.now() + timedelta(seconds=number),
            )  # fmt: skip
    assert costs[0] == costs[1]
