import base64
import json
import os

import pytest
from django.core.cache import cache
from redis import Redis
from redis.exceptions import RedisError

from qa import asking, runs, workers
from qa.checks.base import Bounds, Example, Subject
from qa.engines.base import Reason
from qa.models import CheckRun
from qa.workers import Priority
from tests.slow_checks import Told

pytestmark = pytest.mark.django_db
SUBJECT = Subject("Why?", "A slip of the pen.", "A passage.", style={"italics": "avoid"})


@pytest.fixture
def redis():
    return Redis.from_url(os.environ["REDIS_URL"])


def messages(redis, queue="ml", priority=Priority.LIVE):
    return [json.loads(raw) for raw in redis.lrange(workers.list_of(queue, priority), 0, -1)]


def ask(told, subject=SUBJECT, writer="7"):
    asking.ask(subject, [one.check for one in told], 0, writer)


def ticket_of(_told, subject=SUBJECT):
    return asking.ticket_of(subject, 0)


def known(told, subject=SUBJECT):
    return runs.known(subject, [one.check for one in told])


def test_what_is_asked_waits_for_the_worker_of_its_weight_behind_what_was_submitted(redis):
    embedded, remote = Told("embedded"), Told("remote", "llm")
    ask([embedded, remote])
    assert len(messages(redis, "ml")) == len(messages(redis, "llm")) == 1
    assert messages(redis, priority=Priority.SUBMITTED) == []


def test_asking_again_soon_sends_nothing_more(redis):
    told = [Told()]
    for _ in range(5):
        ask(told)
    assert len(messages(redis)) == 1


def test_the_message_carries_no_text(redis):
    ask([Told()])
    (message,) = messages(redis)
    assert "of the pen" not in json.dumps(message) + base64.b64decode(message["body"]).decode()


def test_the_workers_answer_is_there_to_be_read_and_is_taken_over_at_submit():
    told = Told()
    ask([told])
    asking.answer(ticket_of([told]), [told.check], "7")
    (result,) = known([told])
    assert [finding.code for finding in result.findings] == ["slip"]
    assert runs.run(told.check, SUBJECT).is_done
    assert told.looked == 1


def test_checks_about_the_item_look_again_at_submit():
    told = Told(about_item=True)
    ask([told])
    asking.answer(ticket_of([told]), [told.check], "7")
    runs.run(told.check, SUBJECT)
    assert told.looked == 2


def test_answers_come_one_by_one_and_stop_when_the_writer_has_gone_on():
    newer = Subject("Why?", "Another slip.")
    second = Told("second")
    first = Told("first")
    look = first.look

    def meanwhile(subject):
        ask([first, second], newer)
        return look(subject)

    first.check.__dict__["run"] = meanwhile
    ask([first, second])
    asking.answer(ticket_of([first, second]), [first.check, second.check], "7")
    assert (first.looked, second.looked) == (1, 0)
    assert [result.check for result in known([first, second])] == ["first"]


def test_a_poll_between_two_answers_neither_stops_the_worker_nor_asks_twice(redis):
    first, second, third = Told("first"), Told("second"), Told("third")
    look = second.look

    def meanwhile(subject):
        ask([second, third])  # what is still missing while the second one is looking
        return look(subject)

    second.check.__dict__["run"] = meanwhile
    told = [first, second, third]
    ask(told)
    asking.answer(ticket_of(told), [one.check for one in told], "7")
    assert [one.looked for one in told] == [1, 1, 1]
    assert len(messages(redis)) == 1


def test_what_costs_money_goes_in_a_message_of_its_own(redis):
    free, paid = Told("links", "llm"), Told("reading", "llm", is_paid=True)
    ask([free])
    ask([free, paid])
    assert len(messages(redis, "llm")) == 2


def test_another_writers_newer_text_is_no_reason_to_stop():
    told = Told()
    ask([told])
    ask([told], Subject("Why?", "Fine."), writer="8")
    asking.answer(ticket_of([told]), [told.check], "7")
    assert told.looked == 1


def test_an_engine_that_is_away_says_why_for_a_moment_and_is_tried_again_at_submit():
    told = Told()
    told.go_away(Reason.LOADING)
    ask([told])
    asking.answer(ticket_of([told]), [told.check], "7")
    (result,) = known([told])
    assert (result.status, result.error) == (CheckRun.Status.UNAVAILABLE, "the engine is still loading")
    told.come_back()
    assert runs.run(told.check, SUBJECT).is_done


def test_a_crowded_queue_takes_no_more_live_texts(redis):
    for _ in range(workers.CROWDED):
        redis.lpush(workers.list_of("ml", Priority.SUBMITTED), "{}")
    ask([Told()])
    assert messages(redis) == []


def test_an_expired_ticket_is_dropped():
    told = Told()
    asking.answer("0" * 32, [told.check], "7")
    assert told.looked == 0


def test_without_redis_asking_does_nothing(monkeypatch):
    def fail(*_arguments, **_named):
        raise RedisError

    monkeypatch.setattr(cache, "set", fail)
    ask([Told()])


def test_a_subject_survives_its_way_through_the_cache():
    subject = Subject(
        "p", "c", "x", "fi", "extraction", Bounds(1, 2), Bounds(None, 9), "json", {"type": "object"}, ("fi", "en"),
        "law", "project-1", "cell-2", "3", {"licence": "CC0-1.0"}, ("CC0-1.0",), (Example("A-1", "T", "g", "b", ""),),
    )  # fmt: skip
    assert asking.unpacked(json.loads(json.dumps(asking.packed(subject), default=str))).prompt == "p"
    again = asking.unpacked(asking.packed(subject))
    assert {**vars(again), "style": dict(again.style)} == {**vars(subject), "style": dict(subject.style)}


def test_passing_over_leaves_a_row_that_is_due_again_and_touches_no_answer():
    answered, silent = Told("answered"), Told("silent")
    runs.run(answered.check, SUBJECT)
    rows = runs.pass_over(SUBJECT, [answered.check, silent.check], 0, "no worker has answered")
    assert [row.status for row in rows] == ["done", "unavailable"]
    assert rows[1].next_try_at is not None
    assert (answered.looked, silent.looked) == (1, 0)


def test_a_worker_counts_as_alive_while_its_heart_beats():
    assert not workers.is_alive("ml")
    workers.beat(["ml"])
    assert workers.is_alive("ml")
    assert not workers.is_alive("llm")
