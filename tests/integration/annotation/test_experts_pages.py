"""Experts: the table, a person's page and what a lead does there, My standing, alerts, parity."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation import writing
from annotation.models import Membership, Thread
from annotation.standing import alerts
from annotation.standing.experts_table import TableFilter, table_of
from annotation.standing.parity import FEWEST_PEOPLE, report
from annotation.workflow import State
from experts import overriding
from experts.alerts import is_new, open_alerts
from experts.models import Alert, AlertHandling, Qualification, Standing, StandingChange
from experts.outcomes import Outcome
from experts.states import State as StandingState
from experts.wording import duration
from tests.factories import Cast, member, texts
from tests.integration.annotation.test_manager_pages import signed_in
from tests.judged import ACCEPTED, REJECTED, RETURNED, judge, recompute, slip

pytestmark = pytest.mark.django_db

SENTENCE = re.compile(r"data-sentence>(.*?)</p>", re.DOTALL)


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def address(name: str, cast: Cast, *more: object) -> str:
    return reverse(f"annotation:{name}", args=[cast.project.slug, *more])


def page(cast: Cast, person: User, name: str, *more: object, query: str = "") -> str:
    answer = signed_in(person).get(address(name, cast, *more) + query)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return unescape(answer.content.decode())


def names(cast: Cast, **asked: str) -> list[str]:
    return [row.name for row in table_of(cast.project, TableFilter.of(asked), timezone.now()).rows]


# --- the table


def test_the_table_shows_what_became_of_everybody_s_work(cast: Cast) -> None:
    slip(cast.project, cast.author)
    judge(cast.project, cast.other_author, [ACCEPTED] * 3)
    html = page(cast, cast.manager, "experts")
    assert "expert-en-law" in html
    assert "Deprioritized" in html
    assert "too few decisions: 3" not in html  # not recomputed yet
    recompute(cast.project, cast.author)
    html = page(cast, cast.manager, "experts")
    assert "too few decisions: 3" in html
    assert "1 deprioritized" in html
    row = table_of(cast.project, TableFilter(q="law"), timezone.now()).rows[0]
    assert (row.rejected, row.returned) == (10, 1)
    assert row.low is not None
    assert row.limit < row.low < row.rate < row.high  # type: ignore[operator]


def test_each_number_is_the_length_of_its_list(cast: Cast) -> None:
    accepted, rejected = cast.item_at(State.ACCEPTED), cast.item_at(State.REJECTED)
    row = table_of(cast.project, TableFilter(q="expert-en-law"), timezone.now()).rows[0]
    assert (row.written, row.rejected) == (2, 1)
    assert row.last_active is not None
    for query in (f"?author={cast.author.pk}&flag=handed_in", f"?author={cast.author.pk}&outcome=rejected"):
        listed = page(cast, cast.manager, "items", query=query)
        assert f">#{rejected.pk}</a>" in listed
        assert (f">#{accepted.pk}</a>" in listed) is ("handed_in" in query)
    by_reason = page(cast, cast.manager, "items", query=f"?author={cast.author.pk}&reason=factually_wrong")
    assert f">#{rejected.pk}</a>" in by_reason


def test_the_table_is_sorted_both_ways_and_what_is_missing_stays_last(cast: Cast) -> None:
    third = member(cast.project, "expert-en-zoology", Role.EXPERT)
    judge(cast.project, third, [REJECTED] * 2 + [ACCEPTED] * 20)
    slip(cast.project, cast.author)
    assert names(cast, sort="rejected") == ["expert-en-tax", "expert-en-zoology", "expert-en-law"]
    assert names(cast, sort="-rejected") == ["expert-en-law", "expert-en-zoology", "expert-en-tax"]
    assert names(cast, sort="rate")[-1] == names(cast, sort="-rate")[-1] == "expert-en-tax"
    assert names(cast, sort="weight")[0] == "expert-en-law"
    assert names(cast, sort="no such column")[0] == "expert-en-law"


def test_the_table_is_filtered_by_what_people_know_their_state_and_name(cast: Cast) -> None:
    Qualification.objects.filter(user=cast.other_author).update(skills=["rewriting"])
    slip(cast.project, cast.author)
    assert names(cast, state="deprioritized") == ["expert-en-law"]
    assert names(cast, skill="rewriting") == ["expert-en-law", "expert-en-tax"]
    assert names(cast, skill="extraction") == ["expert-en-law"]
    assert names(cast, language="de") == []
    assert names(cast, q="TAX") == ["expert-en-tax"]
    assert "Nobody is like that" in page(cast, cast.manager, "experts", query="?q=nobody")


@pytest.mark.parametrize("query", ["?cursor=-1", "?cursor=999999999999", "?sort=user__password", "?state=x"])
def test_spoilt_addresses_show_the_table(cast: Cast, query: str) -> None:
    assert "expert-en-law" in page(cast, cast.manager, "experts", query=query)


def test_the_csv_is_what_is_filtered_and_runs_nothing(cast: Cast) -> None:
    User.objects.filter(pk=cast.author.pk).update(name='=HYPERLINK("http://evil.example","expert")')
    slip(cast.project, cast.author)
    answer = signed_in(cast.manager).get(address("experts-csv", cast) + "?state=deprioritized")
    assert answer["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode().removeprefix("\ufeff"))))
    assert [row["expert"] for row in rows] == ['\'=HYPERLINK("http://evil.example","expert")']
    assert rows[0]["rejected"] == "10"
    assert rows[0]["status"] == "deprioritized"


def queries_of(cast: Cast, path: str) -> int:
    client = signed_in(cast.manager)
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


@pytest.mark.parametrize("query", ["", "?sort=-rejected", "?sort=trend", "?q=expert"])
def test_the_table_takes_twelve_queries_however_many_people(cast: Cast, query: str) -> None:
    slip(cast.project, cast.author)
    before = queries_of(cast, address("experts", cast) + query)
    for number in range(8):
        person = member(cast.project, f"expert-{number}", Role.EXPERT)
        judge(cast.project, person, [ACCEPTED, REJECTED] * 6)
    recompute(cast.project, cast.author)
    alerts.look(cast.project, timezone.now())
    assert queries_of(cast, address("experts", cast) + query) == before <= 12


# --- one person


def test_the_person_and_the_manager_read_the_same_sentence_and_numbers(cast: Cast) -> None:
    slip(cast.project, cast.author)
    theirs = page(cast, cast.author, "my-standing")
    ours = page(cast, cast.manager, "expert-page", cast.author.pk)
    sentence = SENTENCE.findall(theirs)
    assert sentence == SENTENCE.findall(ours)
    assert sentence[0].startswith("You get fewer Extraction tasks")
    assert "adds facts not in the context" in sentence[0]
    caption = re.compile(r"<figcaption class=\"small muted\">(\d+ % of the work.*?)</figcaption>")
    assert caption.findall(theirs) == caption.findall(ours) != []


def test_the_page_shows_how_the_numbers_came_about_and_computes_them_again(cast: Cast) -> None:
    standing = slip(cast.project, cast.author)
    html = page(cast, cast.manager, "expert-page", cast.author.pk)
    assert f"The {standing.inputs['score']['decisions']} decisions behind R and N" in html
    verified = page(cast, cast.manager, "expert-verify", cast.author.pk)
    assert "Same numbers" in verified
    standing.inputs["score"]["low"] += 0.01
    standing.save()
    assert "Other numbers" in page(cast, cast.manager, "expert-verify", cast.author.pk)


def decide(cast: Cast, person: User, **sent: object) -> int:
    client = signed_in(cast.manager)
    return client.post(address("expert-decide", cast, person.pk), sent).status_code


def test_a_pause_has_a_note_and_an_end_is_an_event_and_is_lifted(cast: Cast) -> None:
    slip(cast.project, cast.author)
    assert decide(cast, cast.author, state="paused", note="short", days=3) == 409
    assert decide(cast, cast.author, state="paused", note="Sources are missing; let us talk.", days=4) == 409
    assert decide(cast, cast.author, state="trusted", note="Sources are missing; let us talk.", days=3) == 409
    assert decide(cast, cast.author, state="paused", note="Sources are missing; let us talk.", days=3) == 302
    standing = Standing.objects.get(user=cast.author)
    assert standing.state == "paused"
    assert timedelta(days=2.9) < standing.override_until - timezone.now() <= timedelta(days=3)  # type: ignore[operator]
    assert "Sources are missing; let us talk." in page(cast, cast.author, "my-standing")
    assert signed_in(cast.manager).post(address("expert-lift", cast, cast.author.pk)).status_code == 302
    causes = StandingChange.objects.filter(user=cast.author, cause="override").order_by("pk")
    assert [(one.state_after, one.by_id) for one in causes] == [
        ("paused", cast.manager.pk),
        ("deprioritized", cast.manager.pk),
    ]


def test_nobody_decides_about_themselves(cast: Cast) -> None:
    member(cast.project, "manager-1", Role.EXPERT)
    assert decide(cast, cast.manager, state="active", note="I am doing perfectly well.", days=28) == 403
    assert "This is you" in page(cast, cast.manager, "expert-page", cast.manager.pk)


def test_nobody_lifts_what_was_decided_about_themselves(cast: Cast) -> None:
    member(cast.project, "manager-1", Role.EXPERT)
    other = member(cast.project, "manager-2", Role.MANAGER)
    terms = {"user": cast.manager, "project_id": cast.project.pk, "now": timezone.now()}
    until = timezone.now() + timedelta(days=3)
    overriding.override(**terms, state=StandingState.PAUSED, note="Sources are missing.", by=other, until=until)
    assert signed_in(cast.manager).post(address("expert-lift", cast, cast.manager.pk)).status_code == 403
    assert Standing.objects.get(user=cast.manager).state == "paused"
    assert signed_in(other).post(address("expert-lift", cast, cast.manager.pk)).status_code == 302


def test_ones_own_page_does_not_tell_reviewers_by_their_severity(cast: Cast) -> None:
    """A manager who also writes reads everybody's severity on the page of reviewers."""
    member(cast.project, "manager-1", Role.EXPERT)
    slip(cast.project, cast.manager)
    assert "Reviewer's severity" not in page(cast, cast.manager, "expert-page", cast.manager.pk)
    slip(cast.project, cast.author)
    assert "Reviewer's severity" in page(cast, cast.manager, "expert-page", cast.author.pk)


