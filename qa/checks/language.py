"""Texts that are not in their cell's language."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from lingua import IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder

from qa.checks.base import Check, Field, Finding, Severity, Subject
from qa.scripts import SCRIPTS_OF, dominant_script, script_of

NAME = "language"
JUDGED = (Field.PROMPT, Field.COMPLETION)
STRUCTURED = ("json", "xml", "csv")
# Told apart from the project's own languages: what people paste or slip into most.
ALWAYS = ("ar", "de", "en", "es", "fr", "it", "pt", "ru", "zh")
# Letters below which no guess is worth an interruption; scripts without spaces say more per letter.
FEWEST_LETTERS = 60
FEWEST_LETTERS_DENSE = 25
DENSE = ("Han", "Kana", "Hangul")
CERTAIN_LETTERS = 150
CONFIDENT = 0.90
CERTAIN = 0.99
# Answers here may rightly be in another language: "translate", "which language is this?".
ANOTHER_LANGUAGE_IS_FINE = ("rewriting", "classification", "extraction")
NOT_PROSE = re.compile(
    r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`|<[^<>\n]{1,200}>|(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w.-]{1,100}|[\[{][^\n\[\]{}]{0,300}[\]}]",
    re.S,
)
NOT_LETTERS = re.compile(r"[^\w\n.!?。！？]|[\d_]+")
SEGMENT_END = re.compile(r"[\n.!?。！？]+")
WORD = re.compile(r"[^\W\d_]\w*")
CODE_SYMBOLS = re.compile(r"[{}();=<>\[\]_\\/$&|+*#]")
MOST_CODE_SYMBOLS = 0.05
# With this much of its own script a text is in its language and quotes another ("Translate into …").
OWN_LETTERS, OWN_LETTERS_DENSE = 15, 5
SEGMENT_LETTERS = 30
BEGINNING = 600


def find(subject: Subject) -> list[Finding]:
    found = [_judge(subject, field) for field in JUDGED]
    return [finding for finding in found if finding is not None]


def _judge(subject: Subject, field: Field) -> Finding | None:
    prose = NOT_PROSE.sub(" ", subject.text(field))
    if _is_code(prose) or (field is Field.COMPLETION and subject.format in STRUCTURED):
        return None
    words = NOT_LETTERS.sub(" ", prose)
    script = dominant_script(words)
    if script is None:
        return None
    if script not in DENSE:
        words = WORD.sub(_unless_capitalized, words)
    letters = sum(map(str.isalpha, words))
    if letters < (FEWEST_LETTERS_DENSE if script in DENSE else FEWEST_LETTERS):
        return None
    expected = SCRIPTS_OF.get(_base(subject.language))
    if expected is not None and script not in expected:
        return _wrong_script(subject, field, words, script, expected)
    return _wrong_language(subject, field, words, letters)


def _unless_capitalized(word: re.Match[str]) -> str:
    """Names keep their spelling in every language, so lists of them look foreign: capitalized words are not judged."""
    return " " if word[0][0].isupper() else word[0]


def _is_code(prose: str) -> bool:
    return len(CODE_SYMBOLS.findall(prose)) > MOST_CODE_SYMBOLS * len(prose)


def _wrong_script(subject: Subject, field: Field, words: str, script: str, expected: frozenset[str]) -> Finding | None:
    own = sum(script_of(letter) in expected for letter in words)
    if own >= (OWN_LETTERS_DENSE if expected & set(DENSE) else OWN_LETTERS):
        return None
    wanted = _name(subject.language)
    message = f"The {field.value} is not in {wanted}: it is written in {script} letters."
    return _finding("other_script", _severity(subject, field, certain=True), message, field, {"script": script})


def _wrong_language(subject: Subject, field: Field, words: str, letters: int) -> Finding | None:
    wanted = _language(subject.language)
    if wanted is None:
        return None
    detector = _detector(_told_apart(subject))
    # The beginning tells as a rule; a text that begins in its language and goes on in another one is partly in it.
    if detector.compute_language_confidence_values(words[:BEGINNING])[0].language == wanted:
        return None
    best = detector.compute_language_confidence_values(words)[0]
    if best.language == wanted or best.value < CONFIDENT or _is_partly(wanted, detector, words):
        return None
    certain = letters >= CERTAIN_LETTERS and best.value >= CERTAIN
    message = f"The {field.value} reads as {best.language.name.title()}, not {_name(subject.language)}."
    data = {"language": best.language.iso_code_639_1.name.lower(), "confidence": round(best.value, 3)}
    return _finding("other_language", _severity(subject, field, certain), message, field, data)


def _is_partly(wanted: Language, detector: LanguageDetector, words: str) -> bool:
    """Whether one sentence is in the language wanted: then the rest is quoted, listed or to be translated."""
    segments = (segment for segment in SEGMENT_END.split(words) if sum(map(str.isalpha, segment)) >= SEGMENT_LETTERS)
    return any(detector.compute_language_confidence(segment, wanted) >= CONFIDENT for segment in segments)


def _severity(subject: Subject, field: Field, certain: bool) -> Severity:
    lenient = field is Field.COMPLETION and subject.skill in ANOTHER_LANGUAGE_IS_FINE
    return Severity.MUST if certain and not lenient else Severity.SHOULD


def _finding(code: str, severity: Severity, message: str, field: Field, data: Mapping[str, Any]) -> Finding:
    return Finding(NAME, code, severity, message, field, data=data)


def _base(code: str) -> str:
    return code.partition("-")[0].lower()


def _language(code: str) -> Language | None:
    known = getattr(IsoCode639_1, {"no": "nb"}.get(_base(code), _base(code)).upper(), None)
    return Language.from_iso_code_639_1(known) if known else None


def _name(code: str) -> str:
    language = _language(code)
    return language.name.title() if language else code


def _told_apart(subject: Subject) -> frozenset[str]:
    return frozenset(_base(code) for code in (subject.language, *subject.languages, *ALWAYS))


@cache
def _detector(codes: frozenset[str]) -> LanguageDetector:
    # Low accuracy means trigrams only: 17 MB for ten languages instead of 240, and as good on texts this long.
    languages = [language for code in sorted(codes) if (language := _language(code)) is not None]
    return LanguageDetectorBuilder.from_languages(*languages).with_low_accuracy_mode().build()


def settings(subject: Subject) -> Mapping[str, Any]:
    return {
        "language": subject.language,
        "told_apart": sorted(_told_apart(subject)),
        "lenient": subject.skill in ANOTHER_LANGUAGE_IS_FINE,
        "structured": subject.format in STRUCTURED,
    }


CHECK = Check(name=NAME, version=2, weight="fast", title="Language", run=find, settings=settings, engine="lingua")
