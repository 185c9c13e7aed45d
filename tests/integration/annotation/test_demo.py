"""The demo project shows everything, through real steps, and starts only once."""

from collections import Counter
from datetime import timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from annotation import invariants
from annotation.item_lists import ItemFilter, items_matching
from annotation.models import Clause, Comment, Control, EditHunk, Item, ItemEvent, Project, Revision
from annotation.onboarding.arrivals import journeys_of, per_person
from annotation.onboarding.funnel import Step
from annotation.standing.experts_table import TableFilter, table_of
from annotation.standing.my_standing import ways_back
from annotation.standing.person_history import decided, shown
from annotation.workflow import State
from experts.models import Alert, Outcome, ReviewerOutcome, Standing, StandingChange
from experts.states import State as StandingState
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
    project = Project.objects.get()
    assert {one.step for one in per_person(journeys_of(project))} == set(Step)
    every_state_has_somebody(project)
    every_number_about_an_expert_opens_its_items(project)
    times_of_the_past_are_in_order(project)
    known = Counter(Control.objects.values_list("verdict", flat=True))
    assert min(known["accept"], known["reject"]) >= 3
    answered = ReviewerOutcome.objects.filter(kind=ReviewerOutcome.Kind.CONTROL)
    assert answered.filter(said=F("truth")).exists()
    assert answered.exclude(said=F("truth")).exists()


def every_state_has_somebody(project: Project) -> None:
    standings = {one.state: one for one in Standing.objects.filter(project_id=project.pk).order_by("outcomes")}
    assert set(standings) == set(StandingState)
    held_back = standings["deprioritized"]
    assert held_back.weight < 0.8
    assert "fewer Extraction tasks" in held_back.reason
    assert "mostly “adds facts not in the context”" in held_back.reason
    assert "Two ways back: a training set" in held_back.reason
    assert ways_back(shown(held_back.user, project), held_back.user, project).training is not None
    assert StandingChange.objects.filter(user=held_back.user).earliest("at").at < timezone.now() - timedelta(days=1)
    assert Alert.objects.filter(answer="").exists()


def every_number_about_an_expert_opens_its_items(project: Project) -> None:
    assert set(Outcome.objects.values_list("item_id", flat=True)) <= set(Item.objects.values_list("pk", flat=True))
    now = timezone.now()
    table = table_of(project, TableFilter(), now, whole=True).rows
    assert len(table) >= 11
    for row in table:
        for asked, count in (
            ({"flag": "handed_in"}, row.written),
            ({"outcome": "rejected"}, row.rejected),
            ({"outcome": "returned"}, row.returned),
        ):
            wanted = ItemFilter.of({"author": str(row.user_id)} | asked)
            assert items_matching(project, wanted, now).count() == count, (row.name, asked)
    for person in User.objects.filter(outcomes__project_id=project.pk).distinct():
        assert all(one.is_here for one in decided(person, project))


def times_of_the_past_are_in_order(project: Project) -> None:
    """The clock is turned back around whole steps; nothing is older than the project or ahead of now."""
    events = ItemEvent.objects.filter(item__is_control=False).order_by("item_id", "number")
    times = list(events.values_list("item_id", "at"))
    for (item, at), (following, later) in pairwise(times):
        assert item != following or at <= later
    assert min(at for _, at in times) >= project.created_at
    assert max(at for _, at in times) <= timezone.now()
    assert timezone.now() - min(at for _, at in times) > timedelta(days=14)


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