def test_people_of_other_projects_are_not_found(cast: Cast) -> None:
    other = Cast("order-2")
    stranger = member(other.project, "expert-elsewhere", Role.EXPERT)
    for name in ("expert-page", "expert-verify"):
        assert signed_in(cast.manager).get(address(name, cast, stranger.pk)).status_code == 404
    assert signed_in(cast.manager).get(address("expert-page", cast, cast.client.pk)).status_code == 404


# --- my standing


def test_the_first_days_are_explained(cast: Cast) -> None:
    html = page(cast, cast.author, "my-standing")
    assert "How this works." in html
    assert "Nothing was judged yet." in html
    assert "What the AI detector says" in html


def test_work_that_is_accepted_brings_everything_back_and_the_page_says_so(cast: Cast) -> None:
    standing = slip(cast.project, cast.author)
    needed = standing.inputs["facts"]["to_full_weight"]
    html = page(cast, cast.author, "my-standing")
    assert f"<b>{needed} accepted in a row</b>" in html
    assert "Two ways back</h2>" in html
    assert f"{duration(standing.inputs['facts']['delay_minutes'])} later than to others" in html
    later = timezone.now() + timedelta(hours=needed)
    judge(cast.project, cast.author, [ACCEPTED] * needed, until=later)
    renewed = recompute(cast.project, cast.author, later)
    assert standing.weight < 0.9
    assert renewed.weight == 1
    html = page(cast, cast.author, "my-standing")
    assert "<dt>New places show</dt><dd>without delay" in html
    assert "you get work later than others" not in html
    assert "Deprioritized → " in html  # what moved it


