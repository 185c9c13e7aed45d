"""Text that reads as generated: a calibrated band and what can be seen of it. Advice, never a verdict on a person.

Only the band "strong" becomes a finding, one a text and a note at most; all else is in `scores`.
"""

from collections.abc import Mapping
from typing import Any

from qa.checks.base import Check, Finding, Severity, Subject
from qa.detector.calibration import Band, Calibrated, Calibration, Verdict, judge_score
from qa.engines.detection import Detector

NAME = "ai_detector"
VERSION = 1
TO_AUTHOR = (
    "Some passages read like machine text. If you wrote them, nothing needs doing; otherwise please put them in your "
    "own words."
)
CAUTION = "Not proof; do not reject on this alone."
CALIBRATIONS: Mapping[Calibrated, str] = {
    Calibrated.PROJECT: "",
    Calibrated.SHARED: "Not calibrated for this project.",
    Calibrated.NONE: "Not calibrated for this language.",
}


def build(detector: Detector) -> Check:
    return Check(
        NAME,
        VERSION,
        "ml",
        "AI detector",
        run=lambda subject: _find(detector, subject),
        settings=lambda subject: _settings(detector, subject),
        engine=detector.name,
        scores=lambda subject: scores(detector, subject),
        highest=Severity.NOTE,
    )


def judge(detector: Detector, text: str, language: str, calibration: Calibration | None = None) -> Verdict:
    """`calibration` in place of the detector's own, for a project with trusted human scores of its own."""
    language = _primary(language)
    return judge_score(detector.score(text, language), text, calibration or detector.calibration(language))


def scores(detector: Detector, subject: Subject) -> Mapping[str, Any]:
    """`score` 0..1 (a rank, no probability), `band`, `p_value`, `words`, `calibrated`."""
    return _as_data(judge(detector, subject.completion, subject.language))


def _settings(detector: Detector, subject: Subject) -> Mapping[str, Any]:
    return {"language": _primary(subject.language), "engine": detector.name, "version": detector.version}


def _find(detector: Detector, subject: Subject) -> list[Finding]:
    if not subject.completion.strip():
        return []
    verdict = judge(detector, subject.completion, subject.language)
    if verdict.band is not Band.STRONG:
        return []
    data = {
        **_as_data(verdict),
        "reasons": list(detector.reasons(subject.completion, _primary(subject.language))),
        "to_reviewer": to_reviewer(verdict),
    }
    return [Finding(NAME, "reads_generated", Severity.NOTE, TO_AUTHOR, data=data)]


def to_reviewer(verdict: Verdict) -> str:
    if verdict.p_value is None:
        rarity = "How many human texts score as high is not known."
    else:
        rarity = f"About {max(1, round(100 * verdict.p_value))} of 100 human texts of this kind score as high."
    return " ".join(filter(None, (rarity, CALIBRATIONS[verdict.calibrated], CAUTION)))


def _as_data(verdict: Verdict) -> dict[str, Any]:
    return {
        "score": verdict.score,
        "band": verdict.band.value,
        "p_value": None if verdict.p_value is None else round(verdict.p_value, 4),
        "words": verdict.words,
        "calibrated": verdict.calibrated.value,
        "calibration": CALIBRATIONS[verdict.calibrated],
    }


def _primary(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()
