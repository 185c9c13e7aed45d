"""Reviewer consistency: figures with what stands behind them, or “too few”."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation.models import Control, Look
from annotation.reviewers import cases, consistency, controls
from annotation.reviewers.board import board as board_of
from annotation.workflow import State
from experts.reviewers import record_reviewer_outcome
from tests.factories import Cast, desk

pytestmark = pytest.mark.django_db


def told(cast: Cast, said: str, truth: str, times: int = 1, kind: str = "control", item: int = 10_000) -> None:
    for number in range(times):
        record_reviewer_outcome(
            cast.reviewers[0], cast.project.pk, item + number, kind, said, truth,
            [] if said == "accept" else ["bad_link"], [] if truth == "accept" else ["bad_link", "format"],
            timezone.now(),
        )  # fmt: skip


def get(cast: Cast, path: str) -> str:
    client = Client()
    client.force_login(cast.manager)
    answer = client.get(f"/p/order-1/{path}")
    assert answer.status_code == 200
    return b"".join(answer).decode()


def test_too_few_says_so_and_enough_says_a_share_with_its_interval(cast: Cast) -> None:
    told(cast, "accept", "reject", 4)
    assert consistency.own_figures(cast.reviewers[0], cast.project).sensitivity.value is None
    assert "too few (4)" in get(cast, "reviewers/")
    told(cast, "return", "edit", 4, item=20_000)
    own = consistency.own_figures(cast.reviewers[0], cast.project)
    assert own.sensitivity.value == 0.5
    low, high = own.sensitivity.interval
    assert 0.2 < low < 0.3 < 0.7 < high < 0.8
    assert "between" in get(cast, "reviewers/")


def test_good_texts_refused_are_specificity_and_reasons_are_compared(cast: Cast) -> None:
    told(cast, "reject", "accept", 2)
    told(cast, "accept", "accept", 6, item=20_000)
    told(cast, "reject", "reject", 5, item=30_000)
    own = consistency.own_figures(cast.reviewers[0], cast.project)
    assert (own.specificity.value, own.sensitivity.value, own.reasons) == (0.75, 1.0, 0.5)


def test_a_correction_counts_as_overturned_and_a_second_look_only_among_peers(cast: Cast) -> None:
    told(cast, "accept", "reject", 5, kind="correction")
    told(cast, "return", "edit", 5, kind="correction", item=20_000)
    told(cast, "accept", "reject", 5, kind="second", item=30_000)
    own = consistency.own_figures(cast.reviewers[0], cast.project)
    assert own.overturned.value == 0.5
    assert (own.peers.hits, own.peers.of) == (0, 5)
    assert own.sensitivity.of == 10


def test_who_also_writes_does_not_read_there_who_judged_their_text(cast: Cast) -> None:
    item = cast.write()
    told(cast, "accept", "reject", kind="correction", item=item.pk)
    link = f"/p/order-1/items/{item.pk}/"
    assert link in get(cast, f"reviewers/{cast.reviewers[0].pk}/")
    behind = cases.cases_of(cast.project, cast.reviewers[0], cases.What.KNOWN)
    assert [one.item for one in behind] == [item.pk]
    assert cases.without_own_texts(behind, cast.author) == []


def test_peers_are_those_who_judged_the_same_text(cast: Cast) -> None:
    for _ in range(2):
        cast.item_at(State.ACCEPTED)
    cast.item_at(State.DISPUTED)
    own = {one.reviewer.name: one for one in consistency.figures_of(cast.project)}
    assert [(own[name].peers.hits, own[name].peers.of) for name in ("reviewer-1", "reviewer-2")] == [(2, 3), (2, 3)]
    assert consistency.own_figures(cast.reviewers[0], cast.project).peers == own["reviewer-1"].peers
    board = board_of(cast.project)
    assert board.overall.units == 3
    assert board.overall.alpha is None


def test_agreement_shows_from_ten_texts_on_by_cell_rubric_reason_and_version() -> None:
    cast = Cast(target=20, second_look_percent=0, control_percent_new=0)
    for _ in range(9):
        cast.item_at(State.ACCEPTED)
    cast.item_at(State.REJECTED)
    board = board_of(cast.project)
    assert (board.overall.raw, board.overall.alpha, board.overall.ac1) == (1.0, 1.0, 1.0)
    assert [group.found.raw for group in (*board.cells, *board.versions, *board.reasons)] == [1.0, 1.0, 1.0]
    assert len(board.rubric) == 5
    assert "AC1" in get(cast, "reviewers/")


def test_the_page_costs_the_same_however_many_reviewers_there_are(cast: Cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            get(cast, "reviewers/")
        return len(captured)

    before = statements()
    cast.item_at(State.ACCEPTED)
    cast.item_at(State.DISPUTED)
    assert statements() <= before


def test_the_csv_has_a_row_per_reviewer_and_runs_no_formula(cast: Cast) -> None:
    cast.reviewers[0].name = "=HYPERLINK(1)"
    cast.reviewers[0].save()
    lines = get(cast, "reviewers/csv").splitlines()
    assert len(lines) == 4
    assert not any(line.startswith(("=", "\ufeff=")) for line in lines)


def test_a_control_most_get_wrong_is_to_be_looked_at(cast: Cast) -> None:
    item = cast.item_at(State.REJECTED)
    control = controls.make(desk(cast.manager, cast.project), item)
    copies = [cast.write() for _ in range(5)]
    Look.objects.bulk_create(
        Look(
            kind="control", project=cast.project, cell=cast.cell, control=control, source=copy, revision=copy.current,
            wanted_at=timezone.now(), item=copy, person=cast.reviewers[2], planted_at=timezone.now(),
            moves_on_at=timezone.now(), judged_at=timezone.now(), agrees=number == 0,
        )
        for number, copy in enumerate(copies)
    )  # fmt: skip
    assert consistency.known_items(cast.project)[0].is_suspect
    assert "look at it" in get(cast, "reviewers/controls/")


def test_one_click_on_the_item_page_makes_it_and_one_retires_it(cast: Cast) -> None:
    item = cast.item_at(State.REJECTED)
    assert "Make control item" in get(cast, f"items/{item.pk}/")
    client = Client()
    client.force_login(cast.manager)
    client.post(f"/p/order-1/items/{item.pk}/control")
    control = Control.objects.get()
    assert "already" in get(cast, f"items/{item.pk}/")
    client.post(f"/p/order-1/reviewers/controls/{control.pk}/use", {"verb": "retire"})
    assert Control.objects.get().retired_by == cast.manager
    client.post(f"/p/order-1/reviewers/controls/{control.pk}/use", {"verb": "bring_back"})
    assert Control.objects.get().retired_at is None


def test_what_is_not_known_has_no_button(cast: Cast) -> None:
    item = cast.item_at(State.IN_REVIEW)
    assert "Make control item" not in get(cast, f"items/{item.pk}/")


def test_the_shares_are_settings(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.manager)
    sent = {
        "control_percent": 5, "control_percent_new": 12, "control_new_until": 40, "control_showings": 7,
        "control_feedback": "on", "second_look_percent": 8,
    }  # fmt: skip
    assert client.post("/p/order-1/reviewers/controls/settings", sent).status_code == 302
    cast.project.refresh_from_db()
    assert (cast.project.control_percent, cast.project.second_look_percent) == (5, 8)
    assert client.post("/p/order-1/reviewers/controls/settings", sent | {"control_percent": 90}).status_code == 422
