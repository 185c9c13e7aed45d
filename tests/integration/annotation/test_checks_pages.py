"""Precision in practice, switches with preview, and the engine page, on items that went through the real stages."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation import tasks, writing
from annotation.checking import collection_of, open_findings, subject_of, tuning_of
from annotation.copilot import dismissing, precision, shown, switching
from annotation.copilot.precision import Filter
from annotation.models import Clause, Comment, Dismissal, Guideline, Item, Project, ShownFinding, SwitchChange
from annotation.reviewing import Remark
from annotation.texts import Written
from annotation.workflow import Stage, State
from core.refusal import Refused
from qa import health, metrics, workers
from qa.checks import CHECKS
from qa.engines.base import Health
from qa.models import CheckRun, Spending
from qa.tuning import Switch
from tests.factories import COMPLETION, PROMPT, Cast, fresh

pytestmark = pytest.mark.django_db
Outcome = ShownFinding.Outcome

# Numbered citation marks are a `should` finding of the artifacts check.
MARKED = COMPLETION.replace("one month.", "one month [3].")


def signed_in(person: object) -> Client:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    return client


def mark_in(item: Item):
    return next(one for one in open_findings(fresh(item)) if one.excerpt.strip() == "[3]")


def report(*names: str, applied: tuple[str, ...] = (), kind: str = "artifacts.citation_mark") -> dict[str, object]:
    return {"typed": 200, "findings": {"shown": dict.fromkeys(names, kind), "applied": list(applied)}}


def hand_in(cast: Cast, completion: str, signals: dict[str, object] | None = None, *, dismiss: bool = False) -> Item:
    """A new pair, through its checks and the worker's records."""
    assignment = cast.start(cast.author)
    written = Written.of(f"{PROMPT} (Case {assignment.item_id}.)", completion)
    if dismiss:
        dismiss_mark(cast, assignment.item, written)
    writing.submit(
        person=cast.author, item_id=assignment.item_id, token=str(assignment.token), written=written,
        signals=signals or {},
    )  # fmt: skip
    tasks.check_item(item_id=assignment.item_id)
    return fresh(assignment.item)


def dismiss_mark(cast: Cast, item: Item, written: Written) -> None:
    finding = next(one for one in dismissing_candidates(item, written) if one.excerpt.strip() == "[3]")
    dismissing.dismiss(
        person=cast.author, item=fresh(item), written=written, fingerprint=finding.fingerprint, reason="quoted"
    )


def dismissing_candidates(item: Item, written: Written):
    return CHECKS["artifacts"].run(subject_of(fresh(item), written.prompt, written.completion))


def outcome_of(item: Item) -> dict[str, str]:
    return dict(ShownFinding.objects.filter(item=item).values_list("excerpt", "outcome"))


def figures(cast: Cast, **wanted: str) -> precision.Figures:
    found = precision.kinds(cast.project, Filter(**wanted), timezone.now(), tuning_of(cast.project))
    return precision.totals(found)


@pytest.fixture
def roomy() -> Cast:
    return Cast(target=40, open_cap=40)


# --- what is recorded


def test_a_finding_that_was_shown_and_stands_is_open(roomy: Cast) -> None:
    item = hand_in(roomy, MARKED)
    assert outcome_of(item) == {}  # no browser reported it, nobody had it back: nobody saw it
    item = hand_in(roomy, MARKED, report(mark_in(item).fingerprint))
    assert list(outcome_of(item).values()) == [Outcome.OPEN]


def test_what_the_browser_saw_going_is_applied_or_mended(roomy: Cast) -> None:
    gone = ("a" * 24, "b" * 24)
    item = hand_in(roomy, COMPLETION, report(*gone, applied=(gone[0],)))
    assert dict(ShownFinding.objects.filter(item=item).values_list("fingerprint", "outcome")) == {
        gone[0]: Outcome.APPLIED,
        gone[1]: Outcome.MENDED,
    }


