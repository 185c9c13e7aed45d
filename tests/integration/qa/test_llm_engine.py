"""The client of a language model over the real wire, against a server that answers badly in every way we know."""

import logging
import os
import time
from email.utils import formatdate

import pytest
from pydantic import BaseModel

from qa.engines.base import Reason
from qa.engines.llm import LanguageModel
from qa.llm.breaker import Breaker
from qa.llm.talk import NoAnswer, Question, Rung, Usage
from tests.fakes.openai_server import OpenAIServer, Turn

KEY = "sk-very-secret-0123456789"
SECRET_TEXT = "what a person wrote in confidence"


class Verdict(BaseModel):
    fits: bool
    quote: str | None


GOOD = '{"fits": true, "quote": null}'
QUESTION = Question("You judge.", f'{{"text": "{SECRET_TEXT}"}}', Verdict, 500, at_most=Usage(2000, 500))
RESPONSES, CHAT = "/v1/responses", "/v1/chat/completions"


@pytest.fixture
def server():
    with OpenAIServer(lambda _asked: GOOD) as server:
        yield server


def model_of(server, seconds=5.0, **options):
    return LanguageModel(server.url, "test-model", KEY, seconds, **options)


def reason_of(model, question=QUESTION):
    with pytest.raises(NoAnswer) as caught:
        model.ask(question)
    return caught.value.reason


def test_an_answer_arrives_with_what_it_cost(server):
    reply = model_of(server).ask(QUESTION)
    assert reply.answer == Verdict(fits=True, quote=None)
    assert reply.usage == Usage(1000, 100)
    (asked,) = server.requests
    assert (asked.path, asked.system, asked.user) == (RESPONSES, QUESTION.system, QUESTION.data)
    assert asked.schema["strict"] is True
    assert asked.schema["schema"]["additionalProperties"] is False
    assert asked.body["store"] is False
    assert "tools" not in asked.body
    assert asked.headers["authorization"] == f"Bearer {KEY}"


def test_a_server_without_responses_is_asked_by_chat_and_only_once_by_mistake(server):
    server.only = {CHAT}
    model = model_of(server)
    assert model.ask(QUESTION).answer.fits
    assert model.ask(QUESTION).answer.fits
    assert [asked.path for asked in server.requests] == [RESPONSES, CHAT, CHAT]
    assert server.requests[-1].schema["json_schema"]["strict"] is True


def test_a_server_without_schemas_is_asked_in_words_and_its_answer_validated(server):
    server.knows_schemas = False
    model = model_of(server)
    server.script(Turn(say=f"Sure! Here it is:\n```json\n{GOOD}\n```"))
    assert model.ask(QUESTION).answer.fits
    assert model.ask(QUESTION).answer.fits
    assert [asked.schema is None for asked in server.requests] == [False, False, True, True]
    assert '"fits"' in server.requests[-1].system


def test_a_plain_answer_that_does_not_fit_is_sent_back_once_without_quoting_it(server):
    server.knows_schemas = False
    server.script(Turn(), Turn(), Turn(say='{"fits": "perhaps", "quote": null}'), Turn(say=GOOD))
    assert model_of(server).ask(QUESTION).answer.fits
    repair = server.requests[-1].body["messages"][-1]["content"]
    assert "fits: bool_parsing" in repair
    assert "perhaps" not in repair


@pytest.mark.parametrize(
    "turn",
    [
        Turn(say="{not json"),
        Turn(say='{"fits": 17}'),
        Turn(say='{"verdict": "passes"}'),
        Turn(say=""),
        Turn(raw=b"<html>Bad gateway</html>"),
        Turn(raw=b"[1, 2]"),
        Turn(raw=b'{"output": 3, "choices": null}'),
        Turn(raw=b""),
    ],
    ids=["no json", "wrong type", "wrong names", "empty", "html", "a list", "odd shapes", "no body"],
)
def test_answers_that_never_fit_end_as_failed_having_tried_every_way(server, turn):
    server.script(turn)
    assert reason_of(model_of(server)) == Reason.FAILED
    assert [asked.path for asked in server.requests][:3] == [RESPONSES, CHAT, CHAT]
    assert len(server.requests) <= 4


