"""How well "this sentence has an error" is said, and how often a correct sentence raises an alarm, by language.

Sentences of learners (false alarms: of corrected sentences where the set has them, else of those without an error) and
answers of natives, which are long and full of names. An alarm is a finding of severity *should*.
"""

import gzip
import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from qa.benchmarks.table import Row
from qa.checks import grammar
from qa.checks.base import Check, Severity, Subject
from qa.engines.grammar import EmbeddedGrammar
from qa.engines.harper import Harper
from qa.engines.hunspell import Hunspell

COMMAND = "manage.py quality grammar"
SEED = 20_261
MOST_SENTENCES = 2000
NATIVE_TEXTS = 400
# By language: the set, and whether its texts are essays that have to be cut into sentences.
SETS = {
    "en": ("gec__ged_en_realec", False),
    "de": ("gec__falko_merlin_de", False),
    "es": ("gec__cowsl2h_es", True),
    "it": ("gec__ged_it_merlin", False),
    "sv": ("gec__ged_sv_swell", False),
    "uk": ("gec__ua_gec_uk", False),
    "cs": ("gec__ged_cs_geccc", False),
}
NATIVE = "prompts__dolly_en"
ASKED = ("en", "de", "es")
MOST_FALSE_ALARMS = 5.0
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[¿¡\"]?[^\W\d_])|\n+")
FEWEST_WORDS = 3
T = TypeVar("T")
Say = Callable[[str], None]
Sentence = tuple[str, bool]


@dataclass(frozen=True)
class Counts:
    """Sentences with and without an error, flagged and not."""

    hits: int
    misses: int
    false_alarms: int
    quiet: int

    @property
    def precision(self) -> float:
        return self.hits / max(self.hits + self.false_alarms, 1)

    @property
    def recall(self) -> float:
        return self.hits / max(self.hits + self.misses, 1)

    @property
    def f_half(self) -> float:
        """F0.5: precision counts twice as much as recall."""
        return 1.25 * self.precision * self.recall / max(0.25 * self.precision + self.recall, 1e-9)


def run(data: Path, say: Say) -> list[Row]:
    hunspell = Hunspell()
    check = grammar.build(EmbeddedGrammar((Harper(hunspell), hunspell)))
    rows = [_row(check, data, language, say) for language in SETS if (data / f"{SETS[language][0]}.jsonl.gz").exists()]
    return [*rows, _native(check, data, say)]


def _row(check: Check, data: Path, language: str, say: Say) -> Row:
    sentences, corrected = _sentences(data, language)
    flagged = [(_has_alarm(check, text, language), is_wrong) for text, is_wrong in sentences]
    counts = Counts(*(sum(pair == kind for pair in flagged) for kind in
                      ((True, True), (False, True), (True, False), (False, False))))  # fmt: skip
    correct = corrected or [text for text, is_wrong in sentences if not is_wrong]
    alarms = 100 * sum(_has_alarm(check, text, language) for text in correct) / max(len(correct), 1)
    measured = f"{counts.f_half:.3f} (P {counts.precision:.2f}, R {counts.recall:.2f}) / {alarms:.1f}"
    say(f"grammar {language}: {measured} on {len(sentences)} sentences, {len(correct)} of them or besides them correct")
    is_met = alarms <= MOST_FALSE_ALARMS if language in ASKED else None
    return Row(
        f"grammar, {language}: F0.5 of “has an error” / false alarms per 100 correct sentences",
        "– / 6" if language == "en" else "–",
        f"report / {MOST_FALSE_ALARMS:g}" if language in ASKED else "report",
        measured,
        is_met,
        COMMAND,
        _damaged(sentences, check, language) or ("" if language == "en" else "spelling and a few rules"),
    )


def _damaged(sentences: Sequence[Sentence], check: Check, language: str) -> str:
    """Sentences in which every word stands twice are labelled correct in one set; the figure without them."""
    correct = [text for text, is_wrong in sentences if not is_wrong]
    whole = [text for text in correct if not _is_doubled(text)]
    if len(whole) == len(correct):
        return ""
    alarms = 100 * sum(_has_alarm(check, text, language) for text in whole) / len(whole)
    return f"{alarms:.1f} without {len(correct) - len(whole)} damaged sentences (each word doubled)"


def _is_doubled(text: str) -> bool:
    words = text.lower().split()
    return sum(first == second for first, second in pairwise(words)) > len(words) / 4


def _native(check: Check, data: Path, say: Say) -> Row:
    rows = _some([row for row in _read(data, NATIVE) if len(row["completion"]) > 60], NATIVE_TEXTS)
    began = time.perf_counter()
    found = [_alarms(check, row["completion"], "en", row["context"] or "") for row in rows]
    spent = 1000 * (time.perf_counter() - began) / max(len(rows), 1)
    sentences = sum(max(len(_cut(row["completion"])), 1) for row in rows)
    alarms = 100 * sum(found) / max(sentences, 1)
    say(f"grammar of native answers: {alarms:.1f} alarms per 100 sentences, {spent:.0f} ms each")
    return Row(
        "grammar, en, answers of natives (Dolly): alarms per 100 sentences",
        "–",
        "report",
        f"{alarms:.1f}",
        None,
        COMMAND,
        "many of them mistakes",
    )


def _sentences(data: Path, language: str) -> tuple[list[Sentence], list[str]]:
    """What learners wrote with whether it is wrong, and corrected sentences where the set has them."""
    name, are_essays = SETS[language]
    rows = list(_read(data, name))
    if are_essays:
        pairs = [pair for row in rows for pair in _of_essay(row)]
    else:
        pairs = [(row["text"], bool(row["has_error"])) for row in rows]
    corrected = [text for row in rows for text in (row["refs"] or [])[:1]]
    corrected = [sentence for text in corrected for sentence in (_cut(text) if are_essays else [text])]
    return _some(pairs, MOST_SENTENCES), _some(corrected, MOST_SENTENCES)


def _of_essay(row: Mapping[str, Any]) -> Iterator[Sentence]:
    """A sentence is right when a corrector left it as it was."""
    right = {sentence for text in row["refs"] for sentence in _cut(text)}
    for sentence in _cut(row["text"]):
        yield sentence, sentence not in right


def _cut(text: str) -> list[str]:
    return [each.strip() for each in SENTENCE_END.split(text) if len(each.split()) >= FEWEST_WORDS]


def _has_alarm(check: Check, text: str, language: str) -> bool:
    return _alarms(check, text, language) > 0


def _alarms(check: Check, text: str, language: str, context: str = "") -> int:
    findings = check.run(Subject(prompt="", completion=text, language=language, context=context))
    return sum(finding.severity is Severity.SHOULD for finding in findings)


def _some(rows: Sequence[T], most: int) -> list[T]:
    """The same ones every time."""
    draw = random.Random(SEED)  # noqa: S311 - a draw that repeats, no secret
    return list(rows) if len(rows) <= most else draw.sample(rows, most)


def _read(data: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
