"""How a text came about, as reviewers and editors read it: two hints, calm words, no verdict."""

import pytest
from django.test import Client
from django.urls import reverse

from annotation import writing
from annotation.copilot.evidence import NO_SIGN, NOT_JUDGED, NOT_RUN, evidence_of
from annotation.copilot.panel import Addresses, Away, Panel, rows_of
from annotation.models import Item
from qa.checks.base import Finding, Severity
from tests.factories import Cast, texts

pytestmark = pytest.mark.django_db

STRONG = Finding(
    "ai_detector", "reads_generated", Severity.NOTE, "Some passages read like machine text.",
    data={"to_reviewer": "About 3 of 100 human texts of this kind score as high.", "reasons": ["Even sentences"]},
)  # fmt: skip


def written_with(cast: Cast, **signals: int) -> Item:
    item = cast.write()
    assert item.current is not None
    item.current.signals = signals | {"findings": {"shown": {}, "applied": []}}
    return item


def test_the_two_hints_stand_beside_each_other(cast: Cast) -> None:
    item = written_with(cast, typed=90, pasted_outside=10, deleted=20, active_seconds=600)
    evidence = evidence_of(item, Panel(rows=rows_of([STRONG], {}, Addresses("/guideline"))))
    assert evidence.is_strong
    assert "About 3 of 100" in evidence.text
    assert evidence.reasons == ["Even sentences"]
    assert evidence.shares == [("typed", 90), ("pasted from elsewhere", 10)]
    assert (evidence.deleted, evidence.minutes, evidence.flags) == (20, 10, [])


def test_much_that_was_pasted_is_worth_a_look(cast: Cast) -> None:
    evidence = evidence_of(written_with(cast, typed=10, pasted_outside=5000), Panel())
    assert len(evidence.flags) == 1
    assert "pasted from outside" in evidence.flags[0]


@pytest.mark.parametrize(
    ("panel", "words"),
    [
        (Panel(), NOT_RUN),
        (Panel(done=frozenset({"ai_detector"})), NO_SIGN),
        (Panel(unavailable=[Away("AI detector", "loading", "ai_detector")]), NOT_JUDGED),
    ],
)
def test_a_detector_that_said_nothing_is_told_apart_from_one_that_found_nothing(
    cast: Cast, panel: Panel, words: str
) -> None:
    assert evidence_of(cast.write(), panel).text == words


def test_reviewers_and_editors_read_it_with_the_caution_and_authors_do_not(client: Client, cast: Cast) -> None:
    item = cast.write()
    cast.review_of(item, cast.reviewers[0])
    client.force_login(cast.reviewers[0])
    page = client.get(reverse("annotation:review", args=[cast.project.slug, item.pk])).content.decode()
    assert "Not proof. Do not reject on this alone." in page
    assignment = cast.start(cast.other_author)
    client.force_login(cast.other_author)
    bench = client.get(reverse("annotation:workbench", args=[cast.project.slug, assignment.item_id])).content.decode()
    assert "Do not reject on this alone" not in bench


def test_where_research_is_part_of_the_work_nothing_is_counted_whatever_a_page_sends(cast: Cast) -> None:
    cast.project.research_skills = [cast.cell.skill]
    cast.project.save()
    signals = {"typed": 5, "pasted_outside": 900, "findings": {"shown": {}, "applied": []}}
    assignment = cast.start(cast.author)
    item = writing.submit(
        person=cast.author, item_id=assignment.item_id, token=str(assignment.token), written=texts(), signals=signals
    )
    assert item.current is not None
    assert item.current.signals == {"findings": {"shown": {}, "applied": []}}
    evidence = evidence_of(item, Panel())
    assert (evidence.is_counted, evidence.has_writing, evidence.flags) == (False, False, [])
