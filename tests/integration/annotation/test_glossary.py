"""Words that a project spells as it does, added where a finding marks them."""

import pytest
from django.test import Client
from django.urls import reverse

from annotation.copilot import glossary
from annotation.copilot.panel import Addresses, rows_of
from core.refusal import Refused
from qa.checks.base import Finding, Severity
from tests.factories import Cast

pytestmark = pytest.mark.django_db


def spelling_of(word: str, start: int = 0) -> Finding:
    data = {"spelling": True, "score": 0.9}
    return Finding(
        "grammar", "spelling", Severity.SHOULD, "Unknown word", start=start, end=start + 3, excerpt=word, data=data
    )


def test_an_editor_adds_a_word_once_whatever_its_case(client: Client, cast: Cast) -> None:
    client.force_login(cast.editor)
    for word in ("Bremssattel", "bremssattel ", "ABS"):
        client.post(reverse("annotation:glossary-add", args=[cast.project.slug]), {"word": word})
    cast.project.refresh_from_db()
    assert cast.project.glossary == ["ABS", "Bremssattel"]


@pytest.mark.parametrize("word", ["", "  ", "x" * 81, "two\nlines"])
def test_what_is_no_word_is_refused(cast: Cast, word: str) -> None:
    with pytest.raises(Refused):
        glossary.add(cast.project.pk, word)


def test_only_words_that_a_spelling_check_marks_are_offered_and_only_to_whom_may_add() -> None:
    other = Finding("grammar", "agreement", Severity.SHOULD, "Does not agree", excerpt="they is")
    allowed = rows_of([spelling_of("Bremssattel"), other], {}, Addresses("/guideline", words="/add"))
    assert [(row.word, row.word_url) for row in allowed] == [("", ""), ("Bremssattel", "/add")]
    assert [row.word_url for row in rows_of([spelling_of("Bremssattel")], {}, Addresses("/guideline"))] == [""]


def test_the_same_word_twice_gives_two_rows_with_names_of_their_own() -> None:
    rows = rows_of([spelling_of("teh", 0), spelling_of("teh", 9)], {}, Addresses("/guideline"))
    assert len({row.fingerprint for row in rows}) == 1
    assert [row.anchor for row in rows] == [rows[0].fingerprint, f"{rows[0].fingerprint}-2"]