def test_nobody_else_is_named_on_ones_own_page(cast: Cast) -> None:
    slip(cast.project, cast.author)
    judge(cast.project, cast.other_author, [REJECTED] * 12, judged_by=cast.reviewers[0])
    decide(cast, cast.author, state="paused", note="Sources are missing; let us talk.", days=3)
    html = page(cast, cast.author, "my-standing")
    for person in (cast.other_author, cast.manager, *cast.reviewers):
        assert person.name not in html


def test_what_an_appeal_stops_does_not_count_and_says_so(cast: Cast) -> None:
    rejected = cast.item_at(State.REJECTED)
    outcome = Outcome.objects.get(item_id=rejected.pk)
    outcome.holds.create(user=cast.author, project_id=cast.project.pk, item_id=rejected.pk, at=timezone.now())
    assert "does not count: an appeal is running" in page(cast, cast.author, "my-standing")


# --- alerts


def clustered(cast: Cast) -> Alert:
    judge(cast.project, cast.author, [ACCEPTED] * 4 + [RETURNED] * 3)
    alerts.look(cast.project, timezone.now())
    return Alert.objects.get(user=cast.author, kind="reasons")


def test_three_of_ten_for_one_reason_raise_one_alert_that_changes_no_standing(cast: Cast) -> None:
    alert = clustered(cast)
    assert alert.numbers == {"times": 3, "of": 7}
    alerts.look(cast.project, timezone.now())
    assert Alert.objects.count() == 1
    assert not Standing.objects.exists()
    assert "3 of the last 7 decisions came with “Adds facts not in the context”." in page(cast, cast.manager, "experts")


