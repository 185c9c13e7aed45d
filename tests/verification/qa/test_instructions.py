"""The instructions check with its committed coefficients and the real sentence model, on public prompts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa.benchmarks.instructions import chosen, noise_of, opinions
from qa.checks.base import Severity, Subject
from qa.checks.instructions import build
from qa.engines.base import EngineUnavailable, Reason
from qa.engines.embeddings import NgramEncoder, SentenceEncoder
from qa.instructions.corpus import prompts
from qa.instructions.measuring import fits_of, skill_figures
from qa.instructions.model import FILE, figures, load
from qa.instructions.training import read_all

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
EACH = 100
NOTICE = (
    "The town council met on Tuesday. It decided to close the old footbridge for repairs until the end of May, and to "
    "run a free ferry between the two banks every twenty minutes. Shops on the eastern bank fear that fewer people "
    "will come. The repair costs 340,000 euros, of which the state pays half."
)


class Away(SentenceEncoder):
    """The encoder while its packages are on their way."""

    def embed(self, _texts):
        raise EngineUnavailable(self.name, Reason.LOADING)


@pytest.fixture(scope="module")
def encoder():
    model = SentenceEncoder()
    try:
        model.embed(["ready"])
    except EngineUnavailable as away:
        pytest.skip(str(away))
    return model


@pytest.fixture(scope="module")
def check(encoder):
    return build(encoder)


def samples(name):
    found = prompts(DATA, name)
    if not found:
        pytest.skip(f"prompts__{name} is not here")
    return sorted(found, key=lambda sample: sample.group)


def severities(check, subject):
    return {finding.code: finding.severity for finding in check.run(subject)}


@pytest.mark.parametrize(
    ("skill", "prompt", "context"),
    [
        ("summarization", "Summarize this notice in one sentence.", NOTICE),
        ("summarization", "请用一句话概括：市政府周二决定关闭旧桥进行维修，直到五月底。两岸间有免费渡船。", ""),
        ("extraction", "List every amount of money that is mentioned.", NOTICE),
        ("rewriting", "Rewrite this in simpler words: The council resolved to suspend the use of the footbridge.", ""),
        ("rewriting", "Formuliere den Satz höflicher um: Schicken Sie mir sofort die Unterlagen.", ""),
        ("classification", "Classify each as fruit or vegetable: leek, pear, plum, carrot", ""),
        ("open_qa", "Why is the sky blue?", ""),
        ("other", "写一首关于秋天的诗。", ""),
    ],
)  # fmt: skip
def test_the_skill_of_a_plain_prompt_is_read_in_several_languages(check, skill, prompt, context):
    language = "zh" if prompt[0] > "\u3000" else "de" if "ö" in prompt else "en"
    assert check.scores(Subject(prompt, "", context, language))["predicted"] == skill


def test_a_prompt_of_another_skill_says_which_it_is(check):
    [finding] = [
        each
        for each in check.run(Subject("Write a funny poem about a ferry.", "", skill="classification"))
        if each.code == "other_skill"
    ]
    assert finding.data["predicted"] == "other"
    assert finding.data["score"] > 0.9
    assert sum(finding.data["probabilities"].values()) == pytest.approx(1, abs=0.01)


def test_an_answer_to_something_else_is_seen_and_the_right_one_is_not(check):
    asked = Subject("Why is the old footbridge closed?", "", NOTICE, "en", "closed_qa")
    away = replace(asked, completion="Basil needs six hours of sun, moist soil and a pot with holes in its bottom.")
    right = replace(asked, completion="The old footbridge is closed for repairs until the end of May.")
    assert "answers_another_prompt" in severities(check, away)
    assert "answers_another_prompt" not in severities(check, right)


def test_where_the_language_was_never_measured_nothing_is_more_than_a_note(check):
    thai = Subject("ทำไมท้องฟ้าถึงเป็นสีฟ้า", "แมวชอบนอนบนโซฟาทั้งวัน", language="th", skill="classification")
    assert set(severities(check, thai).values()) <= {Severity.NOTE}


def test_another_embedder_than_the_one_trained_with_is_not_asked():
    assert build(NgramEncoder()).scores(Subject("Why is the sky blue?", "Air scatters blue light."))["mode"] == "plain"


def test_while_the_model_is_loading_there_is_no_answer_instead_of_a_guess():
    with pytest.raises(EngineUnavailable, match="loading"):
        build(Away()).run(Subject("Why is the sky blue?", "Air scatters blue light.", skill="open_qa"))


def test_no_finding_on_nothing(check):
    assert check.run(Subject("", "")) == []


def test_the_file_of_coefficients_is_small_and_plain():
    assert FILE.stat().st_size < 1_100_000
    with np.load(FILE, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)


@pytest.mark.data
def test_cross_validation_at_training_reached_its_figures():
    measured = figures()
    assert measured["embedded macro_f1"] >= GATES["macro_f1"]
    assert measured["embedded wrong_caught"] >= GATES["wrong_caught"]
    assert measured["embedded wrong_of_project"] >= GATES["wrong_of_project"]
    assert min(value for name, value in measured.items() if name.startswith("embedded fit")) >= GATES["fit"]


@pytest.mark.data
def test_the_benchmark_knows_the_rows_that_the_coefficients_were_made_from():
    seen = samples("dolly_en")[:60]
    unseen = [replace(sample, group=f"{n:08x}{sample.group}") for n, sample in enumerate(seen)]
    assert not chosen(seen, 50)[1]
    rows, are_unseen = chosen([*seen[:30], *unseen], 100)
    assert are_unseen
    assert {row.group for row in rows} == {row.group for row in unseen}


@pytest.mark.data
@pytest.mark.parametrize(("name", "mode"), [("t0_templates", "embedded"), ("belle_eval_zh", "plain")])
def test_prompts_of_sources_never_trained_on_are_read(encoder, name, mode):
    some = samples(name)[:EACH]
    seen = opinions(mode, read_all(some, encoder.embed if mode == "embedded" else None))
    assert skill_figures(seen.probabilities, seen.labels).macro_f1 >= GATES[name]


@pytest.mark.data
def test_finnish_answers_that_share_words_with_their_prompt_are_told_apart_without_vectors():
    caught = fits_of(load().fit["plain"], read_all(samples("dolly_fi")[:1200])).caught()
    # Open questions and free writing share too few words with their answers; the card says so.
    assert min(share for skill, share in caught.items() if skill not in {"open_qa", "other"}) >= GATES["finnish fit"]


@pytest.mark.data
@pytest.mark.parametrize("name", ["dolly_en", "dolly_fi"])
def test_pairs_with_their_own_labels_are_left_in_peace(check, name):
    noise = noise_of(check, samples(name)[:EACH])
    assert noise.should <= 0.02
    assert noise.note <= 0.06


GATES = {
    "macro_f1": 0.78,
    "wrong_caught": 0.85,
    "wrong_of_project": 0.9,
    "fit": 0.93,
    "t0_templates": 0.55,
    "belle_eval_zh": 0.45,
    "finnish fit": 0.95,
}
