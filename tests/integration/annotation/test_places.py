"""A cell never serves more than its target, whatever goes out and comes back."""

import pytest

from annotation import handing_out, invariants
from annotation.models import Context, Item, Place
from annotation.places import free_places, set_target
from annotation.workflow import State
from core.refusal import Refused
from tests.factories import Cast, desk, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> Cast:
    return Cast(target=1, open_cap=50)


def back_to_writing(cast: Cast, item: Item) -> Item:
    handing_out.take_back(desk(item.author, cast.project), item.pk)
    return fresh(item)


def test_a_claim_takes_a_place_and_the_last_one_ends_the_queue(small: Cast) -> None:
    item = small.start(small.author).item
    assert item.place.taken
    assert free_places(small.cell) == 0
    with pytest.raises(Refused) as refused:
        small.start(small.other_author)
    assert refused.value.code == "empty"
    assert "taken or filled" in refused.value.refusal.reason


@pytest.mark.parametrize("state", [State.SET_ASIDE, State.REJECTED])
def test_what_stops_counting_gives_its_place_to_somebody_else(small: Cast, state: State) -> None:
    item = fresh(small.item_at(state))
    assert item.place is None
    assert small.start(small.other_author).item.place.cell == small.cell


def test_a_taken_back_draft_goes_beyond_the_target_and_nothing_new_is_served(small: Cast) -> None:
    item = small.item_at(State.SET_ASIDE)
    small.start(small.other_author)
    item = back_to_writing(small, item)
    assert item.place.extra
    assert Place.objects.filter(cell=small.cell).count() == 2
    assert free_places(small.cell) == 0
    assert invariants.violations() == {}


def test_the_surplus_shrinks_first_when_somebody_gives_a_place_back(small: Cast) -> None:
    item = small.item_at(State.SET_ASIDE)
    other = small.start(small.other_author)
    back_to_writing(small, item)
    handing_out.hand_back(desk(small.other_author, small.project), other.item_id, str(other.token), "no_time")
    assert list(Place.objects.values_list("taken", "extra")) == [(True, False)]
    assert fresh(item).place.taken
    assert invariants.violations() == {}


def test_an_appeal_brings_an_item_back_into_a_full_cell(small: Cast) -> None:
    rejected = small.item_at(State.REJECTED)
    small.start(small.other_author)
    small.appeal(rejected, small.manager)
    assert fresh(rejected).place.extra
    assert invariants.violations() == {}


def test_a_raised_target_counts_in_the_surplus_before_it_serves_anew(small: Cast) -> None:
    item = small.item_at(State.SET_ASIDE)
    small.start(small.other_author)
    back_to_writing(small, item)
    set_target(small.cell, 2)
    assert free_places(small.cell) == 0
    assert not Place.objects.filter(extra=True).exists()
    set_target(small.cell, 3)
    assert free_places(small.cell) == 1
    assert invariants.violations() == {}


def test_a_target_goes_down_to_what_is_held_and_no_further(cast: Cast) -> None:
    for _ in range(3):
        cast.write()
    set_target(cast.cell, 3)
    assert Place.objects.filter(cell=cast.cell).count() == 3
    with pytest.raises(Refused) as refused:
        set_target(cast.cell, 2)
    assert "3 places are accepted or in the pipeline" in refused.value.refusal.reason
    assert refused.value.refusal.remedy == "Choose 3 or more."
    cast.cell.refresh_from_db()
    assert cast.cell.target == 3
    assert invariants.violations() == {}


def test_a_cell_can_be_closed_and_opened_again(cast: Cast) -> None:
    set_target(cast.cell, 0)
    with pytest.raises(Refused):
        cast.start(cast.author)
    set_target(cast.cell, 2)
    assert cast.start(cast.author)


def test_a_context_goes_with_its_place(small: Cast) -> None:
    context = Context.objects.create(
        project=small.project, cell=small.cell, text="A passage.", sha256="0" * 64, added_by=small.manager
    )
    item = small.item_at(State.SET_ASIDE)
    assert item.context == context
    context.refresh_from_db()
    assert not context.taken
    back_to_writing(small, item)
    context.refresh_from_db()
    assert context.taken