def test_malformed_answers_are_paid_for(server):
    server.script(Turn(say="{not json"))
    with pytest.raises(NoAnswer) as caught:
        model_of(server).ask(QUESTION)
    assert caught.value.usage == Usage(4000, 400)


def test_one_slip_does_not_change_how_a_server_is_asked_but_two_in_a_row_do(server):
    model = model_of(server)
    server.script(Turn(say="oops"), Turn())
    model.ask(QUESTION)
    server.script(Turn())
    model.ask(QUESTION)
    assert server.requests[-1].path == RESPONSES
    for _ in range(2):
        server.script(Turn(say="oops"), Turn())
        model.ask(QUESTION)
    server.script(Turn())
    model.ask(QUESTION)
    assert server.requests[-1].path == CHAT


def test_a_server_that_is_busy_once_is_asked_again_after_the_pause_it_wants(server):
    server.script(Turn(status=429, headers={"Retry-After": "1"}), Turn())
    began = time.monotonic()
    assert model_of(server).ask(QUESTION).answer.fits
    assert 1 <= time.monotonic() - began < 3
    assert len(server.requests) == 2


def test_a_pause_may_be_given_as_a_date(server):
    server.script(Turn(status=503, headers={"Retry-After": formatdate(time.time() + 2, usegmt=True)}), Turn())
    began = time.monotonic()
    assert model_of(server).ask(QUESTION).answer.fits
    assert 0.8 <= time.monotonic() - began < 4


@pytest.mark.parametrize(("status", "reason"), [(429, Reason.BUSY), (500, Reason.FAILED), (502, Reason.FAILED)])
def test_a_server_that_keeps_failing_is_given_up_after_three_attempts(server, status, reason):
    server.script(Turn(status=status))
    assert reason_of(model_of(server)) == reason
    assert len(server.requests) == 3


def test_a_pause_longer_than_the_time_left_is_not_waited_for(server):
    server.script(Turn(status=429, headers={"Retry-After": "3600"}))
    began = time.monotonic()
    assert reason_of(model_of(server)) == Reason.BUSY
    assert time.monotonic() - began < 2
    assert len(server.requests) == 1


@pytest.mark.parametrize("retry_after", ["soon", "-5", "", "1e3"])
def test_a_pause_nobody_can_read_is_as_none(server, retry_after):
    server.script(Turn(status=429, headers={"Retry-After": retry_after}), Turn())
    assert model_of(server).ask(QUESTION).answer.fits


def test_a_pause_of_many_ages_is_not_waited_for(server):
    server.script(Turn(status=429, headers={"Retry-After": "9" * 400}), Turn())
    assert reason_of(model_of(server)) == Reason.BUSY


@pytest.mark.parametrize("turn", [Turn(delay=30), Turn(drip=0.05)], ids=["silent", "dripping"])
def test_a_slow_server_costs_no_more_than_the_time_limit_and_all_that_was_reserved(server, turn):
    server.script(turn)
    model = model_of(server, seconds=1)
    model.health()  # the package is imported
    began = time.monotonic()
    with pytest.raises(NoAnswer) as caught:
        model.ask(QUESTION)
    assert caught.value.reason == Reason.TIMEOUT
    assert time.monotonic() - began < 1.3
    assert caught.value.usage == QUESTION.at_most


def test_a_connection_cut_in_the_middle_is_tried_again(server):
    server.script(Turn(half_closed=True), Turn())
    assert model_of(server).ask(QUESTION).answer.fits


def test_a_connection_always_cut_is_unreachable(server):
    server.script(Turn(half_closed=True))
    assert reason_of(model_of(server)) == Reason.UNREACHABLE


def test_nobody_there_is_unreachable():
    with OpenAIServer() as gone:
        url = gone.url
    assert reason_of(LanguageModel(url, "test-model", KEY, 5)) == Reason.UNREACHABLE


@pytest.mark.parametrize("only", [{RESPONSES, CHAT}, {CHAT}], ids=["responses", "chat"])
@pytest.mark.parametrize("turn", [Turn(refusal=True, say="I cannot help"), Turn(cut=True)], ids=["refused", "cut"])
def test_a_refusal_and_an_answer_cut_short_fail_without_another_attempt(server, only, turn):
    server.only = only
    server.script(turn)
    assert reason_of(model_of(server)) == Reason.FAILED
    assert len(server.requests) == 3 - len(only)


