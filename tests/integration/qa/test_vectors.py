"""The index in PostgreSQL answers as exact arithmetic does, within one collection only."""

import numpy as np
import pytest
from django.db import connection

from qa.checks.base import Subject
from qa.engines.embeddings import Embedders, NgramEncoder, label_of
from qa.models import IndexedText
from qa.vectors import storing
from qa.vectors.corpus import Entry, Question, wording_of
from qa.vectors.memory import MemoryCorpus
from qa.vectors.search import PostgresCorpus

pytestmark = pytest.mark.django_db
NGRAMS = NgramEncoder()
EMBEDDERS = Embedders(NGRAMS, NGRAMS)
PASSAGE = "The lease began on 1 May 2019 and ends after ten years unless one of the parties renews it in writing."
OTHER_PASSAGE = "Glaciers move because ice deforms under its own weight and slides over the ground beneath it."


def entry(key, prompt, context="", collection="p1", group="g1"):
    return Entry(collection, group, str(key), "en", prompt, context)


SOME = [
    entry(1, "When does the lease of the office end?", PASSAGE),
    entry(2, "When does the lease of the office end?"),
    entry(3, "When does the lease of the office end?", OTHER_PASSAGE),
    entry(4, "Why do glaciers move downhill over the years?", OTHER_PASSAGE, group="g2"),
    entry(5, "When does the lease of the office end?", PASSAGE, collection="p2"),
    entry(6, "Name three rivers that flow into the Black Sea."),
]


def question(prompt, context="", key="", collection="p1", group="g1"):
    subject = Subject(prompt, "", context, collection=collection, group=group, key=key)
    passage = NGRAMS.embed([context])[0] if context else None
    return Question(subject, label_of(NGRAMS), NGRAMS.embed([prompt])[0], passage)


def ask_for_copies(corpus, prompt, context="", key="", collection="p1"):
    subject = Subject(prompt, "", context, collection=collection, key=key)
    return corpus.copies(subject, wording_of(prompt, context), 5)


def test_the_nearest_shares_prompt_and_context():
    storing.index_batch(SOME, EMBEDDERS)
    found = PostgresCorpus().nearest(question(SOME[0].prompt, PASSAGE), 3).nearest
    assert [one.key for one in found][:2] == ["1", "3"]
    assert found[0].prompt == pytest.approx(1, abs=1e-3)
    assert found[0].context == pytest.approx(1, abs=1e-3)
    assert found[1].context < 0.8


def test_a_text_is_not_its_own_neighbour_nor_that_of_another_collection():
    storing.index_batch(SOME, EMBEDDERS)
    corpus = PostgresCorpus()
    assert [one.key for one in ask_for_copies(corpus, SOME[0].prompt, PASSAGE) if one.is_exact] == ["1"]
    assert not [one for one in ask_for_copies(corpus, SOME[0].prompt, PASSAGE, key="1") if one.is_exact]
    assert "5" not in {one.key for one in corpus.nearest(question(SOME[0].prompt, PASSAGE), 10).nearest}


def test_an_empty_collection_has_no_neighbours():
    answer = PostgresCorpus().nearest(question("Anything?"), 3)
    assert list(answer.nearest) == []
    assert (answer.family, answer.group_size) == (0, 0)


def test_vectors_of_another_embedder_are_never_compared():
    wider = NgramEncoder(dimensions=512)
    wider.version = "512"
    storing.index_batch(SOME[:3], EMBEDDERS)
    storing.index_batch(SOME[3:4], Embedders(wider, wider))
    found = PostgresCorpus().nearest(question(SOME[3].prompt, OTHER_PASSAGE), 10).nearest
    assert {one.key for one in found} == {"1", "2", "3"}


def test_indexing_again_replaces_and_forgetting_removes():
    storing.index_batch(SOME, EMBEDDERS)
    storing.index_batch([entry(6, "Name three seas.")], EMBEDDERS)
    assert IndexedText.objects.get(collection="p1", key="6").prompt == "Name three seas."
    storing.forget("p1", ["6", "1"])
    assert set(IndexedText.objects.filter(collection="p1").values_list("key", flat=True)) == {"2", "3", "4"}


def test_near_copies_are_found_by_their_wording():
    long = "Explain in two sentences why the tenant may keep the deposit when the landlord has not answered in time."
    storing.index_batch([*SOME, entry(7, long)], EMBEDDERS)
    (copy,) = ask_for_copies(PostgresCorpus(), long.replace("two sentences", "TWO sentences").rstrip(".") + "!")
    assert (copy.key, copy.is_exact) == ("7", True)
    (copy,) = ask_for_copies(PostgresCorpus(), long + " Be brief.")
    assert (copy.key, copy.is_exact) == ("7", False)
    assert copy.prompt > 0.7


@pytest.mark.parametrize("text", ["", "?", "\ud800", "水の循環を説明してください。"])
def test_odd_texts_can_be_indexed_and_found(text):
    prompt = text.replace("\ud800", "\ufffd")
    storing.index_batch([entry(1, prompt)], EMBEDDERS)
    assert ask_for_copies(PostgresCorpus(), text.replace("\ud800", "\ufffd"))[0].is_exact


def test_memory_and_postgresql_give_the_same_answers():
    storing.index_batch(SOME, EMBEDDERS)
    memory, stored = MemoryCorpus([one for one in SOME if one.collection == "p1"], EMBEDDERS), PostgresCorpus()
    for asked in (question(SOME[0].prompt, PASSAGE, key="1"), question(SOME[5].prompt), question("A lease?", PASSAGE)):
        one, other = memory.nearest(asked, 2), stored.nearest(asked, 2)
        same_kind = [each for each in other.nearest if each.has_context == (asked.context is not None)]
        assert [each.key for each in one.nearest] == [each.key for each in same_kind]
        assert [each.prompt for each in one.nearest] == pytest.approx([each.prompt for each in same_kind], abs=2e-3)
        assert (one.family, one.group_size) == (other.family, other.group_size)


def test_ten_thousand_texts_are_searched_exactly():
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((10_000, 384)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    _fill(rows)
    asked = Question(Subject("", "", collection="big", group="g"), "random", rows[4321], None)
    found = PostgresCorpus().nearest(asked, 10).nearest
    assert [one.key for one in found] == [str(at) for at in np.argsort(-(rows @ rows[4321]))[:10]]


def _fill(rows):
    texts = "collection, key, language, prompt, exact_hash, embedder"
    rest = "prompt_vector, prompt_signature, bands, indexed_at"
    with connection.cursor() as cursor:
        with cursor.copy(f'COPY qa_indexedtext ("group", {texts}, {rest}) FROM STDIN') as copy:
            for at, row in enumerate(rows):
                vector = "[" + ",".join(map(str, row)) + "]"
                written = ("g", "big", str(at), "en", "x" * 80, f"{at:032x}", "random")
                copy.write_row((*written, vector, b"\0" * 512, [at], "2026-01-01Z"))
        cursor.execute("ANALYZE qa_indexedtext")
