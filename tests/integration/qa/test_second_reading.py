"""The checks of a second reading, from the settings to stored results, over the real wire and in real PostgreSQL."""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection

from qa import registry, runs, spending
from qa.checks.base import Example, Severity, Subject
from qa.checks.second_reading import NAMES, build
from qa.engines.base import EngineUnavailable, Reason
from qa.engines.llm import LanguageModel
from qa.llm.answers import Part
from qa.llm.reading import Reader
from qa.models import Spending
from qa.shared_answers import CachedAnswers
from tests.fakes.obedient_mind import ALL_WELL, mind
from tests.fakes.openai_server import OpenAIServer, Turn
from tests.fakes.purse import FreePurse, LocalMemory, NoMemory

PAIR = Subject(
    prompt="Name the capital of teh country.",
    completion="Lyon is the capital of France. I hope this helps!",
    context="Paris is the capital of France.",
    skill="closed_qa",
    domain="law",
    collection="project-7",
)
CLAUSES = (
    Example("3.1", "Answers name their source", good="According to the passage, Paris.", bad="Paris."),
    Example("3.2", "Lists are short", good="- one", bad="- one\n- two", skill="summarization"),
)


@pytest.fixture
def server():
    with OpenAIServer(mind) as server:
        yield server


@pytest.fixture
def configured(server, settings):
    """As an operator sets it up; nothing is constructed by hand."""
    settings.LLM_URL, settings.LLM_MODEL, settings.LLM_API_KEY = server.url, "test-model", "sk-secret"
    settings.LLM_PRICE_IN, settings.LLM_PRICE_OUT, settings.LLM_DAILY_BUDGET = "2.00", "8.00", "5.00"
    settings.QA_CHECKS = list(NAMES.values())
    forget()
    yield server
    forget()


def forget():
    for cached in (registry.checks, registry.all_checks, registry.language_model):
        cached.cache_clear()


def reader(server, **options):
    defaults = {"purse": FreePurse(), "memory": NoMemory()}
    return Reader(LanguageModel(server.url, "test-model", "key", 3), **defaults | options)


def reading(**changes):
    well = {**ALL_WELL, "correction": {"prompt": PAIR.prompt, "completion": PAIR.completion}}
    return json.dumps({**well, **changes})


@pytest.mark.django_db
def test_without_an_address_there_is_no_second_reading(settings):
    settings.LLM_URL, settings.QA_CHECKS = "", []
    forget()
    assert not set(NAMES.values()) & set(registry.checks())
    forget()


@pytest.mark.django_db
def test_four_checks_share_one_call_and_the_same_text_is_never_sent_twice(configured):
    checks = list(registry.checks().values())
    assert [check.name for check in checks] == list(NAMES.values())
    results = runs.run_all(PAIR, checks)
    assert all(result.is_done for result in results)
    assert len(configured.asked) == 1
    cache.clear()
    runs.run_all(PAIR, checks)
    assert len(configured.asked) == 1
    (row,) = Spending.objects.all()
    assert (row.collection, row.purpose, row.calls, row.tokens_in, row.tokens_out) == (
        "project-7", "second_reading", 1, 1000, 100,
    )  # fmt: skip
    assert spending.today("project-7").cost == Decimal("0.0028")


@pytest.mark.django_db
def test_the_same_pair_in_another_project_costs_nothing(configured):
    checks = list(registry.checks().values())
    runs.live(PAIR, checks)
    runs.run_all(replace(PAIR, collection="project-8"), checks)
    assert len(configured.asked) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("is_on", [True, False])
def test_addresses_of_persons_are_masked_unless_that_is_switched_off(configured, settings, is_on):
    settings.LLM_REDACT = is_on
    forget()
    pair = replace(PAIR, completion="Write to anna.svensson@posten.se about teh capital.")
    findings = registry.checks()["llm_grammar"].run(pair)
    assert ("svensson" in json.dumps(configured.asked[0].body)) != is_on
    assert [pair.text(each.field)[each.start : each.end] for each in findings] == ["teh", "teh"]


@pytest.mark.django_db
def test_only_what_is_wanted_is_asked_for(configured, settings):
    settings.QA_CHECKS = ["llm_routing"]
    forget()
    (check,) = registry.checks().values()
    assert [finding.code for finding in check.run(PAIR)] == ["general"]
    (asked,) = configured.asked
    assert "Put null for: instructions, origin, correction." in asked.system
    assert "Skills, and how" not in asked.system


@pytest.mark.django_db
def test_a_used_up_budget_sends_nothing_and_is_told_in_words(configured, caplog):
    checks = list(registry.checks().values())
    results = runs.run_all(replace(PAIR, llm_budget=Decimal("0.0001")), checks)
    assert not configured.asked
    assert {result.status for result in results} == {"unavailable"}
    with pytest.raises(EngineUnavailable, match="has used up its budget for today"):
        checks[0].run(replace(PAIR, llm_budget=Decimal("0.0001")))
    assert checks[0].run(replace(PAIR, llm_budget=Decimal(10)))
    assert "sk-secret" not in caplog.text


@pytest.mark.django_db
def test_an_answer_that_does_not_come_is_paid_for_at_its_most_and_not_waited_for_four_times(configured, settings):
    settings.LLM_TIMEOUT = 1
    forget()
    checks = list(registry.checks().values())
    configured.script(Turn(delay=10))
    began = time.monotonic()
    results = runs.run_all(PAIR, checks)
    assert time.monotonic() - began < 3.5
    assert {result.status for result in results} == {"unavailable"}
    assert len(configured.asked) == 1
    spend = spending.today("project-7")
    assert (spend.calls, spend.failures) == (1, 1)
    assert spend.cost > Decimal("0.01")


