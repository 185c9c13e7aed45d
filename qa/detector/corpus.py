"""Human and generated texts to learn from, out of the folder of public data: each with its source, so that a source can
be left out. Nothing of a text is ever kept in the project."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.detector.normalizing import normalized

LEAST_WORDS = 5
DOLLY_WORDS = 15
DOLLY_TEXTS = 1500
PASSAGE_WORDS = 60
# Chat models answering instructions; outputs of LLMEval^2 hold people's answers too, those of PandaLM's small models
# read like neither: with either of them the detector of SFT answers gets worse (docs/detector.md).
CHAT_SUBSETS = ("FairEval", "MT-Bench", "Natural", "Neighbor", "GPTInst", "GPTOut", "Manual")
SFT = "sft"
# Short human texts of one kind, joined to the length of an abstract and of an essay: they only calibrate.
JOINED = ("pubmed_joined", "realec_joined")
JOINED_WORDS = 150
_QUESTION = re.compile(r"^Question:.*?Answer:\s*", re.DOTALL)


@dataclass(frozen=True)
class Sample:
    """A normalized text. `source` is left out as one; `part` is its kind within; a `group` never spans folds."""

    source: str
    part: str
    group: str
    language: str
    is_ai: bool
    text: str
    attack: str = ""
    is_training: bool = True

    def fold(self, folds: int) -> int:
        return int(hashlib.sha256(self.group.encode()).hexdigest()[:8], 16) % folds


def load(data: Path) -> list[Sample]:
    """Every usable text of the folder, the same ones once, in a fixed order; files that are absent are left out."""
    samples = [*_detection(data), *_people(data), *_models(data), *_joined(data)]
    unique = {(sample.source, sample.part, sample.text): sample for sample in samples}
    return [sample for sample in unique.values() if len(sample.text.split()) >= LEAST_WORDS or sample.language == "zh"]


def rows(data: Path, name: str) -> Iterator[dict[str, Any]]:
    path = data / f"{name}.jsonl.gz"
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def _detection(data: Path) -> Iterator[Sample]:
    for row in rows(data, "detect__outfox"):
        yield _detected(row, "outfox", "outfox", row["pair"])
    for row in rows(data, "detect__toefl_chatgpt"):
        yield _detected(row, "toefl", "toefl", row["pair"])
    for row in rows(data, "detect__glimpse_main"):
        yield _detected(row, f"glimpse_{row['domain']}", row["domain"], row["doc"])
    for row in rows(data, "detect__glimpse_langs"):
        yield _detected(row, f"glimpse_{row['lang']}", row["domain"], row["doc"])
    for row in rows(data, "detect__sft_pairs"):
        # Answers of oasst are people's by name only: they hold pasted chatbot text, so nothing is learnt from them.
        yield _detected(row, SFT, row["domain"], row["pair"], is_training=row["domain"] == "sft_si")


def _detected(row: dict[str, Any], source: str, part: str, group: object, is_training: bool = True) -> Sample:
    text = row["text"]
    if source.startswith("glimpse"):
        # Generated texts kept their line ends there, people's lost them: no evidence, so both lose them.
        text = " ".join(_QUESTION.sub("", text).split())
    return Sample(
        source,
        part,
        str(group),
        row["lang"],
        row["label"] == "ai",
        normalized(text),
        row["attack"] or "",
        is_training,
    )


def _people(data: Path) -> Iterator[Sample]:
    for row in rows(data, "prompts__seed_tasks_en"):
        yield _human("seed_tasks", row["id"], row["completion"])
    dolly = sorted(rows(data, "prompts__dolly_en"), key=lambda row: hashlib.sha256(row["id"].encode()).hexdigest())
    answers = [row for row in dolly if len(row["completion"].split()) >= DOLLY_WORDS]
    for row in answers[:DOLLY_TEXTS]:
        yield _human("dolly", row["id"], row["completion"])
    passages = [row for row in dolly if len(row["context"].split()) >= PASSAGE_WORDS]
    for row in passages[:DOLLY_TEXTS]:
        yield _human("dolly_passages", row["id"], row["context"])


def _joined(data: Path) -> Iterator[Sample]:
    """Conclusions of medical abstracts, and sentences out of exam essays by non-native writers, several to a text."""
    rows_of_pubmed = [row for row in rows(data, "detect__glimpse_main") if row["domain"] == "pubmed"]
    humans = {_QUESTION.sub("", row["text"]) for row in rows_of_pubmed if row["label"] == "human"}
    yield from _joins("glimpse_pubmed", "pubmed_joined", sorted(humans))
    yield from _joins("realec", "realec_joined", [row["text"] for row in rows(data, "gec__ged_en_realec")])


def _joins(source: str, part: str, texts: Iterable[str]) -> Iterator[Sample]:
    words: list[str] = []
    for text in texts:
        words += text.split()
        if len(words) >= JOINED_WORDS:
            joined = normalized(" ".join(words))
            yield Sample(source, part, joined[:60], "en", False, joined, is_training=False)
            words = []


def _human(part: str, group: str, text: str) -> Sample:
    return Sample(SFT, part, group, "en", False, normalized(text))


def _models(data: Path) -> Iterator[Sample]:
    for row in rows(data, "judge__llmbar"):
        subset = row["subset"].rsplit("/", 1)[-1]
        part = f"llmbar_{subset if row['subset'].startswith('Processed') else 'own'}"
        yield from _outputs(row, part, is_training=subset in CHAT_SUBSETS)
    for row in rows(data, "judge__pandalm"):
        yield from _outputs(row, "pandalm", is_training=False)


def _outputs(row: dict[str, Any], part: str, is_training: bool) -> Iterable[Sample]:
    for name in ("output_1", "output_2"):
        yield Sample(SFT, part, row["instruction"], "en", True, normalized(row[name]), is_training=is_training)
