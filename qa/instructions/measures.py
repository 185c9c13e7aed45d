"""Numbers that describe a prompt and its answer without naming a word of them: what classifiers see besides words."""

import math
import re
from collections.abc import Mapping
from functools import lru_cache

from qa.instructions.layout import Layout
from qa.instructions.lexicon import CUES, QUESTIONS
from qa.instructions.words import grams, is_han, length, sentences, stems

_BULLET = re.compile(r"^\s*(?:[-•*]|\d+[.)、]|[a-z][.)])\s+", re.MULTILINE)
_ASIDE = re.compile(r"[,，、;；]")
YES_NO = re.compile(
    r"^(?:yes|no|true|false|ja|nein|oui|non|sí|si|sì|nee|nej|kyllä|ei|tak|nie|да|нет|так|ні|是|否|不|对)\b|^[是否不对错]"
)
_OR = re.compile(r"\b(?:or|oder|ou|o|of|eller|vai|tai|lub|czy|или|або|чи)\b|还是|或")
FIRST_LETTERS = 60


def describe(layout: Layout, answer: str) -> dict[str, float]:
    """Every value is around 0..3. Measures of the answer are 0 where there is none, and `answered` says so."""
    return {**_prompt(layout), **_answer(layout, answer.strip())}


@lru_cache(maxsize=16)
def _prompt(layout: Layout) -> Mapping[str, float]:
    instruction = layout.instruction.casefold()
    source, words = length(layout.source), length(instruction)
    found = {
        "has_context": float(bool(layout.context)),
        "has_inline": float(bool(layout.inline)),
        "has_source": float(bool(layout.source)),
        "source_words": math.log1p(source) / 2,
        "short_source": float(0 < source < 40),
        "instruction_words": math.log1p(words) / 2,
        "question_marks": min(instruction.count("?") + instruction.count("？"), 3.0),
        "ends_asking": float(instruction.rstrip().endswith(("?", "？"))),
        "ends_open": float(instruction.rstrip().endswith((":", "：", "is", "as"))),
        "tail": float(bool(layout.tail)),
        "commas": math.log1p(len(_ASIDE.findall(instruction))),
        "colon": float(":" in instruction or "：" in instruction),
        "ors": min(len(_OR.findall(instruction)), 3.0),
        "lines": math.log1p(instruction.count("\n")),
        "capitals": min(sum(word[:1].isupper() for word in layout.instruction.split()[1:]), 6) / 3,
        "digits": float(any(map(str.isdigit, instruction))),
        "han": float(is_han(instruction)),
        "inline_asides": min(len(_ASIDE.findall(layout.inline)) / max(length(layout.inline), 1.0), 0.5) * 2,
        "inline_sentences": min(len(sentences(layout.inline)), 6) / 3,
    }
    return found | _cues(layout, instruction)


def _cues(layout: Layout, instruction: str) -> dict[str, float]:
    found: dict[str, float] = {}
    tail = layout.tail.casefold()
    for name, cue in CUES.items():
        hit = cue.search(instruction)
        found[f"cue_{name}"] = float(hit is not None)
        found[f"first_{name}"] = float(hit is not None and hit.start() < FIRST_LETTERS)
        found[f"tail_{name}"] = float(bool(tail) and cue.search(tail) is not None)
        found[f"source_{name}"] = found[f"cue_{name}"] * float(bool(layout.source))
    asked = next((part for part in reversed(sentences(instruction)) if part.endswith(("?", "？"))), "")
    for name, question in QUESTIONS.items():
        found[f"asks_{name}"] = float(question.search(asked or instruction) is not None)
    asks_only = not any(
        found[f"cue_{name}"] for name in ("summarize", "extract", "rewrite", "classify", "write", "ideas")
    )
    return found | {
        "asks_only": float(asks_only),
        "asks_only_source": float(asks_only and bool(layout.source)),
        "asks_only_bare": float(asks_only and not layout.source),
    }


