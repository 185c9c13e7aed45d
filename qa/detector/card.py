"""The card beside a coefficient file: what it was learnt from, when, and what it can and cannot tell."""

from collections.abc import Iterator
from datetime import UTC, datetime

from qa.detector.calibration import Calibration
from qa.detector.corpus import JOINED
from qa.detector.figures import Figures, calibration_without, figures, share_strong, sources
from qa.detector.model import ENGLISH, OTHER, Model
from qa.detector.own import Figures as OwnFigures
from qa.detector.training import Trained

LICENCES = """| texts | languages | licence as stated by the source |
|---|---|---|
| Glimpse (xsum, writing, pubmed; news and question answers) | en; ar bg id ru ur zh | MIT (underlying texts vary) |
| OUTFOX student essays, with attacked ones | en | Apache-2.0 (essays: Kaggle Feedback Prize) |
| TOEFL essays by non-native writers, and ChatGPT's | en | MIT |
| self-instruct: seed tasks, user-oriented answers (people) | en | Apache-2.0 |
| Databricks Dolly 15k: answers (people), passages | en | CC-BY-SA-3.0 |
| LLMBar: answers of chat models | en | MIT |
| REALEC exam essays by non-native writers (calibration only) | en | CC-BY-SA-4.0 |"""


def shared_card(trained: Trained) -> str:
    return "\n".join(
        [
            "# ai_detector",
            "",
            f"Version {trained.model.version}, {_today()}. Written by `manage.py train_ai_detector`. No text is kept:",
            "weights, means, and quantiles of scores.",
            "",
            LICENCES,
            "",
            "## People and machines told apart",
            "AUROC / share of generated texts caught at 5 % false alarms. *Seen*: other texts of the",
            "source were learnt from (cross-validated by group). *Unseen*: nothing of the source was. *Like length*:",
            "among texts of about the same number of words (unseen).",
            "",
            *_table(trained),
            "",
            *_bands(trained),
            "",
        ]
    )


def _table(trained: Trained) -> Iterator[str]:
    yield "| source | people | machines | seen | unseen | like length | length alone |"
    yield "|---|---|---|---|---|---|---|"
    for source in filter(lambda each: figures(each, trained.seen).machines, sources(trained.seen)):
        seen, unseen = figures(source, trained.seen), figures(source, trained.unseen)
        yield (
            f"| {source} | {seen.humans} | {seen.machines} | {_pair(seen)} | {_pair(unseen)} "
            f"| {unseen.like_length_auroc:.3f} | {unseen.length_auroc:.3f} / {unseen.length_caught:.2f} |"
        )


def _pair(found: Figures) -> str:
    return f"{found.auroc:.3f} / {found.caught:.2f}"


def _bands(trained: Trained) -> Iterator[str]:
    yield "## People's texts in the band “strong” (texts of 120 words or more)"
    yield "As an unseen kind: neither model nor calibration knew the source."
    yield ""
    yield "| kind | texts | strong, seen | strong, unseen |"
    yield "|---|---|---|---|"
    known = [sample for sample in trained.seen if sample.is_training or sample.part in JOINED]
    humans = [sample for sample in known if not sample.is_ai and sample.language == ENGLISH]
    for part in sorted({sample.part for sample in humans}):
        texts = [sample for sample in humans if sample.part == part and len(sample.text.split()) >= 120]
        seen = share_strong(texts, trained.seen, trained.model.calibration(ENGLISH))
        unseen = share_strong(texts, trained.unseen, calibration_without(trained.model, ENGLISH, part))
        if texts:
            yield f"| {part} | {len(texts)} | {100 * seen:.1f} % | {100 * unseen:.1f} % |"
    machines = [sample for sample in trained.seen if sample.is_ai and sample.language == ENGLISH and not sample.attack]
    for part in sorted({sample.part for sample in machines}):
        texts = [sample for sample in machines if sample.part == part and len(sample.text.split()) >= 120]
        seen = share_strong(texts, trained.seen, trained.model.calibration(ENGLISH))
        unseen = share_strong(texts, trained.unseen, calibration_without(trained.model, ENGLISH, part))
        if texts:
            yield f"| {part}, generated | {len(texts)} | {100 * seen:.1f} % | {100 * unseen:.1f} % |"
    yield ""
    yield (
        f"Languages learnt from: {', '.join(trained.model.languages)}. Of all but English only one kind of text "
        "is known: never “strong”. Every other language: not calibrated, never “strong”; how people "
        f"score there is guessed from {len(trained.model.pools.get(OTHER, ()))} pools of languages left out."
    )


def own_card(model: Model, found: OwnFigures, language: str) -> str:
    calibration: Calibration = model.calibration(language)
    return "\n".join(
        [
            "# ai_detector, this project's own",
            "",
            f"Version {model.version}, {_today()}, language {language}: {found.humans} human and {found.machines}",
            f"generated texts on top of the shared coefficients. Calibrated by: {calibration.kind}.",
            "",
            "| | AUROC | caught at 5 % false alarms |",
            "|---|---|---|",
            f"| own, cross-validated | {found.own[0]:.3f} | {found.own[1]:.2f} |",
            f"| shared coefficients | {found.shared[0]:.3f} | {found.shared[1]:.2f} |",
            f"| number of words alone | {found.length[0]:.3f} | {found.length[1]:.2f} |",
            "",
        ]
    )


def _today() -> str:
    return f"{datetime.now(tz=UTC):%Y-%m-%d}"