def test_rework_mends_what_the_author_got_back(roomy: Cast) -> None:
    item = roomy.judge(hand_in(roomy, MARKED), roomy.reviewers[0], "return")
    item = roomy.rework(item, Written.of(PROMPT, COMPLETION))
    shown.record(item.pk)
    assert list(outcome_of(item).values()) == [Outcome.MENDED]


def test_an_editor_who_takes_it_out_mends_it(roomy: Cast) -> None:
    item = roomy.judge(hand_in(roomy, MARKED, dismiss=False), roomy.reviewers[0], "edit")
    item = roomy.edit(item, completion=COMPLETION)
    shown.record(item.pk)
    assert list(outcome_of(item).values()) == [Outcome.MENDED]


def test_a_dismissed_finding_is_recorded_and_recording_twice_counts_once(roomy: Cast) -> None:
    item = hand_in(roomy, MARKED, dismiss=True)
    shown.record(item.pk)
    assert list(outcome_of(item).values()) == [Outcome.DISMISSED]


def test_recording_takes_few_statements(roomy: Cast) -> None:
    item = roomy.judge(hand_in(roomy, MARKED), roomy.reviewers[0], "return")
    item = roomy.rework(item, Written.of(PROMPT, COMPLETION))
    with CaptureQueriesContext(connection) as captured:
        shown.record(item.pk)
    assert sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries) <= 6


def test_a_page_that_reports_nonsense_is_stored_without_it(roomy: Cast) -> None:
    assignment = roomy.start(roomy.author)
    nonsense = {"shown": {"<script>": "x"}, "applied": 7, "words": "secret"}
    body = {"prompt": PROMPT, "completion": COMPLETION, "token": str(assignment.token)}
    body |= {"signals": {"typed": 5, "findings": nonsense}}
    address = f"/p/{roomy.project.slug}/write/{assignment.item_id}/submit"
    answer = signed_in(roomy.author).post(address, body, content_type="application/json")
    assert answer.status_code == 200
    signals = fresh(assignment.item).current.signals
    assert signals == {"typed": 5, "findings": {"shown": {}, "applied": []}}


# --- what reviewers say


def test_a_reviewer_s_word_turns_a_dismissal_from_wrong_to_right(roomy: Cast) -> None:
    item = hand_in(roomy, MARKED, dismiss=True)
    assert (figures(roomy).right, figures(roomy).wrong) == (0, 1)
    roomy.review_of(item, roomy.reviewers[0])
    client, name = signed_in(roomy.reviewers[0]), mark_name(item)
    address = f"/p/{roomy.project.slug}/items/{item.pk}/findings/{name}/rule"
    page = client.get(f"/p/{roomy.project.slug}/review/{item.pk}/").content.decode()
    assert "Should have been mended" in page
    assert address in page
    answer = client.post(address, {"ruling": "upheld"}, headers={"HX-Request": "true"})
    assert re.search(r'aria-pressed="true">Should have been mended', answer.content.decode())
    assert (figures(roomy).right, figures(roomy).wrong, figures(roomy).upheld) == (1, 0, 1)
    client.post(address, {"ruling": "overruled"}, headers={"HX-Request": "true"})
    assert (figures(roomy).right, figures(roomy).wrong, figures(roomy).upheld) == (0, 1, 0)


def mark_name(item: Item) -> str:
    return ShownFinding.objects.get(item=item, outcome=Outcome.DISMISSED).fingerprint


def test_an_editor_rules_on_the_author_s_dismissal_and_not_on_their_own(roomy: Cast) -> None:
    item = roomy.judge(hand_in(roomy, MARKED, dismiss=True), roomy.reviewers[0], "edit")
    roomy.start(roomy.editor, Stage.EDITING)
    client, address = signed_in(roomy.editor), f"/p/{roomy.project.slug}/edit/{item.pk}/"
    assert "Should have been mended" in client.get(address).content.decode()
    Dismissal.objects.filter(item=item).update(by=roomy.editor)
    assert "Should have been mended" not in client.get(address).content.decode()
    rule = f"/p/{roomy.project.slug}/items/{item.pk}/findings/{mark_name(item)}/rule"
    assert client.post(rule, {"ruling": "overruled"}).status_code == 409


