"""Numbers on *Reviewers* and the lists behind them; the estimate from all judgements; what reviewers read of them."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation.models import Control, Item, Look, Membership, Project, Review
from annotation.reviewers import cases, consistency, controls, copies, estimates
from annotation.reviewers.board import Group, Wanted, board, texts_behind
from annotation.reviewers.estimates import Evidence, Said, qualities
from annotation.reviewers.trend_picture import trend_of
from annotation.rubric import CRITERIA
from annotation.workflow import Stage, State
from experts.agreement import Agreement
from experts.reviewers import record_reviewer_outcome
from tests.factories import Cast, desk, member

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]


def get(person: User, path: str) -> str:
    client = Client()
    client.force_login(person)
    answer = client.get(path)
    assert answer.status_code == 200, path
    return b"".join(answer).decode()


def told(cast: Cast, said: str, truth: str, kind: str, times: int, item: int) -> None:
    for number in range(times):
        record_reviewer_outcome(
            cast.reviewers[0], cast.project.pk, item + number, kind, said, truth,
            [] if said == "accept" else ["bad_link"], [] if truth == "accept" else ["bad_link"], timezone.now(),
        )  # fmt: skip


@pytest.fixture
def measured() -> Cast:
    cast = Cast(target=40, second_look_percent=0, control_percent_new=0)
    for _ in range(7):
        cast.item_at(State.ACCEPTED)
    for _ in range(3):
        cast.item_at(State.DISPUTED)
    told(cast, "accept", "reject", "control", 3, 70_000)
    told(cast, "reject", "reject", "control", 5, 71_000)
    told(cast, "edit", "accept", "correction", 6, 72_000)
    told(cast, "accept", "accept", "appeal", 2, 73_000)
    told(cast, "accept", "return", "second", 4, 74_000)
    return cast


def test_every_number_of_a_reviewer_is_the_length_of_its_list(measured: Cast) -> None:
    person = measured.reviewers[0]
    figures = next(one for one in consistency.figures_of(measured.project) if one.reviewer == person)
    lists = {what: cases.cases_of(measured.project, person, what) for what in cases.What}
    of = {
        cases.What.REVIEWS: figures.reviews, cases.What.FAULTS: figures.sensitivity.of,
        cases.What.GOOD: figures.specificity.of, cases.What.PEERS: figures.peers.of,
        cases.What.OVERTURNED: figures.overturned.of, cases.What.REASONS: figures.reasons_of,
        cases.What.STREAK: figures.streak,
    }  # fmt: skip
    assert {what: len(lists[what]) for what in of} == of
    assert min(of[what] for what in of if what != cases.What.STREAK) > 0
    assert sum(one.is_right for one in lists[cases.What.FAULTS]) == figures.sensitivity.hits == 5
    assert sum(one.is_right for one in lists[cases.What.GOOD]) == figures.specificity.hits == 2
    assert sum(one.is_right for one in lists[cases.What.PEERS]) == figures.peers.hits
    assert sum(not one.is_right for one in lists[cases.What.OVERTURNED]) == figures.overturned.hits


def test_every_link_of_the_page_opens_a_list_and_every_number_is_a_link(measured: Cast) -> None:
    page = get(measured.manager, f"/p/{measured.project.slug}/reviewers/")
    links = {html.unescape(one) for one in re.findall(r'href="([^"]*/reviewers/[^"]+)"', page) if "/csv" not in one}
    assert {one.split("what=")[1] for one in links if "what=" in one} >= {"reviews", "faults", "good", "peers"}
    assert any("only=differ" in one for one in links)
    for link in [one for one in links if "?" in one]:
        assert "Nothing is known yet" not in get(measured.manager, link), link
    cells = re.findall(r'<td class="number"[^>]*>(.*?)</td>', page, re.DOTALL)
    bare = [one for one in cells if re.fullmatch(r"\s*[1-9]\d*( %)?\s*", one)]
    assert bare == []


def test_the_list_can_be_narrowed_to_what_was_missed_and_is_paged(measured: Cast) -> None:
    told(measured, "accept", "reject", "control", cases.PAGE, 80_000)
    address = f"/p/{measured.project.slug}/reviewers/{measured.reviewers[0].pk}/cases/?what=faults"
    page = get(measured.manager, address)
    assert "cursor=50" in page
    assert "cursor" not in get(measured.manager, f"{address}&cursor=50&only=wrong").split("pager")[0]
    for spoilt in ("cursor=x", "cursor=-1", "cursor=99999", "what=nonsense", "only=x"):
        get(measured.manager, f"{address}&{spoilt}")


def test_a_verdict_on_a_copy_is_listed_with_its_original_for_managers(measured: Cast) -> None:
    cast = measured
    look = answered(cast)
    listed = cases.cases_of(cast.project, look.person, cases.What.KNOWN)
    assert [(one.item, one.copy) for one in listed] == [(look.source_id, look.item_id)]
    page = get(cast.manager, f"/p/{cast.project.slug}/reviewers/controls/looks/?control={look.control_id}&only=judged")
    assert f"copy #{look.item_id}" in page
    assert str(look.person) in page


def answered(cast: Cast, said: str = "accept") -> Look:
    """Somebody new has judged a copy of a rejected text."""
    item = cast.item_at(State.REJECTED)
    control = controls.make(desk(cast.manager, cast.project), item)
    for _ in range(copies.BORN_PER_NUMBER):
        cast.write(cast.other_author)
    copies.lay_by_numbers(cast.project.pk)
    Project.objects.filter(pk=cast.project.pk).update(control_percent_new=100)
    person = member(cast.project, "newcomer", Role.REVIEWER)
    copy = cast.start(person, Stage.REVIEW).item
    cast.judge(copy, person, said)
    return Look.objects.select_related("person", "control").get(item=copy, control=control)


def test_who_also_writes_is_not_led_to_who_judged_their_text(measured: Cast) -> None:
    cast = measured
    look = answered(cast)
    Membership.objects.create(project=cast.project, user=cast.author, role=Role.MANAGER)
    for path in (f"{look.person_id}/cases/?what=known", "texts/", "controls/looks/"):
        page = get(cast.author, f"/p/{cast.project.slug}/reviewers/{path}")
        assert f"/items/{look.source_id}/" not in page
        assert "reviewer-1</bdi>" not in page


def test_texts_behind_an_agreement_are_as_many_as_it_says(measured: Cast) -> None:
    found = board(measured.project)
    groups = [*found.cells, *found.versions, *found.weeks, *found.reasons, *found.rubric]
    for group in groups:
        texts = texts_behind(measured.project, Wanted.of({name: str(value) for name, value in group.terms.items()}))
        assert len(texts) == group.found.units, group
    assert len(texts_behind(measured.project, Wanted.of({}))) == found.overall.units == 10
    differing = texts_behind(measured.project, Wanted.of({"only": "differ"}))
    assert len(differing) == 3
    assert found.overall.raw == 0.7
    assert texts_behind(measured.project, Wanted.of({"cell": "x", "week": "2026-W99"})) == []


def test_a_trend_needs_two_points_and_says_itself_in_words() -> None:
    def group(name: str, ac1: float | None) -> Group:
        return Group(name, Agreement(12, ac1, ac1, ac1), {})

    assert trend_of([group("one", 0.5), group("two", None)]) is None
    trend = trend_of([group("one", 0.25), group("two", None), group("three", -0.5), group("four", 1.0)])
    assert trend is not None
    assert [dot.name for dot in trend.dots] == ["one", "three", "four"]
    assert trend.dots[1].y == 74
    assert trend.dots[2].y == 6
    assert trend.words == "AC1 0.25 (one) → 1.00 (four)"


def evidence(texts: int) -> Evidence:
    """Three who agree, and one who says reject wherever they say accept."""
    answers = [
        Said(f"text {number}", person, "reject" if person == 4 else "accept")
        for number in range(texts)
        for person in (1, 2, 3, 4)
    ]
    return Evidence(answers, {})


def test_whoever_stands_against_all_is_estimated_low_and_few_answers_say_nothing() -> None:
    assert all(one.estimate is None for one in qualities(evidence(estimates.LEAST_TEXTS - 1)).values())
    rare = [Said(f"text {number}", 9, "accept") for number in range(estimates.LEAST_ANSWERS - 1)]
    full = evidence(estimates.LEAST_TEXTS)
    found = qualities(Evidence([*full.answers, *rare], {}))
    assert found[9].estimate is None
    assert found[9].answers == estimates.LEAST_ANSWERS - 1
    good, bad = found[1], found[4]
    assert good.estimate is not None
    assert bad.estimate is not None
    assert good.estimate.mean > 0.8 > 0.4 > bad.estimate.mean
    low, high = bad.interval or (0.0, 0.0)
    assert low < bad.estimate.mean < high


def test_what_is_known_decides_against_a_majority() -> None:
    full = evidence(estimates.LEAST_TEXTS)
    told_otherwise = Evidence(full.answers, {one.text: "reject" for one in full.answers})
    found = qualities(told_otherwise)
    assert found[4].estimate.mean > 0.8 > 0.4 > found[1].estimate.mean


def test_a_copy_counts_for_whoever_judged_it_and_not_for_whoever_made_it_known(measured: Cast) -> None:
    look = answered(measured)
    found = estimates.evidence_in(measured.project)
    of_control = [one for one in found.answers if one.text == f"control {look.control_id}"]
    assert [(one.reviewer, one.side) for one in of_control] == [(look.person_id, "accept")]
    assert found.known[f"control {look.control_id}"] == "reject"
    people = {one.reviewer for one in found.answers}
    assert not people & {person.pk for person in copies.stand_ins().values()}
    singles = [one.text for one in found.answers if one.text.startswith("text")]
    assert all(singles.count(text) > 1 for text in singles)


def test_the_estimates_page_says_what_it_is_and_asks_the_same_however_many_texts_there_are(measured: Cast) -> None:
    address = f"/p/{measured.project.slug}/reviewers/estimates/"
    assert "Too few texts" in get(measured.manager, address)
    with CaptureQueriesContext(connection) as before:
        get(measured.manager, address)
    revisions = Item.objects.filter(project=measured.project).values_list("pk", "current")
    Review.objects.bulk_create(
        Review(
            item_id=item, revision_id=revision, reviewer=person, round=number, verdict="accept",
            created_at=timezone.now(), **dict.fromkeys(CRITERIA, 4),
        )
        for item, revision in revisions for number in range(50, 53) for person in measured.reviewers
    )  # fmt: skip
    with_more = [f"{address}?cell={measured.cell.pk}", f"{address}?cell=x"]
    assert all("It is no measurement" in get(measured.manager, one) for one in with_more)
    with CaptureQueriesContext(connection) as after:
        get(measured.manager, address)
    assert len(after) <= len(before)


def test_own_figures_move_on_mondays_alone(measured: Cast) -> None:
    """A figure that moved with a verdict would tell that its text was a control item."""
    person = member(measured.project, "newcomer", Role.REVIEWER)
    page = reverse("annotation:my-standing", args=[measured.project.slug])
    before = get(person, page).partition("Your reviews")[2].partition("</section>")[0]
    answered(measured)
    assert consistency.own_figures(person, measured.project).sensitivity.of == 1
    after = get(person, page).partition("Your reviews")[2].partition("</section>")[0]
    assert before == after
    monday = consistency.figures_for_oneself(person, measured.project, timezone.now() + timedelta(days=7))
    assert (monday.reviews, monday.sensitivity.of) == (1, 1)


def test_a_week_begins_on_monday() -> None:
    beginning = datetime(2026, 11, 16, tzinfo=UTC)
    for moment in (beginning, datetime(2026, 11, 22, 23, 59, tzinfo=UTC)):
        assert consistency.beginning_of_week(moment) == beginning


def test_a_control_from_before_the_guideline_changed_is_not_planted(measured: Cast) -> None:
    cast = measured
    item = cast.item_at(State.REJECTED)
    control = controls.make(desk(cast.manager, cast.project), item)
    waits = cast.write(cast.other_author)
    newcomer = desk(member(cast.project, "newcomer", Role.REVIEWER), cast.project)
    assert controls.choose(newcomer, waits) is not None
    waits.current.guideline_version = control.revision.guideline_version + 1
    assert controls.choose(newcomer, waits) is None
    assert Control.objects.get().retired_at is None
