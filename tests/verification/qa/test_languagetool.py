"""The LanguageTool engine through the real language-tool-python against a server that speaks the real protocol."""

import importlib
import logging
import socket
import time

import pytest

from qa.checks import grammar
from qa.checks.base import Severity, Subject
from qa.engines.base import EngineUnavailable, Reason
from qa.engines.grammar import Kind, Status
from qa.engines.languagetool import LanguageTool
from tests.fakes.languagetool import LanguageToolServer

pytest.importorskip("language_tool_python", reason="the extra languagetool is not installed")

TIMEOUT = 0.8


@pytest.fixture
def server():
    with LanguageToolServer() as server:
        yield server


@pytest.fixture
def engine(server):
    return LanguageTool(server.url, TIMEOUT)


def test_issues_come_with_kind_place_and_three_suggestions(engine):
    text = "They say that teh sky fell, and they is right."

    answer = engine.check(text, "en")

    assert answer.status is Status.OK
    assert [(text[issue.start : issue.end], issue.kind) for issue in answer.issues] == [
        ("teh", Kind.SPELLING),
        ("they is", Kind.GRAMMAR),
    ]
    assert answer.issues[0].replacements == ("the", "THE", "thes")


@pytest.mark.parametrize("before", ["", "😀", "👩‍👩‍👧 says 😀😀 and 𝕏 ", "e\u0301 – ", "日本語 "])
def test_places_are_code_points_whatever_stands_before(engine, before):
    text = f"{before}teh end 👍👍 of teh story"

    issues = engine.check(text, "en").issues

    assert [text[issue.start : issue.end] for issue in issues] == ["teh", "👍👍", "teh"]


def test_languages_go_to_their_variant_and_unknown_ones_are_unsupported(engine, server):
    engine.check("Das Hauß.", "de")

    assert [form["language"] for form in server.asked] == ["de-DE"]
    assert engine.check("Tämä on hyvä.", "fi").status is Status.UNSUPPORTED


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ("no json", Reason.FAILED),
        ("half json", Reason.FAILED),
        ("another json", Reason.FAILED),
        ("no such place", Reason.FAILED),
        ("not utf-8", Reason.FAILED),
        ("500", Reason.FAILED),
        ("429", Reason.BUSY),
        ("426", Reason.BUSY),
        ("503", Reason.BUSY),
        ("slow", Reason.TIMEOUT),
        ("half closed", Reason.UNREACHABLE),
    ],
)
def test_a_failing_server_is_an_engine_without_an_answer_in_time(engine, server, caplog, failure, reason):
    caplog.set_level(logging.INFO)
    engine.check("Warm.", "en")
    server.failing = failure
    began = time.monotonic()

    with pytest.raises(EngineUnavailable) as caught:
        engine.check("A secret sentence with teh mistake.", "en")

    assert caught.value.reason is reason
    assert time.monotonic() - began < TIMEOUT + 0.5
    assert caught.value.__cause__ is None
    assert "secret" not in caplog.text


def test_after_a_failure_the_next_answer_is_a_real_one(engine, server):
    server.failing = "500"
    with pytest.raises(EngineUnavailable):
        engine.check("Warm.", "en")
    server.failing = ""

    assert len(engine.check("teh", "en").issues) == 1


def test_nobody_listening_is_unreachable_at_once():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(EngineUnavailable) as caught:
        LanguageTool(f"http://127.0.0.1:{port}", TIMEOUT).check("Text.", "en")

    assert caught.value.reason is Reason.UNREACHABLE


def test_without_the_package_it_says_what_to_install(server, monkeypatch):
    def missing(name, *arguments):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    engine = LanguageTool(server.url, TIMEOUT)

    with pytest.raises(EngineUnavailable) as caught:
        engine.check("Text.", "en")

    assert caught.value.reason is Reason.NOT_INSTALLED
    assert "install-languagetool" in engine.health().detail


def test_health_asks_the_server(engine, server):
    assert engine.health().is_ready

    unreachable = LanguageTool("http://127.0.0.1:9", TIMEOUT).health()
    assert not unreachable.is_ready
    assert "cannot be reached" in unreachable.detail


def test_the_check_waits_in_the_queue_of_remote_engines_and_shows_its_findings(engine):
    check = grammar.build(engine)
    findings = check.run(Subject(prompt="Write about teh sea.", completion="Good 😀 teh `teh` end 👍👍 here."))

    assert check.weight == "llm"
    assert [(f.field.value, f.excerpt, f.severity) for f in findings] == [
        ("prompt", "teh", Severity.SHOULD),
        ("completion", "teh", Severity.SHOULD),
        ("completion", "👍👍", Severity.NOTE),
    ]