def test_only_who_judges_it_now_says_so(roomy: Cast) -> None:
    item = hand_in(roomy, MARKED, dismiss=True)
    address = f"/p/{roomy.project.slug}/items/{item.pk}/findings/{mark_name(item)}/rule"
    assert signed_in(roomy.author).post(address, {"ruling": "overruled"}).status_code == 403
    assert signed_in(roomy.editor).post(address, {"ruling": "overruled"}).status_code == 403
    roomy.review_of(item, roomy.reviewers[0])
    assert signed_in(roomy.reviewers[0]).post(address, {"ruling": "perhaps"}).status_code == 409
    assert signed_in(roomy.reviewers[0]).post(address.replace(mark_name(item), "0" * 24)).status_code == 409
    assert not ShownFinding.objects.exclude(ruling="").exists()


def test_a_return_with_a_remark_on_the_same_clause_upholds_the_finding(roomy: Cast) -> None:
    clause = Clause.objects.create(
        guideline=Guideline.objects.create(project=roomy.project), code="ART-1", title="Marks"
    )
    kind = kind_of_marks(roomy)
    Project.objects.filter(pk=roomy.project.pk).update(tuning={kind: {"clause": "ART-1"}})
    item = hand_in(roomy, MARKED, dismiss=True)
    assert figures(roomy).upheld == 0
    remark = Remark("bad_link", "completion", text="These marks point nowhere.", clause_id=clause.pk)
    roomy.judge(item, roomy.reviewers[0], "return", remarks=[remark])
    assert Comment.objects.get().clause == clause
    assert (figures(roomy).upheld, figures(roomy).wrong) == (1, 0)


def kind_of_marks(cast: Cast) -> str:
    probe = cast.start(cast.other_author)
    found = next(
        one for one in dismissing_candidates(probe.item, Written.of(PROMPT, MARKED)) if one.excerpt.strip() == "[3]"
    )
    return f"{found.check}.{found.code}"


# --- the page


def test_every_number_links_to_as_many_findings(roomy: Cast) -> None:
    for number in range(3):
        hand_in(roomy, MARKED, dismiss=number < 2)
    hand_in(roomy, COMPLETION, report("a" * 24, "b" * 24, applied=("a" * 24,)))
    client = signed_in(roomy.manager)
    html = client.get(f"/p/{roomy.project.slug}/checks/").content.decode()
    numbers = re.findall(r'href="([^"]*/checks/findings/[^"]*)">(\d+)</a>', html)
    assert len(numbers) >= 4
    for address, number in numbers:
        listed = client.get(unescape(address)).content.decode()
        assert len(re.findall(r'class="row-link"', listed)) == int(number), address


def test_too_little_is_said_to_be_too_little_and_enough_has_an_interval(roomy: Cast) -> None:
    hand_in(roomy, MARKED, dismiss=True)
    client, address = signed_in(roomy.manager), f"/p/{roomy.project.slug}/checks/"
    assert "too few to say (1 of 8)" in client.get(address).content.decode()
    for _ in range(7):
        hand_in(roomy, MARKED, dismiss=True)
    html = client.get(address).content.decode()
    assert "dismissed 8 of 8 times: consider a note" in html
    assert 'class="interval"' in html
    assert "0 % to 32 %" in re.sub(r"\s+", " ", html)


