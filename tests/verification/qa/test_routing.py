"""The router over our own sentences with the real sentence model: a smoke test, there is no labelled data."""

from collections import defaultdict

import pytest

from qa.checks.base import Subject
from qa.checks.routing import build
from qa.engines.base import EngineUnavailable
from qa.engines.embeddings import SentenceEncoder
from tests.verification.qa.routing_sentences import SENTENCES


@pytest.fixture(scope="module")
def check():
    encoder = SentenceEncoder()
    try:
        encoder.embed(["ready"])
    except EngineUnavailable as away:
        pytest.skip(str(away))
    return build(encoder)


def test_hardly_a_sentence_is_sent_the_wrong_way_in_any_language(check):
    right, wrong = defaultdict(int), []
    for language, is_domain, text in SENTENCES:
        band = check.scores(Subject(text, "", language=language))["band"]
        right[language] += band == ("domain" if is_domain else "general")
        if band == ("general" if is_domain else "domain"):
            wrong.append(text)
    assert len(SENTENCES) >= 60
    assert len(wrong) <= 1, wrong
    counted = {language: sum(each == language for each, _, _ in SENTENCES) for language in right}
    assert all(right[language] / counted[language] >= 0.8 for language in right), dict(right)


def test_only_a_clear_case_in_the_wrong_cell_is_noted(check):
    cake = "Suggest a birthday cake recipe that I can bake with small children on a Sunday afternoon."
    court = "Which court has jurisdiction over a contract claim when both parties chose arbitration?"
    assert [f.code for f in check.run(Subject(cake, "", domain="law"))] == ["for_generalists"]
    assert [f.code for f in check.run(Subject(court, "", domain="general"))] == ["for_specialists"]
    assert not check.run(Subject(court, "", domain="law"))
    assert not check.run(Subject(cake, "", domain="general"))
    assert not check.run(Subject(cake, ""))
