# ruff: noqa: E501  # two texts
"""The detector's parts: one form for every way of writing, figures of a text, bands, the project's own detector."""

import dataclasses
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.checks import ai_detector
from qa.checks.base import Severity, Subject
from qa.detector import ngrams, style
from qa.detector.calibration import Band, Calibrated, Calibration, Pool, judge_score
from qa.detector.measuring import auroc, caught
from qa.detector.model import Model
from qa.detector.normalizing import normalized
from qa.detector.own import fit_own
from qa.engines.base import EngineUnavailable, Reason
from qa.engines.detection import COEFFICIENTS, EmbeddedDetector

HIDDEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2062\U000e0041\ufe0f\u180e"
CHATTY = (
    "Certainly! There are several important factors to consider when choosing a reliable heating system for a home. "
    "Firstly, it is important to evaluate the size of the house, as this will significantly affect the amount of energy required "
    ". Additionally, homeowners should consider various fuel options, including gas, electricity, and wood, in "
    "order to ensure that the system is both efficient and affordable. Furthermore, regular maintenance is essential, "
    "as it helps to prevent costly repairs and provides peace of mind. Moreover, modern systems offer a variety of "
    "features, such as programmable thermostats, which can significantly reduce energy consumption. Overall, it is "
    "crucial to carefully weigh the potential benefits and drawbacks of each option, and to consult a qualified "
    "professional, in order to make an informed decision that meets the unique needs of the household.\n\n"
    "In conclusion, choosing a heating system requires careful consideration of a range of important factors."
)
PLAIN = (
    "We put the stove in ourselves, in March, which was daft: the chimney was still wet and Karl's ladder is too short. "
    "It smoked. My wife laughed so hard she had to sit on the stairs! Anyway, gas would've cost us about 4,200 a year "
    "(that's the old tariff, mind you), and wood's nearly free if you've got a saw and don't hate Sundays. I do. What "
    "nobody tells you: the ash. Buckets of it, every other day, and the cat rolls in it. The man from the co-op came "
    "twice, said 'hm', and went off again. So if somebody asks me whether it's worth it - well, ask me in January, when "
    "it's minus ten and the pipes at my brother's place are frozen solid again, same as they were in '09 and in '17. "
    "Then yes. In April I couldn't care less about the thing, honestly, and I'd sell you mine for a decent bike."
)
TEXTS = st.text(max_size=200) | st.sampled_from([CHATTY, PLAIN])


@pytest.fixture(scope="module")
def detector():
    return EmbeddedDetector()


@given(TEXTS)
def test_normalizing_twice_changes_nothing_more(text):
    assert normalized(normalized(text)) == normalized(text)


@given(TEXTS)
def test_no_invisible_character_survives(text):
    assert not [each for each in normalized(text) if unicodedata.category(each) in {"Cf", "Cs"}]