def test_the_page_and_its_list_cost_the_same_however_much_there_is(roomy: Cast) -> None:
    client = signed_in(roomy.manager)
    addresses = [f"/p/{roomy.project.slug}/checks/{rest}" for rest in ("", "findings/", "csv", "switches/")]

    def costs() -> list[int]:
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            found.append(len(captured.captured_queries))
        return found

    hand_in(roomy, MARKED, dismiss=True)
    before = costs()
    for _ in range(3):
        hand_in(roomy, MARKED, dismiss=True)
    assert costs() == before
    assert max(before) <= 10


def test_the_table_as_csv_has_the_same_figures(roomy: Cast) -> None:
    for _ in range(8):
        hand_in(roomy, MARKED, dismiss=True)
    answer = signed_in(roomy.manager).get(f"/p/{roomy.project.slug}/checks/csv?days=")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["language"], row["dismissed"], row["precision"], row["high"]) for row in rows] == [
        ("en", "8", "0.000", "0.324")
    ]


# --- switches


def preview_words(html: str) -> str:
    found = re.search(r"(?:Would have flagged|Flags)[^<]*", html)
    return found[0] if found else ""


def test_a_preview_says_what_would_change_and_saves_nothing(roomy: Cast) -> None:
    kind, client = kind_of_marks(roomy), signed_in(roomy.manager)
    for number in range(4):
        hand_in(roomy, MARKED if number else COMPLETION)
    address = f"/p/{roomy.project.slug}/checks/switches/{kind}/"
    assert preview_words(client.get(address).content.decode()) == "Flags 3 of the last 4 items."
    with CaptureQueriesContext(connection) as captured:
        html = client.get(address, {"severity": "off"}).content.decode()
    assert preview_words(html) == "Would have flagged 0 of the last 4 items (now 3)."
    assert html.count("no longer flagged") == 3
    assert len(captured.captured_queries) <= 12
    assert Project.objects.get(pk=roomy.project.pk).tuning == {}


def test_a_threshold_counts_only_findings_that_are_sure_enough(roomy: Cast) -> None:
    first, second = hand_in(roomy, COMPLETION), hand_in(roomy, COMPLETION + " It may extend this.")
    for item, score in ((first, 0.9), (second, 0.4)):
        give_score(item, score)
    known = switching.last_judged(roomy.project)
    found = switching.preview(roomy.project, known, "artifacts.likely", Switch("note", 0.5))
    assert (found.now, found.then) == (2, 1)
    assert [one.change for one in found.flagged][:2] in (["severity", "gone"], ["gone", "severity"])
    assert "must" not in {
        choice.value for choice in switching.choices("artifacts.likely", known.of("artifacts.likely"))
    }
    html = signed_in(roomy.manager).get(f"/p/{roomy.project.slug}/checks/switches/artifacts.likely/").content.decode()
    assert "score 0.90" in html
    assert 'name="at_least"' in html


def give_score(item: Item, score: float) -> None:
    """As a check with an engine would have stored it."""
    row = CheckRun.objects.get(text_hash=switching.hash_of(item), check_name="artifacts")
    finding = {
        "check": "artifacts", "code": "likely", "severity": "should", "message": "Reads so.", "field": "completion",
        "start": None, "end": None, "excerpt": f"{score}", "suggestions": [], "clause": "", "data": {"score": score},
    }  # fmt: skip
    CheckRun.objects.create(
        text_hash=row.text_hash, check_name=row.check_name, version=row.version + 1, settings_hash=row.settings_hash,
        guideline_version=row.guideline_version, status="done", findings=[finding], created_at=timezone.now(),
    )  # fmt: skip


def save(client: Client, cast: Cast, kind: str, severity: str, **was: str):
    address = f"/p/{cast.project.slug}/checks/switches/{kind}/"
    sent = {"severity": severity, "at_least": "", "was_severity": "", "was_at_least": ""} | was
    return client.post(address, sent, follow=True)


