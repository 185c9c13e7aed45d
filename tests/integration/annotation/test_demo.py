"""The demo project shows everything, through real steps, and starts only once."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from annotation import invariants
from annotation.models import Clause, Comment, EditHunk, Item, Project, Revision
from annotation.onboarding.arrivals import journeys_of, per_person
from annotation.onboarding.funnel import Step
from annotation.workflow import State
from qa.models import CheckRun

pytestmark = pytest.mark.django_db


def seeded(*arguments: str) -> str:
    out = StringIO()
    call_command("seed_demo", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_demo_has_items_in_every_state_and_breaks_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    lines = [line.split() for line in seeded("--once").splitlines()]
    assert [role for role, _, _ in lines] == ["expert", "reviewer", "editor", "manager", "client"]
    assert {password for _, _, password in lines} == {"scriptorium-demo"}
    assert set(Item.objects.values_list("state", flat=True)) == set(State) - {State.CHECKING}
    assert invariants.violations() == {}
    # Only the pair that is meant to fails; the others would be bad examples.
    assert Item.objects.filter(events__action="bounce").count() == 1
    assert Comment.objects.exclude(quote="").filter(state="open").exists()
    assert EditHunk.objects.filter(response="").exists()
    assert Revision.objects.filter(item__state=State.RETURNED, number=1).exists()
    assert Item.objects.filter(state=State.SET_ASIDE, drafts__completion__gt="").exists()
    assert CheckRun.objects.filter(findings__contains=[{"severity": "should"}]).exists()
    assert Clause.objects.count() >= 12
    people = per_person(journeys_of(Project.objects.get()))
    assert len(people) == 10
    assert {one.step for one in people} >= {Step.INVITED, Step.APPLIED, Step.TESTING, Step.QUALIFIED}


def test_second_start_leaves_the_demo_as_it_is_and_prints_the_sign_ins_again() -> None:
    first = seeded("--once", "--items", "3")
    before = Item.objects.filter(is_control=False).count()
    assert seeded("--once") == first
    assert Item.objects.filter(is_control=False).count() == before == 3
    with pytest.raises(CommandError, match="there already"):
        seeded()


def test_more_items_than_written_are_variants() -> None:
    seeded("--items", "50")
    assert Item.objects.filter(is_control=False).count() == 50
    assert invariants.violations() == {}