@pytest.mark.django_db
def test_a_refused_call_costs_nothing(configured):
    configured.script(Turn(status=401))
    runs.run_all(PAIR, list(registry.checks().values()))
    assert spending.today("project-7").cost == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_text_make_one_call(configured):
    configured.script(Turn(delay=0.5))
    checks = list(registry.checks().values())
    codes = []

    def work(check):
        codes.append([finding.code for finding in check.run(PAIR)])
        connection.close()

    threads = [threading.Thread(target=work, args=(check,)) for check in checks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(configured.asked) == 1
    assert len(codes) == 4
    assert all(codes)


def test_clauses_of_the_guideline_are_shown_as_examples_for_their_skill(server):
    check = build(reader(server))[0]
    check.run(replace(PAIR, examples=CLAUSES))
    system = server.asked[0].system
    assert '{"clause": "3.1", "says": "Answers name their source", "right": "According' in system
    assert "Lists are short" not in system


def test_another_guideline_model_or_cell_makes_another_result(server):
    settings = build(reader(server))[0].settings
    other = Reader(LanguageModel(server.url, "other-model"), FreePurse(), NoMemory())
    variants = [
        settings(PAIR),
        settings(replace(PAIR, examples=CLAUSES)),
        settings(replace(PAIR, skill="extraction")),
        settings(replace(PAIR, language="de")),
        settings(replace(PAIR, domain="medicine")),
        build(other)[0].settings(PAIR),
        build(reader(server, parts=frozenset({Part.INSTRUCTIONS})))[0].settings(PAIR),
        build(reader(server, redact=lambda text, _language: text))[0].settings(PAIR),
    ]
    assert len({json.dumps(variant, sort_keys=True) for variant in variants}) == len(variants)
    assert settings(PAIR) == settings(replace(PAIR, collection="project-9", llm_budget=Decimal(1)))


def test_what_is_masked_does_not_leave_the_house_and_findings_stand_in_the_text_as_it_is(server):
    pair = replace(PAIR, completion="Ask ann@example.org about teh capital.")
    check = build(reader(server, redact=lambda text, _language: text.replace("ann@example.org", "[MAIL]")))[-1]
    findings = check.run(pair)
    assert "ann@example.org" not in json.dumps(server.asked[0].body)
    assert [pair.text(each.field)[each.start : each.end] for each in findings] == ["teh", "teh"]


@pytest.mark.parametrize("half", ["prompt", "completion"])
def test_half_a_pair_is_not_sent(server, half):
    assert build(reader(server))[0].run(replace(PAIR, **{half: " \n"})) == []
    assert not server.requests


def test_a_part_the_model_left_out_is_not_taken_for_a_clean_bill(server):
    server.script(Turn(say=reading(origin=None)))
    shared = build(reader(server, memory=LocalMemory()))
    with pytest.raises(EngineUnavailable) as caught:
        shared[2].run(PAIR)
    assert caught.value.reason == Reason.FAILED
    assert shared[1].run(PAIR) == []


def test_the_impression_of_a_model_is_a_note_with_its_passage_and_never_more(server):
    check = build(reader(server))[2]
    (finding,) = check.run(PAIR)
    assert (finding.severity, finding.excerpt) == (Severity.NOTE, "I hope this helps")
    assert check.highest == Severity.NOTE
    assert finding.data == {"is_calibrated": False}


def test_nothing_a_model_says_is_a_must(server):
    for check in build(reader(server)):
        assert check.highest != Severity.MUST
        assert all(finding.severity != Severity.MUST for finding in check.run(PAIR))


def test_a_doubtful_skill_is_a_note_and_a_mere_guess_nothing(server):
    said = ALL_WELL["instructions"] | {"skill": "extraction", "prompt_meets_skill": False}
    for confidence, severities in [(0.9, ["should"]), (0.6, ["note"]), (0.3, []), (float(10**6), ["should"])]:
        server.script(Turn(say=reading(instructions=said | {"skill_confidence": confidence})))
        assert [each.severity for each in build(reader(server))[0].run(PAIR)] == severities


def test_a_broken_clause_is_named(server):
    issue = {"code": "breaks_clause", "where": "completion", "quote": "Lyon is the capital", "clause": "3.1"}
    server.script(Turn(say=reading(instructions=ALL_WELL["instructions"] | {"issues": [issue]})))
    (finding,) = build(reader(server))[0].run(replace(PAIR, examples=CLAUSES))
    assert (finding.clause, finding.excerpt) == ("3.1", "Lyon is the capital")
    assert "3.1" in finding.message


@pytest.mark.parametrize("wanted", ["json", "xml", "csv", "table"])
def test_grammar_leaves_data_alone(server, wanted):
    findings = build(reader(server))[-1].run(replace(PAIR, completion="teh,of\n1,2", format=wanted))
    assert {finding.field for finding in findings} == {"prompt"}


def test_without_redis_every_check_asks_for_itself_and_all_still_work(server, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    checks = build(reader(server, memory=CachedAnswers()))
    assert all(check.run(PAIR) for check in checks)
    assert len(server.asked) == 4


def test_a_process_that_asks_nothing_never_loads_the_client():
    """The web process lists checks and reads results; the client's package costs 30 MB and most of a second."""
    code = (
        "import sys, django; django.setup(); from qa import registry; names = list(registry.checks());"
        "assert 'llm_instructions' in names, names; assert 'openai' not in sys.modules and 'httpx2' not in sys.modules"
    )
    environment = {**os.environ, "LLM_URL": "http://127.0.0.1:1/v1", "LLM_MODEL": "m", "QA_CHECKS": "llm_instructions"}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)