def test_a_saved_switch_counts_at_once_and_can_be_undone(roomy: Cast) -> None:
    kind, client = kind_of_marks(roomy), signed_in(roomy.manager)
    item = hand_in(roomy, MARKED)
    assert save(client, roomy, kind, "note").status_code == 200
    assert mark_in(item).severity == "note"
    change = SwitchChange.objects.get()
    assert (change.before, change.after, change.by) == ({}, {"severity": "note"}, roomy.manager)
    html = client.get(f"/p/{roomy.project.slug}/checks/switches/").content.decode()
    assert "as the check says → note" in html
    client.post(f"/p/{roomy.project.slug}/checks/switches/{change.pk}/undo")
    assert mark_in(item).severity == "should"
    assert Project.objects.get(pk=roomy.project.pk).tuning == {}
    assert SwitchChange.objects.get(undoes=change).after == {}


def test_a_switch_keeps_its_clause(roomy: Cast) -> None:
    Project.objects.filter(pk=roomy.project.pk).update(tuning={"artifacts": {"clause": "ART-1"}})
    save(signed_in(roomy.manager), roomy, "artifacts", "off")
    assert Project.objects.get(pk=roomy.project.pk).tuning == {"artifacts": {"clause": "ART-1", "severity": "off"}}


def test_two_managers_do_not_overwrite_each_other_unseen(roomy: Cast) -> None:
    kind, client = kind_of_marks(roomy), signed_in(roomy.manager)
    hand_in(roomy, MARKED)
    save(client, roomy, kind, "note")
    assert save(client, roomy, kind, "off").status_code == 409  # its preview was of the check's own severity
    assert Project.objects.get(pk=roomy.project.pk).tuning == {kind: {"severity": "note"}}
    assert save(client, roomy, kind, "off", was_severity="note").status_code == 200


def test_an_earlier_change_is_not_undone_beneath_a_later_one(roomy: Cast) -> None:
    kind = kind_of_marks(roomy)
    first = switching.save(by=roomy.manager, project=roomy.project, kind=kind, switch=Switch("note"))
    switching.save(by=roomy.manager, project=roomy.project, kind=kind, switch=Switch("off"))
    with pytest.raises(Refused, match="changed again"):
        switching.undo(by=roomy.manager, project=roomy.project, change_id=first.pk)
    last = switching.history(roomy.project)[0]
    assert last.can_undo
    assert switching.undo(by=roomy.manager, project=roomy.project, change_id=last.row.pk).after == {"severity": "note"}


def test_the_history_of_switches_is_never_rewritten(roomy: Cast) -> None:
    change = switching.save(by=roomy.manager, project=roomy.project, kind="artifacts", switch=Switch("off"))
    with pytest.raises(IntegrityError), transaction.atomic():
        SwitchChange.objects.filter(pk=change.pk).update(after={})


