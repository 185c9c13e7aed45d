"""What a person's standing does to what they are offered, through the real stage functions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation import handing_out, queues, reviewing, serving
from annotation.models import Assignment, Item, Place
from annotation.workflow import Stage, State
from core.refusal import Refused
from experts import overriding, project_rules, states
from experts.models import Outcome, Standing
from experts.rules import Rule
from tests.factories import Cast, desk, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    serving._known.clear()
    queues._counted.clear()


def lowered(cast: Cast, weight: float = 0.5, deference: float = 1.0) -> None:
    Standing.objects.create(
        user=cast.author,
        project_id=cast.project.pk,
        weight=weight,
        deference=deference,
        state=states.State.DEPRIORITIZED,
    )
    serving.forget(cast.project.pk)


def freed(ago: timedelta) -> None:
    Place.objects.update(ready_at=timezone.now() - ago)


def start(cast: Cast, stage: Stage = Stage.WRITING, **more: bool) -> object:
    return handing_out.start_next(desk(cast.author, cast.project), stage, **more)


def pause(cast: Cast) -> None:
    now = timezone.now()
    overriding.override(
        user=cast.author, project_id=cast.project.pk, state=states.State.PAUSED, note="Copies from another project.",
        by=user("manager-1"), until=now + timedelta(days=3), now=now,
    )  # fmt: skip


def test_a_pause_refuses_new_places_and_says_who_why_and_until(cast: Cast) -> None:
    held = cast.start(cast.author)
    pause(cast)
    assert start(cast) == held, "what is in hand stays"
    with pytest.raises(Refused) as refused:
        start(cast, another=True)
    assert refused.value.code == "paused"
    said = str(refused.value.refusal)
    for part in ("paused until", "Copies from another project.", "manager-1", "in hand stays"):
        assert part in said


def test_a_pause_ends_at_its_hour(cast: Cast) -> None:
    pause(cast)
    Standing.objects.update(override_until=timezone.now() - timedelta(seconds=1))
    freed(timedelta(days=1))
    assert start(cast)


def test_the_projects_own_delay_counts_and_the_refusal_tells_how_long(cast: Cast) -> None:
    lowered(cast)
    freed(timedelta(minutes=210))
    said = str(handing_out.why_empty(desk(cast.author, cast.project), Stage.WRITING))
    assert "shows to you in 30 min," in said, said
    freed(timedelta(minutes=241))
    assert start(cast)


def test_the_delay_is_counted_from_the_last_hand_in_too(cast: Cast) -> None:
    cast.write()
    lowered(cast)
    freed(timedelta(days=5))
    with pytest.raises(Refused) as refused:
        start(cast)
    assert "shows to you in 2 h" in str(refused.value.refusal)


def test_a_new_place_shows_first_to_whom_nothing_speaks_against(cast: Cast) -> None:
    lowered(cast, weight=1.0, deference=0.5)
    cast.write()
    freed(timedelta(minutes=119))
    with pytest.raises(Refused):
        start(cast)
    freed(timedelta(minutes=121))
    assert start(cast), "half of the four hours"


def test_half_an_hour_after_a_hand_in_who_is_halfway_behind_waits_no_longer(cast: Cast) -> None:
    lowered(cast, weight=1.0, deference=0.5)
    cast.write()
    freed(timedelta(minutes=10))
    Assignment.objects.update(ended_at=timezone.now() - timedelta(minutes=29))
    with pytest.raises(Refused):
        start(cast)
    Assignment.objects.update(ended_at=timezone.now() - timedelta(minutes=31))
    assert start(cast)


def test_the_projects_own_first_choice_counts(cast: Cast) -> None:
    project_rules.adopt(cast.project.pk, Rule(first_hours=240), by=None)
    lowered(cast, weight=1.0, deference=0.9)
    cast.write()
    freed(timedelta(hours=215))
    with pytest.raises(Refused):
        start(cast)
    freed(timedelta(hours=217))
    assert start(cast)


def test_nobody_of_full_weight_waits_long_after_a_hand_in(cast: Cast) -> None:
    lowered(cast, weight=1.0, deference=0.5)
    freed(timedelta(0))
    assert start(cast), "who handed nothing in yet is behind nobody"


def test_the_cap_on_open_items_shrinks_with_the_weight_but_never_below_one(cast: Cast) -> None:
    cast.project.open_cap = 4
    cast.project.save()
    freed(timedelta(days=1))
    lowered(cast, weight=0.5)
    start(cast)
    start(cast, another=True)
    with pytest.raises(Refused) as refused:
        start(cast, another=True)
    assert refused.value.code == "cap"
    assert "at present you may have 2 at once" in str(refused.value.refusal)


def test_what_a_lowered_author_hands_in_is_reviewed_first(cast: Cast) -> None:
    first = cast.write(cast.other_author)
    later = cast.write(cast.author)
    Item.objects.filter(pk=first.pk).update(state_since=timezone.now() - timedelta(hours=20))
    lowered(cast)
    assert cast.start(cast.reviewers[0], Stage.REVIEW).item_id == later.pk
    assert cast.start(cast.reviewers[1], Stage.REVIEW).item_id == first.pk


def test_nobody_reviews_their_own_however_low_their_weight(cast: Cast) -> None:
    item = cast.write(cast.author)
    lowered(cast)
    queue = queues._terms(cast.author, cast.project, Stage.REVIEW, timezone.now())[0]
    assert cast.author.pk in queue["first_authors"]
    assert queues.pick(cast.author, cast.project, Stage.REVIEW, timezone.now()) is None
    assert Item.objects.get(pk=item.pk).state == "in_review"


def test_more_of_a_low_weights_items_pass_an_editor(cast: Cast) -> None:
    item = cast.write()
    item.project.spot_check_percent = 10
    assert serving.editor_share(item) == pytest.approx(0.1)
    lowered(cast, weight=0.5)
    assert serving.editor_share(item) == pytest.approx(0.55)
    item.project.spot_check_percent = 100
    assert reviewing.wants_editor(item)


@pytest.mark.parametrize(
    ("change", "size"),
    [(" It keeps a record.", Outcome.Edit.LIGHT), (" It keeps a record of why it was late." * 4, Outcome.Edit.MAJOR)],
)
def test_an_edit_is_light_or_major_by_how_much_was_changed(cast: Cast, change: str, size: str) -> None:
    item = cast.item_at(State.IN_EDITING)
    item = cast.edit(item, completion=item.current.completion + change)
    cast.judge(item, cast.reviewers[1], "accept")
    assert Outcome.objects.filter(kind=Outcome.Kind.EDITED).latest("id").edit == size
