"""Work that nobody waits for goes in small pieces, and its rest goes back to the queue once somebody does."""

import base64
import json
import os
from hashlib import sha256

import pytest
from redis import Redis

from annotation import checking, tasks
from annotation.copilot import routing
from annotation.models import Context, Item, Route
from annotation.workflow import State
from qa import metrics, registry, workers
from qa.workers import Priority
from tests.factories import COMPLETION, Cast, cell, texts
from tests.slow_checks import Told

pytestmark = pytest.mark.django_db


@pytest.fixture
def redis():
    return Redis.from_url(os.environ["REDIS_URL"])


def somebody_types(redis) -> None:
    redis.lpush(workers.list_of("ml", Priority.LIVE), "{}")


def nobody_types(redis) -> None:
    redis.delete(workers.list_of("ml", Priority.LIVE))


def sent(redis, priority=Priority.IMPORTED) -> list[dict]:
    raw = redis.lrange(workers.list_of("ml", priority), 0, -1)
    return [json.loads(base64.b64decode(json.loads(one)["body"]))[1] for one in raw]


def checking_items(cast: Cast, count: int) -> list[int]:
    made = [texts(completion=f"{COMPLETION} Number {number}.") for number in range(count)]
    return [cast.submit(cast.start(cast.author), written).pk for written in made]


def states(ids) -> list[str]:
    return list(Item.objects.filter(pk__in=ids).order_by("pk").values_list("state", flat=True))


def test_an_import_gives_way_after_the_item_in_hand_and_sends_the_rest_behind(cast, with_checks, redis):
    told = Told()
    with_checks(told)
    ids = checking_items(cast, 3)
    somebody_types(redis)
    tasks.check_slowly(item_ids=ids, weight="ml", asked_at=0, priority=Priority.IMPORTED)
    assert told.looked == 1, "one item in any case: an import gets on"
    (rest,) = sent(redis)
    assert (rest["item_ids"], rest["priority"]) == (ids[1:], Priority.IMPORTED)
    nobody_types(redis)
    tasks.check_slowly(**rest)
    assert told.looked == 3
    assert len(sent(redis)) == 1, "nothing is left over"


def test_while_nobody_waits_an_import_goes_through_in_one_go(cast, with_checks, redis):
    told = Told()
    with_checks(told)
    ids = checking_items(cast, 3)
    tasks.check_slowly(item_ids=ids, weight="ml", asked_at=0, priority=Priority.IMPORTED)
    assert (told.looked, sent(redis)) == (3, [])


def test_what_people_submitted_gives_way_to_nobody(cast, with_checks, redis):
    told = Told()
    with_checks(told)
    ids = checking_items(cast, 2)
    somebody_types(redis)
    tasks.check_slowly(item_ids=ids, weight="ml", asked_at=0)
    assert (told.looked, sent(redis)) == (2, [])


def test_a_message_that_comes_again_after_a_kill_repeats_nothing_and_loses_nothing(cast, with_checks, redis):
    told = Told()
    with_checks(told)
    ids = checking_items(cast, 3)
    assert [checking.check_item(one) for one in ids] == [["ml"]] * 3
    message = {"item_ids": ids, "weight": "ml", "asked_at": 0, "priority": Priority.IMPORTED}
    somebody_types(redis)
    tasks.check_slowly(**message)  # killed after sending the rest, before it was acknowledged
    nobody_types(redis)
    for again in (message, *sent(redis)):
        tasks.check_slowly(**again)
    assert told.looked == 3
    assert set(states(ids)) == {State.IN_REVIEW}


def test_an_import_s_wait_is_no_queue_time_of_people(cast, with_checks):
    with_checks(Told())
    ids = checking_items(cast, 1)
    tasks.check_slowly(item_ids=ids, weight="ml", asked_at=0, priority=Priority.IMPORTED)
    assert metrics.waits("ml").count == 0
    tasks.check_slowly(item_ids=ids, weight="ml", asked_at=0, priority=Priority.SUBMITTED)
    assert metrics.waits("ml").count == 1


@pytest.fixture
def passages(db, monkeypatch) -> list[int]:
    """In German, which needs no model."""
    monkeypatch.setattr(tasks, "checks", lambda: {"routing": registry.all_checks()["routing"]})
    cast = Cast()
    law = cell(cast.project, language="de", domain="law", skill="summarization", target=40)
    made = [f"Der Anwalt erhob Klage vor Gericht. Nummer {number}." for number in range(20)]
    rows = [
        Context(
            project=cast.project, cell=law, text=text, sha256=sha256(text.encode()).hexdigest(), added_by=cast.manager
        )
        for text in made
    ]
    return sorted(context.pk for context in Context.objects.bulk_create(rows))


def test_reading_contexts_gives_way_after_a_piece(passages, redis):
    somebody_types(redis)
    tasks.route_contexts(context_ids=passages)
    assert Route.objects.count() == routing.AT_ONCE
    (rest,) = sent(redis)
    assert rest["context_ids"] == passages[routing.AT_ONCE :]
    nobody_types(redis)
    tasks.route_contexts(**rest)
    assert Route.objects.count() == len(passages)


def test_catching_up_gives_way_after_a_piece_and_comes_back(passages, redis):
    somebody_types(redis)
    tasks.bring_routes_up_to_date()
    assert Route.objects.count() == routing.AT_ONCE
    assert len(sent(redis)) == 1