def test_a_check_offers_no_more_than_it_may(roomy: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(roomy, MARKED)
    answer = save(signed_in(roomy.manager), roomy, "artifacts.no_such_thing", "must")
    assert answer.status_code == 200
    values = {
        choice.value for choice in switching.choices("artifacts", switching.last_judged(roomy.project).of("artifacts"))
    }
    assert values == {"", "must", "should", "note", "off"}
    monkeypatch.setattr(switching, "highest_of", lambda _kind: switching.Severity.NOTE)
    assert [choice.value for choice in switching.choices("ai_detector.likely", [])] == ["", "note", "off"]


def test_an_unknown_check_has_no_switch(roomy: Cast) -> None:
    client = signed_in(roomy.manager)
    for kind in ("nothing", "nothing.at_all", "artifacts.<b>"):
        assert client.get(f"/p/{roomy.project.slug}/checks/switches/{kind}/").status_code == 404


def test_a_project_without_items_says_so(roomy: Cast) -> None:
    client = signed_in(roomy.manager)
    assert "Nothing to tell yet" in client.get(f"/p/{roomy.project.slug}/checks/").content.decode()
    assert "No item has been checked yet" in client.get(f"/p/{roomy.project.slug}/checks/switches/").content.decode()
    page = client.get(f"/p/{roomy.project.slug}/checks/switches/artifacts/").content.decode()
    assert "nothing to preview" in page


# --- engines


def test_the_engine_page_tells_health_latency_queues_and_failures(roomy: Cast) -> None:
    item = hand_in(roomy, MARKED)
    row = CheckRun.objects.filter(check_name="length").get()
    CheckRun.objects.create(
        text_hash=row.text_hash, check_name="length", version=9, settings_hash=1, status="unavailable",
        error="o200k is still loading", next_try_at=timezone.now(), created_at=timezone.now(),
    )  # fmt: skip
    health.report(
        [Health("lingua", "2", is_ready=True), Health("llm", "", False, "It is not configured: set LLM_URL.")]
    )
    workers.beat(["fast"])
    metrics.waited("fast", 0.25)
    client = signed_in(roomy.manager)
    with CaptureQueriesContext(connection) as captured:
        html = client.get("/engines/").content.decode()
    assert len(captured.captured_queries) <= 6
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "1 × o200k is still loading" in text
    assert "It is not configured: set LLM_URL." in text
    assert "0.25 s" in text
    assert item.state == State.IN_REVIEW


def spend(project: Project, cost: str, days_ago: int = 0) -> None:
    day = timezone.localdate() - timedelta(days=days_ago)
    collection = collection_of(project.pk)
    Spending.objects.create(collection=collection, day=day, purpose="routing", calls=3, failures=1, cost=cost)


def test_spending_stands_against_the_budget_and_only_of_one_s_own_projects(roomy: Cast) -> None:
    other = Cast("order-2")
    spend(roomy.project, "3.00")
    spend(roomy.project, "1.50", days_ago=2)
    spend(other.project, "77.00")
    other.project.memberships.filter(user=roomy.manager).delete()
    Project.objects.filter(pk=roomy.project.pk).update(llm_daily_budget="3.00")
    html = signed_in(roomy.manager).get("/engines/").content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "used up for today" in text
    assert "4.50" in text
    assert "77.00" not in text


def test_an_engine_tells_since_when_and_falls_silent_with_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    health.report([Health("llm", "m-1", is_ready=True)])
    first = health.read_seen()[0]
    health.report([Health("llm", "m-1", is_ready=True)])
    again = health.read_seen()[0]
    assert again.since == first.since
    assert again.at > first.at
    health.report([Health("llm", "m-1", is_ready=False, detail="It cannot be reached.")])
    away = health.read_seen()[0]
    assert away.since > first.since
    assert not away.is_silent(away.at)
    assert away.is_silent(away.at + health.SILENT_AFTER * 2)
    assert health.read() == [Health("llm", "m-1", is_ready=False, detail="It cannot be reached.")]


def test_without_redis_the_page_still_answers(roomy: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(roomy.manager)
    unreachable = "redis://127.0.0.1:1/0"
    monkeypatch.setattr("django.conf.settings.REDIS_URL", unreachable)
    health.report([Health("llm", "", is_ready=True)])
    metrics.waited("fast", 1)
    assert health.read() == []
    assert metrics.waits("fast").count == 0
    assert client.get("/engines/").status_code == 200


def test_engines_are_for_managers_and_staff(roomy: Cast) -> None:
    roomy.outsider.is_staff = True
    roomy.outsider.save()
    assert signed_in(roomy.outsider).get("/engines/").status_code == 200
    assert signed_in(roomy.client).get("/engines/").status_code == 403
    assert signed_in(roomy.editor).get("/engines/").status_code == 403


def test_queue_times_are_quantiles_of_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "WAITS_KEPT", 10)
    for seconds in (99, *range(10)):
        metrics.waited("ml", seconds)
    waits = metrics.waits("ml")
    assert (waits.count, waits.p50, waits.p95) == (10, 4.0, 9.0)
