"""Two encoders behind one protocol: what they know, that they agree with themselves, and what they say when absent."""

import json
import subprocess
import sys

import numpy as np
import pytest

from qa.engines import embeddings
from qa.engines.base import EngineUnavailable, Reason
from qa.engines.embeddings import Embedders, NgramEncoder, SentenceEncoder, label_of

SENTENCES, NGRAMS = SentenceEncoder(), NgramEncoder()


@pytest.fixture
def without_packages(monkeypatch):
    def absent(name, *_):
        raise ModuleNotFoundError(name)

    embeddings._load.cache_clear()
    monkeypatch.setattr(embeddings.importlib, "import_module", absent)
    yield
    embeddings._load.cache_clear()


def test_importing_engine_and_check_loads_no_model():
    code = (
        "import sys, qa.engines.embeddings, qa.checks.duplicates; print('torch' in sys.modules, 'scipy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_meaning_is_seen_by_the_model_and_not_by_spelling():
    pytest.importorskip("sentence_transformers")
    texts = [
        "How do I end my lease early?",
        "Ways to terminate a rental contract before its term",
        "How do I end my life story?",
    ]
    model, spelling = SENTENCES.embed(texts), NGRAMS.embed(texts)
    assert model[0] @ model[1] > model[0] @ model[2]
    assert spelling[0] @ spelling[1] < spelling[0] @ spelling[2]


@pytest.mark.parametrize("embedder", [SENTENCES, NGRAMS], ids=lambda one: one.name)
def test_vectors_have_length_one_and_do_not_depend_on_the_batch(embedder):
    if embedder is SENTENCES:
        pytest.importorskip("sentence_transformers")
    texts = ["", "?", "水の循環", "\ud800 broken", "a", "A longer sentence about something else entirely. " * 40]
    together = embedder.embed(texts)
    assert together.dtype == np.float32
    assert together.shape == (6, 384)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = type(embedder)().embed([texts[5]])[0]
    np.testing.assert_allclose(together[5], alone, atol=1e-5)


def test_a_text_is_embedded_once(monkeypatch):
    made = []

    def encode(_self, texts):
        made.extend(texts)
        return NGRAMS.embed(texts)

    monkeypatch.setattr(SentenceEncoder, "_encode", encode)
    monkeypatch.setattr(embeddings, "_memory", embeddings._Memory(3))
    SENTENCES.embed(["one", "two", "one"])
    SENTENCES.embed(["two", "three"])
    assert made == ["one", "two", "three"]
    SENTENCES.embed(["four"])
    SENTENCES.embed(["one"])
    assert made[-1] == "one", "the oldest is forgotten"


def test_the_packaged_model_is_for_english_and_n_grams_for_the_rest():
    both = Embedders(SENTENCES, NGRAMS)
    assert [both.of(language).name for language in ("en", "en-GB", "zh", "de")] == [
        SENTENCES.name, SENTENCES.name, NGRAMS.name, NGRAMS.name,
    ]  # fmt: skip
    assert SentenceEncoder("some/multilingual-model").knows("zh")
    assert not SentenceEncoder("some/model", languages=["de"]).knows("en")


def test_a_model_in_a_folder_is_another_one_when_its_files_change(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    before = label_of(SentenceEncoder(str(tmp_path)))
    (tmp_path / "config.json").write_text('{"a": 1}')
    assert label_of(SentenceEncoder(str(tmp_path))) != before


@pytest.mark.parametrize(("state", "reason"), [("installing", Reason.LOADING), ("absent", Reason.NOT_INSTALLED)])
def test_without_its_packages_it_says_why(without_packages, tmp_path, state, reason):
    (tmp_path / "ml.json").write_text(json.dumps({"state": state}))
    with pytest.raises(EngineUnavailable) as raised:
        SentenceEncoder(state_file=tmp_path / "ml.json").embed(["never seen before by any encoder"])
    assert raised.value.reason == reason


def test_a_model_that_cannot_be_loaded_says_so(tmp_path):
    pytest.importorskip("sentence_transformers")
    with pytest.raises(EngineUnavailable) as raised:
        SentenceEncoder(str(tmp_path)).embed(["text"])
    assert raised.value.reason == Reason.FAILED
    assert str(tmp_path) not in str(raised.value)


def test_n_grams_see_typos_and_word_forms_in_any_script():
    texts = ["Договор аренды заканчивается", "Договоры аренды заканчиваются", "Ледники движутся медленно"]
    vectors = NGRAMS.embed(texts)
    assert vectors[0] @ vectors[1] > 0.7 > 0.3 > vectors[0] @ vectors[2]


def test_health_loads_nothing_and_names_what_is_missing(monkeypatch):
    monkeypatch.setattr(embeddings, "_load", None)
    assert SENTENCES.health().engine == "all-MiniLM-L6-v2"

    def missing(name):
        raise embeddings.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(embeddings.importlib.metadata, "version", missing)
    assert not SENTENCES.health().is_ready
    assert NGRAMS.health().is_ready