@settings(max_examples=30, deadline=None)
@given(st.data(), st.sampled_from([CHATTY, PLAIN]), st.sampled_from(["en", "ru", "sv"]))
def test_hidden_characters_never_change_score_or_band(data, text, language):
    places = data.draw(st.lists(st.integers(0, len(text)), max_size=40))
    hidden = text
    for place in sorted(places, reverse=True):
        hidden = hidden[:place] + data.draw(st.sampled_from(HIDDEN)) + hidden[place:]
    detector = EmbeddedDetector()
    plain, disguised = (ai_detector.judge(detector, each, language) for each in (text, hidden))
    assert disguised == plain


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, len(CHATTY) - 1), max_size=200))
def test_look_alike_letters_never_lower_the_band(places):
    alike = {"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "x": "х", "i": "і"}
    disguised = "".join(alike.get(each, each) if place in places else each for place, each in enumerate(CHATTY))
    order = [Band.TOO_SHORT, Band.NONE, Band.WEAK, Band.STRONG]
    detector = EmbeddedDetector()
    plain, other = (ai_detector.judge(detector, each, "en").band for each in (CHATTY, disguised))
    assert order.index(other) >= order.index(plain)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_every_text_has_finite_figures_of_one_size(text):
    figures = style.vector(normalized(text))
    assert figures.shape == (style.SIZE,)
    assert np.isfinite(figures).all()


@settings(deadline=None)
@given(st.text(max_size=300))
def test_ngrams_have_unit_length(text):
    places, values = ngrams.vector(normalized(text))
    assert ((places >= 0) & (places < ngrams.SIZE)).all()
    assert not len(values) or np.square(values).sum() == pytest.approx(1)


def test_a_text_of_stock_phrases_scores_above_a_text_with_a_voice(detector):
    assert detector.score(CHATTY, "en") > detector.score(PLAIN, "en") + 1


SCORES = st.lists(st.floats(-9, 9), min_size=1, max_size=200)


@given(SCORES, st.floats(-9, 9), st.floats(-9, 9))
def test_a_higher_score_never_has_a_higher_p_value(scores, one, other):
    low, high = sorted((one, other))
    for calibration in (Calibration.of(own=scores * 20), Calibration.of(shared=[Pool.of("essays", 60, scores)])):
        assert calibration.p_value(high, 200) <= calibration.p_value(low, 200)


@given(SCORES, st.floats(-9, 9))
def test_p_values_are_never_zero_and_never_above_one(scores, score):
    for calibration in (Calibration.of(own=scores * 20), Calibration.of(shared=[Pool.of("essays", 60, scores)])):
        assert 0 < calibration.p_value(score, 200) <= 1


def test_own_scores_keep_their_false_alarms_on_average():
    dice = np.random.default_rng(7)
    shares = []
    for _ in range(40):
        calibration = Calibration.of(own=dice.normal(size=100).tolist())
        bands = [judge_score(score, "word " * 150, calibration).band for score in dice.normal(size=200)]
        shares.append(np.mean([band is Band.STRONG for band in bands]))
    assert np.mean(shares) <= 0.025


def test_the_kind_of_human_text_that_scores_highest_decides():
    calm = [Pool.of(name, 60, np.linspace(-3, -1, 100)) for name in ("news", "essays")]
    high = Pool.of("abstracts", 60, np.linspace(0, 5, 100))
    text = "word " * 150
    assert judge_score(1.0, text, Calibration.of(shared=[*calm, calm[0]])).p_value < 0.02
    assert judge_score(1.0, text, Calibration.of(shared=[*calm, high])).band is Band.NONE


def test_bands_follow_length_and_calibration():
    pools = [Pool.of(name, 60, np.linspace(-3, -1, 200)) for name in ("a", "b", "c")]
    shared = Calibration.of(shared=pools)
    assert judge_score(9, "word " * 59, shared).band is Band.TOO_SHORT
    assert judge_score(9, "word " * 119, shared).band is Band.WEAK
    assert judge_score(9, "word " * 120, shared).band is Band.STRONG
    assert judge_score(9, "word " * 500, Calibration.of(shared=pools[:2])).band is Band.WEAK
    foreign = judge_score(9, "word " * 500, Calibration.of(shared=pools, is_known=False))
    assert (foreign.band, foreign.calibrated) == (Band.WEAK, Calibrated.NONE)
    nothing = judge_score(9, "word " * 500, Calibration.of())
    assert (nothing.p_value, nothing.calibrated) == (None, Calibrated.NONE)
    assert nothing.band is not Band.STRONG


def test_twenty_own_scores_take_over_from_the_shared_pool():
    pool = Pool.of("essays", 60, [0.0] * 30)
    assert Calibration.of(own=[0.0] * 19, shared=[pool]).kind is Calibrated.SHARED
    assert Calibration.of(own=[0.0] * 20, shared=[pool]).kind is Calibrated.PROJECT


def test_a_language_never_trained_on_is_told_so_and_never_strong(detector):
    verdict = ai_detector.judge(detector, CHATTY, "sv")
    assert verdict.calibrated is Calibrated.NONE
    assert verdict.band is not Band.STRONG
    assert "Not calibrated for this language." in ai_detector.to_reviewer(verdict)


class Certain(EmbeddedDetector):
    """Scores every text above all people."""

    def score(self, text, language):
        return 50.0


def test_strong_is_one_note_with_both_wordings():
    check = ai_detector.build(Certain())
    (finding,) = check.run(Subject("How to heat?", CHATTY, language="en-GB"))
    assert finding.severity is Severity.NOTE is check.highest
    assert "nothing needs doing" in finding.message
    assert "of 100 human texts of this kind score as high" in finding.data["to_reviewer"]
    assert "do not reject on this alone" in finding.data["to_reviewer"]
    assert finding.data["calibrated"] == "shared"
    assert any("Stock phrases" in reason for reason in finding.data["reasons"])


def test_less_than_strong_is_no_finding_and_still_a_score(detector):
    check = ai_detector.build(detector)
    subject = Subject("How was it?", PLAIN)
    assert check.run(subject) == []
    assert check.scores(subject)["band"] in {"none", "weak"}


def test_an_empty_answer_is_left_alone(detector):
    check = ai_detector.build(detector)
    assert check.run(Subject("Why?", " \n")) == []
    assert check.scores(Subject("Why?", ""))["band"] == "too short to say"


def test_missing_or_broken_coefficients_say_so(tmp_path):
    with pytest.raises(EngineUnavailable) as missing:
        EmbeddedDetector(tmp_path / "none.npz").score("text", "en")
    assert missing.value.reason is Reason.NOT_CONFIGURED
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 no archive")
    broken = EmbeddedDetector(tmp_path / "broken.npz")
    assert not broken.health().is_ready
    with pytest.raises(EngineUnavailable) as failed:
        broken.score("text", "en")
    assert failed.value.reason is Reason.FAILED


def test_auroc_counts_ties_half_and_caught_keeps_the_alarms():
    assert auroc([1, 2, 3], [3, 4]) == pytest.approx(5.5 / 6)
    assert auroc([1, 1], [1, 1]) == 0.5
    assert caught(list(range(100)), [94.5, 93.0, 200.0]) == pytest.approx(2 / 3)


def _texts(kind, count):
    dice = np.random.default_rng(3)
    parts = (CHATTY if kind else PLAIN).replace("\n\n", " ").split(". ")
    return [". ".join(dice.permutation(parts)[:4]) + f" ({number})" for number in range(count)]


def test_own_detector_learns_calibrates_and_is_the_same_file_twice(tmp_path):
    base = Model.load(COEFFICIENTS)
    first, figures = fit_own(base, _texts(0, 30), _texts(1, 30), "en")
    second, _ = fit_own(base, _texts(0, 30), _texts(1, 30), "en")
    first.save(tmp_path / "first.npz")
    second.save(tmp_path / "second.npz")
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    assert figures.own[0] > 0.95
    assert first.calibration("en").kind is Calibrated.PROJECT
    read = Model.load(tmp_path / "first.npz")
    assert read.score(CHATTY, "en") == pytest.approx(first.score(CHATTY, "en"), abs=1e-3)
    assert read.own == {"en": tuple(round(score, 4) for score in first.own["en"])}


def test_own_detector_wants_twenty_of_each_and_none_in_both():
    base = Model.load(COEFFICIENTS)
    with pytest.raises(ValueError, match="20 of each"):
        fit_own(base, _texts(0, 19), _texts(1, 30), "en")
    with pytest.raises(ValueError, match="in both"):
        fit_own(base, _texts(0, 30), _texts(0, 30), "en")


def test_answers_to_one_prompt_do_not_vouch_for_each_other():
    """People and machines write alike here; only what an answer is about says which prompt, and so whose it is."""
    base, dice = Model.load(COEFFICIENTS), np.random.default_rng(5)
    topics = ["".join(dice.permutation(list("abcdefghijklmnoprstuv"))[:9]) for _ in range(40)]
    answers = {f"About {topic} and {topic} {number}. It is {topic}.": topic for topic in topics for number in (1, 2)}
    texts = list(answers)
    _, flattered = fit_own(base, texts[:40], texts[40:], "en")
    _, honest = fit_own(base, texts[:40], texts[40:], "en", answers)
    assert honest.own[0] < 0.7 < 0.9 < flattered.own[0]


def test_the_committed_file_is_small_and_holds_no_objects():
    assert COEFFICIENTS.stat().st_size < 1_000_000
    with np.load(COEFFICIENTS, allow_pickle=False) as stored:
        assert {stored[name].dtype.kind for name in stored.files} <= {"i", "u", "f"}
    assert "en" in Model.load(COEFFICIENTS).pools


def test_settings_change_with_the_coefficients(detector, tmp_path):
    model = dataclasses.replace(Model.load(COEFFICIENTS), version="other")
    model.save(tmp_path / "other.npz")
    subject = Subject("p", "c")
    one, other = (ai_detector.build(EmbeddedDetector(path)) for path in (COEFFICIENTS, tmp_path / "other.npz"))
    assert one.settings(subject) != other.settings(subject)