def test_what_the_ai_detector_suggests_raises_nothing(cast: Cast) -> None:
    judge(cast.project, cast.author, [RETURNED] * 5, reason="sounds_generated")
    alerts.look(cast.project, timezone.now())
    assert not Alert.objects.exists()


def test_not_a_problem_closes_keeps_quiet_and_is_taken_back(cast: Cast) -> None:
    alert, client = clustered(cast), signed_in(cast.manager)
    client.post(address("alert-close", cast, alert.pk), {"how": "no_problem"})
    alerts.look(cast.project, timezone.now())
    assert open_alerts(cast.project.pk, timezone.now()) == []
    assert "Take back" in page(cast, cast.manager, "alerts")
    client.post(address("alert-reopen", cast, alert.pk))
    assert open_alerts(cast.project.pk, timezone.now()) == [alert]
    client.post(address("alert-close", cast, alert.pk), {"how": "later"})
    assert open_alerts(cast.project.pk, timezone.now()) == []
    assert open_alerts(cast.project.pk, timezone.now() + timedelta(days=4)) == [alert]


def test_what_a_manager_has_seen_is_new_to_nobody_until_somebody_brings_it_back(cast: Cast) -> None:
    alert, client = clustered(cast), signed_in(cast.manager)
    assert "1 new alert</a> waiting for you" in page(cast, cast.manager, "experts")
    for _ in range(2):  # a second click leaves no second row
        client.post(address("alert-close", cast, alert.pk), {"how": "seen"})
    assert [(one.what, one.by) for one in AlertHandling.objects.all()] == [("seen", cast.manager)]
    alerts.look(cast.project, timezone.now())
    other = member(cast.project, "manager-2", Role.MANAGER)
    html = page(cast, other, "experts")
    assert "1 open alert</a>, seen" in html
    assert "Look at these first" not in html
    assert "to look at" not in page(cast, other, "pipeline")
    html = page(cast, other, "alerts")
    assert "Seen, still open" in html
    assert "seen by <bdi>manager-1</bdi>" in html
    signed_in(other).post(address("alert-reopen", cast, alert.pk))
    assert "brought back by <bdi>manager-2</bdi>" in page(cast, cast.manager, "alerts")
    assert "1 new alert</a> waiting for you" in page(cast, cast.manager, "experts")


def test_who_answered_and_who_put_off_is_kept_and_what_comes_back_is_new(cast: Cast) -> None:
    alert, client = clustered(cast), signed_in(cast.manager)
    client.post(address("alert-close", cast, alert.pk), {"how": "later"})
    assert "put off by <bdi>manager-1</bdi>" in page(cast, cast.manager, "alerts")
    later = open_alerts(cast.project.pk, timezone.now() + timedelta(days=4))
    assert [is_new(one) for one in later] == [True]
    client.post(address("alert-close", cast, alert.pk), {"how": "no_problem"})
    assert "</time> · <bdi>manager-1</bdi>" in page(cast, cast.manager, "alerts")
    assert list(AlertHandling.objects.values_list("what", flat=True)) == ["later", "answered"]


def test_nobody_puts_away_an_alert_about_themselves(cast: Cast) -> None:
    alert = clustered(cast)
    Membership.objects.create(project=cast.project, user=cast.author, role=Role.MANAGER)
    client = signed_in(cast.author)
    assert client.post(address("alert-close", cast, alert.pk), {"how": "seen"}).status_code == 403
    assert client.post(address("alert-reopen", cast, alert.pk)).status_code == 403
    assert not AlertHandling.objects.exists()


