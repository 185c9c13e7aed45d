"""What a language model is asked while somebody writes, counted at the server: nothing between keys, once when the
text rests or is submitted."""

import base64
import json
import os

import pytest
from django.test import Client
from django.urls import reverse
from redis import Redis

from annotation import checking
from annotation.texts import Written
from qa import registry, tasks, workers
from qa.checks.second_reading import NAMES
from qa.workers import Priority
from tests.factories import COMPLETION, PROMPT, Cast
from tests.fakes.obedient_mind import mind
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    with OpenAIServer(mind) as server:
        settings.LLM_URL, settings.LLM_MODEL, settings.LLM_API_KEY = server.url, "test-model", "sk-secret"
        settings.QA_CHECKS = ["length", *NAMES.values()]
        forget()
        yield server
    forget()


def forget():
    for cached in (registry.checks, registry.all_checks, registry.language_model, registry.highest_severities):
        cached.cache_clear()


class Desk:
    """The requests of a page, with the worker between them."""

    def __init__(self, cast: Cast) -> None:
        self.assignment = cast.start(cast.author)
        self.client = Client()
        self.client.force_login(cast.author)
        self.url = reverse("annotation:live-check", args=[cast.project.slug, self.assignment.item_id])

    def ask(self, completion: str, **more: bool):
        sent = {"prompt": PROMPT, "completion": completion, "token": str(self.assignment.token), "version": 0, **more}
        answer = self.client.post(self.url, json.dumps(sent), content_type="application/json")
        work()
        return answer

    def type_on(self, pauses: int) -> str:
        completion = COMPLETION
        for _ in range(pauses):
            completion += " More."
            self.ask(completion, slow=False)
            assert self.ask(completion, slow=True).status_code == 286, "nothing that costs money is waited for"
        return completion


def work() -> None:
    """As the llm worker does."""
    redis = Redis.from_url(os.environ["REDIS_URL"])
    while raw := redis.rpop(workers.list_of("llm", Priority.LIVE)):
        _, arguments, _ = json.loads(base64.b64decode(json.loads(raw)["body"]))
        tasks.answer(**arguments)


def test_typing_for_a_while_asks_nothing_and_a_rest_asks_once(cast: Cast, server):
    desk = Desk(cast)
    completion = desk.type_on(pauses=12)
    assert server.asked == []
    page = desk.ask(completion, slow=True).content.decode()
    assert "The second reading comes when you submit, or once the text has stood still for 8 s." in page
    assert 'data-rest="8"' in page
    assert desk.ask(completion, slow=True, rested=True).status_code == 200
    assert desk.ask(completion, slow=True, rested=True).status_code == 286
    assert len(server.asked) == 1
    page = desk.ask(completion, slow=True).content.decode()
    assert "second reading" in page, "its checks are listed"
    assert "data-resting" not in page
    assert len(server.asked) == 1


def test_what_was_answered_while_the_text_rested_is_taken_over_at_submit(cast: Cast, server):
    workers.beat(["llm"])
    desk = Desk(cast)
    completion = desk.type_on(pauses=3)
    desk.ask(completion, slow=True, rested=True)
    item = cast.submit(desk.assignment, Written.of(PROMPT, completion))
    checking.check_item(item.pk)
    checking.check_slowly(item.pk, "llm")
    assert len(server.asked) == 1


def test_a_text_that_never_rested_gets_its_reading_at_submit(cast: Cast, server):
    workers.beat(["llm"])
    desk = Desk(cast)
    completion = desk.type_on(pauses=3)
    item = cast.submit(desk.assignment, Written.of(PROMPT, completion))
    assert checking.check_item(item.pk) == ["llm"]
    checking.check_slowly(item.pk, "llm")
    assert len(server.asked) == 1


def test_an_installation_may_keep_it_for_submit_only(cast: Cast, server, settings):
    settings.LLM_REST_SECONDS = 0
    desk = Desk(cast)
    answer = desk.ask(COMPLETION, slow=True, rested=True)
    assert answer.status_code == 286
    assert "The second reading comes when you submit." in answer.content.decode()
    assert "data-rest=" not in answer.content.decode()
    assert server.asked == []
