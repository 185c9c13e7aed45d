"""A cell's quota as rows: one place per unit of its target, so that no cell can serve too many."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from annotation.models import Cell, Context, Item, Place
from core.refusal import Refusal, Refused


@transaction.atomic
def set_target(cell: Cell, target: int) -> None:
    """Adds free places or removes them. Raises Refused when people already hold more than `target`."""
    locked = _lock_cell(cell.pk)
    regular = Place.objects.filter(cell=locked, extra=False)
    missing = target - regular.count()
    if missing > 0:
        missing -= _count_in_extra_places(locked, missing)
        Place.objects.bulk_create([Place(cell=locked) for _ in range(missing)], batch_size=2000)
    elif missing < 0:
        _remove_free_places(locked, -missing, target)
    locked.target = cell.target = target
    locked.save(update_fields=["target"])


def _lock_cell(cell_id: int) -> Cell:
    """Whoever goes beyond the target and whoever frees a place must see each other. Claims do not come by here."""
    return Cell.objects.select_for_update(no_key=True).get(pk=cell_id)


def _count_in_extra_places(cell: Cell, most: int) -> int:
    """What is held beyond the target fills a higher one before anything new is served."""
    extra = Place.objects.select_for_update().filter(cell=cell, extra=True).order_by("id")
    counted_in = list(extra.values_list("pk", flat=True)[:most])
    return Place.objects.filter(pk__in=counted_in).update(extra=False)


def _remove_free_places(cell: Cell, surplus: int, target: int) -> None:
    free = list(
        Place.objects.select_for_update(skip_locked=True)
        .filter(cell=cell, taken=False, extra=False)
        .values_list("pk", flat=True)[:surplus]
    )
    if len(free) < surplus:
        held = target + surplus - len(free)
        raise Refused(
            Refusal(
                f"{cell}: the target cannot go down to {target}; {held} places are accepted or in the pipeline.",
                f"Choose {held} or more.",
            ),
            status=409,
        )
    Place.objects.filter(pk__in=free).delete()


def give_back_place(item: Item, at: datetime) -> None:
    """The item stops counting; its place and its context are free for somebody else."""
    place = item.place
    assert place is not None, "only an item that counts holds a place"
    _lock_cell(item.cell_id)
    item.place = None
    item.save(update_fields=["place", "state", "leased"])
    _free(place, at)
    if item.context_id and item.context and item.context.cell_id:
        Context.objects.filter(pk=item.context_id).update(taken=False)


def _free(place: Place, at: datetime) -> None:
    """In a cell that holds more than its target, the surplus shrinks instead: nothing is served anew."""
    extra = Place.objects.select_for_update().filter(cell_id=place.cell_id, extra=True, taken=True).first()
    if extra is None:
        place.taken, place.ready_at = False, at
        place.save(update_fields=["taken", "ready_at"])
        return
    if extra.pk != place.pk:
        extra.extra = False
        extra.save(update_fields=["extra"])
    place.delete()


def take_place(item: Item, at: datetime) -> None:
    """Gives an item that comes back a place again: a free one, else one beyond the target.

    An appeal or a taken-back draft is somebody's finished work: it is not refused because the cell has filled
    up meanwhile. Nothing new is served in its stead: claims only see free places.
    """
    _lock_cell(item.cell_id)
    # A place that somebody is taking at this moment may yet come free again: wait before going beyond the target.
    free = Place.objects.filter(cell_id=item.cell_id, taken=False).order_by("ready_at", "id")
    place = free.select_for_update(skip_locked=True).first() or free.select_for_update().first()
    if place is None:
        place = Place(cell_id=item.cell_id, extra=True)
    place.taken, place.ready_at = True, at
    place.save()
    item.place = place
    if item.context_id:
        Context.objects.filter(pk=item.context_id).update(taken=True)


def open_cell(cell: Cell, target: int) -> Cell:
    """Saves a new cell together with its places."""
    with transaction.atomic():
        cell.save()
        set_target(cell, target)
    return cell


def free_places(cell: Cell) -> int:
    return Place.objects.filter(cell=cell, taken=False, ready_at__lte=timezone.now()).count()
