"""What the classifiers learn from: Dolly as it is, Dolly with its context moved into the prompt, and prompts made from
our own templates with passages of public data in their places. Deterministic for a data folder."""

import gzip
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from qa.instructions.templates import LABELS, NOUNS, QUESTIONS, TEMPLATES, entries
from qa.instructions.words import length, sentences

# Passages of other languages for our templates: file and languages. People wrote them, for whatever purpose.
PASSAGES: Mapping[str, tuple[str, ...]] = {
    "detect__glimpse_langs": ("ru", "zh"),
    "gec__falko_merlin_de": ("de",),
    "gec__cowsl2h_es": ("es",),
    "gec__ged_it_merlin": ("it",),
    "gec__ged_sv_swell": ("sv",),
    "gec__ua_gec_uk": ("uk",),
    "gec__mucgec_zh": ("zh",),
    "prompts__oasst1_fr": ("fr",),
}
SOURCES = ("prompts__dolly_en", "prompts__dolly_fi", *PASSAGES)
REPEATS = {"en": 8, "zh": 12, "fi": 6}
WRAPPERS = (
    "{t}\n\n{q}", "{q}\n\n{t}", "{q} {t}", "Passage: {t}\n\nQuestion: {q}\n\nAnswer:", "Context: {t}\n{q}",
    "Read this text: {t}\n{q}", "{q}\nText: {t}", "Q: {q}\nContext: {t}\nA:", "Given this paragraph:\n{t}\n{q}",
)  # fmt: skip
BARE_WRAPPERS = ("Question: {q}\nAnswer:", "Q: {q}", "Please answer. {q}", "A question for an exam: {q}", "{q}\n\nA:")


@dataclass(frozen=True)
class Sample:
    """`group` keeps together what must not be split between training and test; `weight` how much it counts."""

    source: str
    language: str
    skill: str
    prompt: str
    context: str
    completion: str
    group: str
    weight: float = 1.0

    @property
    def mark(self) -> int:
        """32 bits that tell whether coefficients were made from this prompt and context."""
        return int(self.group[:8], 16)


def rows_of(data: Path, name: str) -> list[dict[str, Any]]:
    path = data / f"{name}.jsonl.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def prompts(data: Path, name: str) -> list[Sample]:
    """The labelled rows of a file of prompts, as they are."""
    return [_sample(name, row) for row in rows_of(data, f"prompts__{name}") if row["skill"]]


def _sample(name: str, row: Mapping[str, Any]) -> Sample:
    prompt, context = row["prompt"], row["context"] or ""
    group = blake2b(f"{prompt}\0{context}".encode(), digest_size=8).hexdigest()
    return Sample(name, row["lang"], row["skill"], prompt, context, row["completion"] or "", group)


def augmented(samples: list[Sample], seed: int = 1) -> Iterator[Sample]:
    """Each sample once more as others would have put it: without an answer, or its context inside the prompt."""
    chance = random.Random(seed)  # noqa: S311  (training wants repeatable chance)
    for sample in samples:
        if sample.context and length(sample.context) < 900:
            prompt = chance.choice(WRAPPERS).format(t=sample.context, q=sample.prompt)
            answer = sample.completion if chance.random() < 0.7 else ""
            yield replace(
                sample, source=f"{sample.source} moved", prompt=prompt, context="", completion=answer, weight=0.3
            )
        elif sample.skill in {"open_qa", "classification"} and chance.random() < 0.3:
            prompt = chance.choice(BARE_WRAPPERS).format(q=sample.prompt)
            yield replace(sample, source=f"{sample.source} wrapped", prompt=prompt, weight=0.3)
        elif chance.random() < 0.3:
            yield replace(sample, source=f"{sample.source} unanswered", completion="", weight=0.3)