def test_a_message_answers_the_alert(cast: Cast) -> None:
    alert = clustered(cast)
    text = {"text": "Three came back for the same reason. Shall we look at one together?", "alert": alert.pk}
    assert signed_in(cast.manager).post(address("expert-message", cast, cast.author.pk), text).status_code == 302
    alert.refresh_from_db()
    assert (alert.answer, alert.answered_by_id) == ("message", cast.manager.pk)
    assert Thread.objects.count() == 1


def test_a_pause_from_an_alert_answers_it(cast: Cast) -> None:
    alert = clustered(cast)
    assert decide(cast, cast.author, state="paused", note="After an alert: talk first.", days=1, alert=alert.pk) == 302
    alert.refresh_from_db()
    assert alert.answer == "pause"


def write(cast: Cast, signals: dict[str, int]) -> None:
    assignment = cast.start(cast.author)
    writing.submit(
        person=cast.author, item_id=assignment.item_id, token=str(assignment.token), written=texts(), signals=signals
    )


USUAL = {"typed": 400, "pasted_outside": 20, "active_seconds": 300}
BURST = {"typed": 20, "pasted_outside": 400, "active_seconds": 30}


def test_sudden_speed_and_pasting_are_told_from_the_person_s_own_past() -> None:
    cast = Cast(target=40, open_cap=50)
    for _ in range(15):
        write(cast, USUAL)
    for _ in range(4):
        write(cast, BURST)
    alerts.look(cast.project, timezone.now())
    assert not Alert.objects.exists()
    write(cast, BURST)
    alerts.look(cast.project, timezone.now())
    assert set(Alert.objects.values_list("kind", flat=True)) == {"speed", "paste"}
    html = page(cast, cast.manager, "alerts")
    assert "95 % of the last 5 items was pasted from elsewhere; usual are 5 % for them" in html
    Alert.objects.all().delete()
    cast.project.research_skills = [cast.cell.skill]
    alerts.look(cast.project, timezone.now())
    assert set(Alert.objects.values_list("kind", flat=True)) == {"speed"}  # where research is the work, pasting is too


def test_hasty_verdicts_all_alike_are_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experts.alerts.STREAK", 2)
    for _ in range(2):
        cast.judge(cast.write(), cast.reviewers[0], "accept")
    alerts.look(cast.project, timezone.now())
    alert = Alert.objects.get()
    assert (alert.user_id, alert.kind, alert.about) == (cast.reviewers[0].pk, "streak", "accept")
    assert "2 times “Accept” in a row" in page(cast, cast.manager, "alerts")


def test_the_list_of_alerts_takes_no_more_queries_for_more_of_them(cast: Cast) -> None:
    clustered(cast)
    before = queries_of(cast, address("alerts", cast))
    judge(cast.project, cast.other_author, [RETURNED] * 3 + [REJECTED] * 3, reason="format")
    judge(cast.project, cast.author, [RETURNED] * 3, reason="too_long")
    alerts.look(cast.project, timezone.now())
    assert Alert.objects.count() == 3
    assert queries_of(cast, address("alerts", cast)) == before


# --- parity


def test_parity_hides_small_groups_and_marks_what_is_below_four_fifths(cast: Cast) -> None:
    for number in range(FEWEST_PEOPLE):
        fine = member(cast.project, f"native-{number}", Role.EXPERT)
        Qualification.objects.filter(user=fine).update(native=True)
        judge(cast.project, fine, [ACCEPTED] * 9 + [REJECTED])
        judge(cast.project, member(cast.project, f"learner-{number}", Role.EXPERT), [ACCEPTED] * 6 + [REJECTED] * 4)
    judge(cast.project, cast.author, [REJECTED] * 40, language="fi")
    by_language, by_native = report(cast.project)
    assert [group.name for group in by_language.groups] == ["English"]
    assert by_language.hidden == 1
    learned, first = sorted(by_native.groups, key=lambda group: -group.rejected.share)
    assert (learned.name, first.name) == ("Learned language", "First language")
    assert learned.marked == ["rejected"]
    assert first.marked == []
    assert learned.rejected.low < 0.4 < learned.rejected.high
    html = page(cast, cast.manager, "parity")
    assert "▲ below 4/5" in html
    assert "FI" not in re.findall(r'<th scope="row">(.*?)</th>', html)
