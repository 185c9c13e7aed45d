"""The detector against real texts, and a real sequence classifier from a folder."""

import json
import time
from pathlib import Path

import pytest

from qa.checks import ai_detector
from qa.checks.base import Subject
from qa.detector import corpus, training
from qa.detector.calibration import Band, Calibrated
from qa.detector.corpus import SFT
from qa.detector.figures import figures, share_strong
from qa.detector.model import Model
from qa.engines.base import EngineUnavailable, Reason
from qa.engines.detection import COEFFICIENTS, HUMAN_SCORES, EmbeddedDetector, HuggingFaceDetector

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "on", "a", "mat", "moreover", "overall"]


@pytest.fixture(scope="module")
def scored():
    if not (DATA / "detect__outfox.jsonl.gz").exists():
        pytest.skip("no ../shared/data with detect__outfox")
    samples = [sample for sample in corpus.load(DATA) if sample.language == "en" and not sample.attack]
    return training.scores_of(Model.load(COEFFICIENTS), training.features(samples))


@pytest.mark.data
def test_answers_of_people_and_of_chat_models_are_told_apart(scored):
    found = figures(SFT, scored)
    assert found.auroc > 0.94
    assert found.caught > 0.75
    assert found.auroc > found.length_auroc


@pytest.mark.data
@pytest.mark.parametrize(
    ("source", "least"), [("outfox", 0.9), ("toefl", 0.95), ("glimpse_xsum", 0.88), ("glimpse_writing", 0.85)]
)
def test_known_kinds_of_text_are_told_apart(scored, source, least):
    assert figures(source, scored).auroc > least


@pytest.mark.data
def test_hardly_any_person_is_called_strong(scored):
    calibration = Model.load(COEFFICIENTS).calibration("en")
    humans = [
        sample for sample in scored if not sample.is_ai and sample.language == "en" and sample.part != "sft_oasst"
    ]
    non_native = [sample for sample in humans if sample.part in {"toefl", "realec_joined"}]
    technical = [sample for sample in humans if sample.part in {"pubmed_joined", "dolly_passages"}]
    assert share_strong(non_native, scored, calibration) <= 0.02
    assert share_strong(technical, scored, calibration) <= 0.02
    assert share_strong(humans, scored, calibration) <= 0.02


@pytest.mark.data
def test_a_text_of_1500_characters_takes_milliseconds(scored):
    texts = [sample.text[:1500] for sample in scored if len(sample.text) >= 1500 and sample.language == "en"][:60]
    detector = EmbeddedDetector()
    check = ai_detector.build(detector)
    check.run(Subject("", texts[0]))
    times = []
    for text in texts:
        began = time.thread_time()
        check.run(Subject("", text))
        times.append(time.thread_time() - began)
    assert sorted(times)[len(times) // 2] < 0.010


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A real two-label classifier with random weights."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("classifier")
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    transformers.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(3)
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        id2label={0: "Fake", 1: "Human"},
        label2id={"Fake": 0, "Human": 1},
    )
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_a_local_classifier_scores_by_the_label_that_names_generated_text(folder):
    import torch
    import transformers

    text = "The cat sat on a mat. Overall, the mat sat."
    network = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    encoded = transformers.AutoTokenizer.from_pretrained(folder)(text, return_tensors="pt")
    with torch.inference_mode():
        fake, human = network(**encoded).logits[0].tolist()
    detector = HuggingFaceDetector(folder)
    assert detector.score(text, "en") == pytest.approx(fake - human, abs=1e-5)
    assert detector.health().is_ready


def test_a_local_classifier_without_human_scores_is_never_strong(folder):
    verdict = ai_detector.judge(HuggingFaceDetector(folder), "the cat sat on a mat " * 40, "en")
    assert verdict.calibrated is Calibrated.NONE
    assert verdict.band in {Band.NONE, Band.WEAK}


def test_human_scores_in_the_folder_calibrate_it(folder):
    detector = HuggingFaceDetector(folder)
    text = "the cat sat on a mat " * 40
    lower = detector.score(text, "en") - 1
    (folder / HUMAN_SCORES).write_text(json.dumps({"en": [lower] * 60}))
    (finding,) = ai_detector.build(detector).run(Subject("", text))
    assert (finding.data["band"], finding.data["calibrated"]) == ("strong", "project")
    (folder / HUMAN_SCORES).unlink()


def test_a_folder_without_a_model_says_so(tmp_path):
    detector = HuggingFaceDetector(tmp_path)
    with pytest.raises(EngineUnavailable) as missing:
        detector.score("text", "en")
    assert missing.value.reason is Reason.NOT_CONFIGURED
    assert not HuggingFaceDetector(tmp_path / "none").health().is_ready