def made(data: Path, seed: int = 2) -> list[Sample]:
    """Our own templates, filled. The passages of a language are the contexts of Dolly or texts from PASSAGES."""
    chance = random.Random(seed)  # noqa: S311  (training wants repeatable chance)
    passages = _passages(data)
    questions = {
        f: [row["prompt"] for row in rows_of(data, f"prompts__dolly_{f}") if row["skill"] == "closed_qa"]
        for f in ("en", "fi")
    }
    bare = {
        f: [row["prompt"] for row in rows_of(data, f"prompts__dolly_{f}") if row["skill"] == "open_qa"]
        for f in ("en", "fi")
    }
    filled: list[Sample] = []
    for skill, table in TEMPLATES.items():
        for language in table:
            asked = bare.get(language, []) if skill == "open_qa" else questions.get(language, [])
            filler = _Filler(language, passages.get(language, []), asked or entries(QUESTIONS, language), chance)
            filled.extend(
                filler.fill(skill, entry) for entry in entries(table, language) for _ in range(REPEATS.get(language, 8))
            )
    return filled


def _passages(data: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for language in ("en", "fi"):
        found[language] = [row["context"] for row in rows_of(data, f"prompts__dolly_{language}") if row["context"]]
    for name, languages in PASSAGES.items():
        for row in rows_of(data, name):
            text = row.get("text") or row.get("completion") or ""
            if row["lang"] in languages and 8 < length(text) < 700 and row.get("label") != "ai":
                found.setdefault(row["lang"], []).append(text)
    return found


class _Filler:
    """Puts passages, sentences, questions, labels and nouns of one language into templates."""

    def __init__(self, language: str, passages: list[str], questions: list[str], chance: random.Random) -> None:
        self._language, self._chance = language, chance
        self._passages = passages or ["…"]
        self._questions = questions or ["?"]
        self._nouns = entries(NOUNS, language) or entries(NOUNS, "en")
        self._labels = [part.split(" / ") for part in LABELS.get(language, LABELS["en"]).split("; ")]

    def fill(self, skill: str, entry: str) -> Sample:
        pick, text = self._chance.choice, self._text()
        labels = pick(self._labels)
        sentence = pick(sentences(text)) if text.strip() else text
        question = pick(self._questions)
        stays = "{t}" in entry and self._chance.random() < 0.35
        values = {"t": "" if stays else text, "s": sentence, "q": question, "n": pick(self._nouns)}
        values |= {
            "l": self._listed(labels),
            "w": ", ".join(self._chance.sample(self._nouns, min(4, len(self._nouns)))),
        }
        prompt = self._spaced(entry).format(**values).strip()
        needs_text = not any(mark in entry for mark in ("{t}", "{s}", "{w}")) and skill in {
            "summarization",
            "extraction",
            "rewriting",
        }
        context = text if stays or needs_text else ""
        answer = self._answer(skill, text, sentence, labels) if self._chance.random() < 0.6 else ""
        group = blake2b(entry.encode(), digest_size=8).hexdigest()
        return Sample("made", self._language, skill, prompt, context, answer, group, 0.6)

    def _text(self) -> str:
        parts = sentences(self._chance.choice(self._passages))
        return " ".join(parts[: self._chance.choice([3, 6, 12])])

    def _spaced(self, entry: str) -> str:
        """A text stands on lines of its own as often as not."""
        gap = self._chance.choice([" ", "\n", "\n\n"])
        return entry.replace(" {t}", gap + "{t}").replace("{t} ", "{t}" + gap)

    def _listed(self, labels: list[str]) -> str:
        joint = {"en": " or ", "zh": "还是", "de": " oder ", "fr": " ou ", "es": " o ", "it": " o ", "ru": " или "}
        return self._chance.choice([", ".join(labels), joint.get(self._language, ", ").join(labels)])

    def _answer(self, skill: str, text: str, sentence: str, labels: list[str]) -> str:
        """Roughly the shape an answer of the skill has: what it shares with the text, and how long it is."""
        words, others = text.split(), self._text()
        match skill:
            case "classification":
                return self._chance.choice(labels)
            case "summarization":
                return " ".join(word for word in text[:700].split() if self._chance.random() < 0.5)[:300]
            case "extraction":
                return ", ".join(self._chance.sample(words, min(len(words), self._chance.randint(1, 6))))
            case "rewriting":
                return " ".join(self._chance.choice([word, word, word, word[::-1]]) for word in sentence.split())
            case "closed_qa":
                start = self._chance.randrange(max(len(words), 1))
                return " ".join(words[start : start + self._chance.randint(1, 8)])
            case "inference":
                mixed = self._chance.choice([sentences(others)[:1], [sentence, *sentences(others)[:1]], [others[:12]]])
                return " ".join(mixed)
        return ""
