"""Who may settle which of many appeals is asked once; what is done about one person closes no alert about another."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from annotation.fairness import appealing
from annotation.learning import training
from annotation.standing import alerts
from annotation.workflow import State
from experts.models import Alert, Qualification, Standing
from tests.factories import Cast

pytestmark = pytest.mark.django_db


def alone(cast: Cast) -> None:
    """Nobody may settle anything but the second editor."""
    Qualification.objects.filter(user=cast.editor).delete()


def test_appeals_without_a_decider_are_found_in_one_statement(cast: Cast) -> None:
    first = cast.appeal(cast.item_at(State.REJECTED))
    assert appealing.without_decider(cast.project.pk) == []
    alone(cast)
    assert appealing.without_decider(cast.project.pk) == []
    Qualification.objects.filter(user=cast.other_editor).delete()
    for item in [first, *(cast.appeal(cast.item_at(State.REJECTED)) for _ in range(2))]:
        assert not appealing.deciders(item).exists()
    with CaptureQueriesContext(connection) as asked:
        found = appealing.without_decider(cast.project.pk)
    assert len(asked) == 1
    assert len(found) == 3


def test_who_had_a_part_in_it_is_no_decider_in_the_list_either(cast: Cast) -> None:
    """An editor who adjudicated the rejection: nobody is left when the other one is not admitted."""
    item = cast.adjudicate(cast.item_at(State.DISPUTED), "reject", cast.other_editor)
    cast.appeal(item)
    assert appealing.without_decider(cast.project.pk) == []
    alone(cast)
    assert [one.item_id for one in appealing.without_decider(cast.project.pk)] == [item.pk]


def test_what_is_decided_about_one_person_closes_no_alert_about_another(cast: Cast) -> None:
    now, client = timezone.now(), Client()
    client.force_login(cast.manager)
    about = {"numbers": {"times": 3, "of": 10}, "about": "unsafe", "first_at": now, "last_at": now}
    alert = Alert.objects.create(user=cast.other_author, project_id=cast.project.pk, kind=Alert.Kind.REASONS, **about)
    form = {"state": "paused", "note": "Until we have talked about it.", "days": 3, "alert": alert.pk}
    deed = reverse("annotation:expert-decide", args=[cast.project.slug, cast.author.pk])
    assert client.post(deed, form).status_code == 404
    alert.refresh_from_db()
    assert not alert.answer
    assert not Standing.objects.filter(user=cast.author).exclude(override="").exists(), "both or neither"


def test_what_was_overturned_warns_of_nobody_and_suggests_no_training(cast: Cast) -> None:
    items = [cast.item_at(State.REJECTED) for _ in range(3)]
    assert training.frequent_reasons(cast.author, cast.project)["factually_wrong"] >= 3
    for item in items:
        cast.adjudicate(cast.appeal(item), "accept")
    alerts.look(cast.project, timezone.now())
    assert not Alert.objects.filter(user=cast.author, kind=Alert.Kind.REASONS).exists()
    assert not training.frequent_reasons(cast.author, cast.project)


def test_what_was_upheld_warns_as_ever(cast: Cast) -> None:
    for item in [cast.item_at(State.REJECTED) for _ in range(3)]:
        cast.adjudicate(cast.appeal(item), "reject")
    alerts.look(cast.project, timezone.now())
    assert Alert.objects.filter(user=cast.author, kind=Alert.Kind.REASONS).exists()