@pytest.mark.parametrize(("status", "reason"), [(401, Reason.NOT_CONFIGURED), (403, Reason.NOT_CONFIGURED)])
def test_a_refused_key_is_said_to_be_a_matter_of_configuration(server, status, reason):
    server.script(Turn(status=status))
    assert reason_of(model_of(server)) == reason
    assert len(server.requests) == 1


def test_an_unknown_model_is_a_matter_of_configuration_too(server):
    server.only = set()
    assert reason_of(model_of(server)) == Reason.NOT_CONFIGURED


def test_without_a_model_nothing_is_sent(server):
    assert reason_of(LanguageModel(server.url, "")) == Reason.NOT_CONFIGURED
    assert not server.requests


def test_a_redirect_is_not_followed(server):
    server.script(Turn(status=302, headers={"Location": f"{server.url}/elsewhere"}, raw=b"{}"))
    assert reason_of(model_of(server)) == Reason.FAILED
    assert {asked.path for asked in server.requests} == {RESPONSES}


def test_after_five_failures_nothing_is_sent_for_a_while_and_then_one_attempt(server):
    server.script(Turn(status=401))
    model = model_of(server, breaker=Breaker(failures=5, seconds=0.3))
    for _ in range(5):
        reason_of(model)
    assert reason_of(model) == Reason.BUSY
    assert len(server.requests) == 5
    assert not model.health().is_ready
    time.sleep(0.35)
    assert reason_of(model) == Reason.NOT_CONFIGURED
    assert reason_of(model) == Reason.BUSY
    time.sleep(0.35)
    server.script(Turn())
    assert model.ask(QUESTION).answer.fits
    assert model.ask(QUESTION).answer.fits


def test_refusals_do_not_close_the_door_for_other_texts(server):
    server.script(Turn(refusal=True))
    model = model_of(server)
    for _ in range(7):
        assert reason_of(model) == Reason.FAILED


def test_a_text_no_server_takes_does_not_change_how_it_is_asked(server):
    model = model_of(server)
    server.script(Turn(status=400))
    assert reason_of(model) == Reason.FAILED
    server.script(Turn())
    model.ask(QUESTION)
    assert server.requests[-1].path == RESPONSES


@pytest.mark.parametrize(
    "turn", [Turn(say="{no"), Turn(status=401), Turn(status=500), Turn(half_closed=True), Turn(refusal=True)]
)
def test_neither_key_nor_text_get_into_logs_or_errors(server, turn, caplog):
    caplog.set_level(logging.DEBUG)
    server.script(turn)
    model = model_of(server)
    with pytest.raises(NoAnswer) as caught:
        model.ask(QUESTION)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    said = caplog.text + repr(caught.value) + str(caught.value) + repr(model) + repr(model.health())
    assert KEY not in said
    assert SECRET_TEXT not in said


def test_health_says_what_would_mend_it(server):
    assert model_of(server).health().is_ready
    assert "LLM_MODEL" in LanguageModel(server.url, "other").health().detail
    assert "LLM_MODEL" in LanguageModel(server.url, "").health().detail
    with OpenAIServer() as gone:
        url = gone.url
    assert "LLM_URL" in LanguageModel(url, "test-model").health().detail
    server.only = {RESPONSES}
    assert model_of(server).health().is_ready  # many servers list no models


def test_servers_that_do_not_count_tokens_are_counted_for(server):
    server.script(Turn(raw=b'{"status":"completed","output":[{"type":"message","content":[{"type":"output_text",'
                       b'"text":"{\\"fits\\":true,\\"quote\\":null}"}]}]}'))  # fmt: skip
    usage = model_of(server).ask(QUESTION).usage
    assert usage.tokens_in == QUESTION.at_most.tokens_in
    assert 0 < usage.tokens_out < 100


def test_a_forked_worker_does_not_talk_on_its_parents_connections(server):
    model = model_of(server)
    model.ask(QUESTION)
    pid = os.fork()
    if pid == 0:
        os._exit(0 if model._wire is not wire_of_parent(model) else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert model._wire is wire_of_parent(model)


def wire_of_parent(model):
    return next(iter(model._wires.values()))


def test_the_ways_of_asking_are_tried_best_first():
    assert list(Rung) == [Rung.RESPONSES, Rung.CHAT, Rung.PLAIN]