def _answer(layout: Layout, answer: str) -> dict[str, float]:
    if not answer:
        return dict.fromkeys(ANSWER_MEASURES, 0.0)
    words, lines = length(answer), [line for line in answer.splitlines() if line.strip()]
    shape = {
        "answered": 1.0,
        "answer_words": math.log1p(words) / 2,
        "answer_short": float(words <= 4),
        "answer_one_sentence": float(len(sentences(answer)) == 1),
        "answer_sentences": math.log1p(len(sentences(answer))),
        "answer_lines": math.log1p(len(lines)) / 2,
        "answer_bullets": min(len(_BULLET.findall(answer)) / max(len(lines), 1), 1.0),
        "answer_words_per_line": math.log1p(words / max(len(lines), 1)) / 2,
        "answer_asides": min(len(_ASIDE.findall(answer)) / max(words, 1.0), 0.5) * 2,
        "answer_colons": min(answer.count(":") + answer.count("："), 6) / 3,
        "answer_stop": float(answer.endswith((".", "。", "!", "?"))),
        "answer_yes_no": float(YES_NO.match(answer.casefold()) is not None),
        "answer_digits": min(sum(map(str.isdigit, answer)) / len(answer), 0.3) * 3,
        "answer_capitals": min(sum(word[:1].isupper() for word in answer.split()) / max(words, 1.0), 1.0),
        "answer_asks": float("?" in answer or "？" in answer),
    }
    return shape | _overlap(layout, answer, words)


def _overlap(layout: Layout, answer: str, words: float) -> dict[str, float]:
    given, told = stems(answer), stems(layout.instruction)
    told_set, given_set = set(told), set(given)
    found = {
        "answer_in_instruction": _share(given_set, told_set),
        "instruction_in_answer": _share(told_set, given_set),
        "answer_starts_as_asked": _share(set(given[:6]), told_set),
    }
    source = stems(layout.source)
    if not source:
        return found | dict.fromkeys(_SOURCE_MEASURES, 0.0)
    return (
        found
        | _rest(layout, answer, given, source)
        | {"answer_to_source": min(words / max(length(layout.source), 1.0), 3.0)}
    )


def _rest(layout: Layout, answer: str, given: tuple[str, ...], source: tuple[str, ...]) -> dict[str, float]:
    pairs, threes, fives = (_share(grams(given, n), grams(source, n)) for n in (2, 3, 5))
    covered = _share(set(given), set(source))
    folded, plain = layout.source.casefold(), answer.casefold().rstrip(".。 ")
    place = folded.find(plain[:40]) if len(plain) > 1 else -1
    parts = [_share(set(stems(part)), set(source)) for part in sentences(answer)]
    return {
        "covered": covered,
        "covered_pairs": pairs,
        "covered_threes": threes,
        "covered_fives": fives,
        "copied_word_for_word": float(plain in folded),
        "copied_place": place / max(len(folded), 1) if place >= 0 else 0.0,
        "copied_beginning": float(place == 0),
        "least_covered": min(parts, default=0.0),
        "source_in_answer": _share(set(source), set(given)),
        "new_words": min(len(set(given) - set(source)), 30) / 10,
        "spread": _spread(given, source),
    }


def _spread(given: tuple[str, ...], source: tuple[str, ...]) -> float:
    """How much of the source's length lies between the first and the last pair of words the answer shares with it."""
    shared = grams(given, 2)
    places = [i for i in range(len(source) - 1) if source[i : i + 2] in shared]
    return (places[-1] - places[0]) / len(source) if places else 0.0


def _share(part: set[object] | set[str] | set[tuple[str, ...]], whole: object) -> float:
    return len(part & whole) / len(part) if part else 0.0  # type: ignore[operator]


_SOURCE_MEASURES = (
    *("covered", "covered_pairs", "covered_threes", "covered_fives", "copied_word_for_word", "copied_place"),
    *("copied_beginning", "least_covered", "source_in_answer", "new_words", "spread", "answer_to_source"),
)
ANSWER_MEASURES = tuple(_answer(Layout("a", "", "", "b"), "c"))
PROMPT_MEASURES = tuple(_prompt(Layout("a", "", "", "")))
MEASURES = (*PROMPT_MEASURES, *ANSWER_MEASURES)
