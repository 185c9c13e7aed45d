"""Harper (harper-py): grammar and spelling of English, in this process, without network.

A Linter takes 0.7 s to make and 150 MB, and is not safe to share between threads: one is made on first use and asked
under a lock.
"""

import importlib
import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from qa.checks.base import Weight
from qa.engines.base import EngineUnavailable, Health, Reason
from qa.engines.grammar import Answer, Dictionaries, Issue, Kind, Status, base_language, installed_version
from qa.engines.slips import is_near, is_slip, terms

NAME = "harper"
PACKAGE = "harper-py"
LANGUAGE = "en"

# Harper's kinds of lints. What is not here (formatting, readability, enhancement, regionalism) is taste, or is said by
# our own rules, and is left out.
KINDS = {
    "Spelling": Kind.SPELLING,
    "Typo": Kind.SPELLING,
    "Capitalization": Kind.SPELLING,
    "Agreement": Kind.GRAMMAR,
    "Grammar": Kind.GRAMMAR,
    "Usage": Kind.GRAMMAR,
    "WordChoice": Kind.GRAMMAR,
    "Miscellaneous": Kind.GRAMMAR,
    "Repetition": Kind.GRAMMAR,
    "Punctuation": Kind.PUNCTUATION,
    "Redundancy": Kind.STYLE,
    "Style": Kind.STYLE,
}
SCORES = {Kind.SPELLING: 0.9, Kind.GRAMMAR: 0.8, Kind.PUNCTUATION: 0.7, Kind.STYLE: 0.3}
# Harper quotes words as Markdown does; the panel shows plain sentences.
QUOTED_WORD = re.compile(r"`([^`]*)`")
# Rules that are a house style (serial comma, new names of places, abbreviations spelled out), that need to know what a
# text is about (consistent capitals), or that guess.
UNWANTED = (
    "OxfordComma",
    "OrthographicConsistency",
    "UpdatePlaceNames",
    "ExpandMemoryShorthands",
    "ExpandTimeShorthands",
    "ExpandMinimum",
    "OkToOkay",
    "DiscourseMarkers",
    "MissingPreposition",
    "LongSentences",
    "DisjointPrefixes",
    "CompoundNouns",
    # Right on learners' texts, wrong on those of natives more often than not.
    "MassNouns",
    "HowTo",
    "PronounVerbAgreement",
    "OneOfTheSingular",
    "MissingTo",
    "MissingDeterminer",
    "QuantifierNumeralConflict",
    "Hedging",
    "Oxymorons",
    "AsSoonAsPossible",
    "AllowTo",
    "SingleBe",
    "RedundantThat",
    "PhrasalVerbAsCompoundNoun",
    # Our own rule knows abbreviations and lists.
    "SentenceCapitalization",
    # Prints words of the text it reads.
    "LookingForwardTo",
)
# Rules that judge a word by itself.
OF_ONE_WORD = ("SpellCheck", "SplitWords", "WrongNegative", "RegularIrregulars")
UNSURE = 0.4
LINE = re.compile(r"[^\n]+")
# With more unknown words than that a line is in another language.
MOST_UNKNOWN, FEWEST_UNKNOWN = 0.3, 3


class Harper:
    name = NAME
    weight: Weight = "ml"

    def __init__(self, dictionaries: Dictionaries | None = None) -> None:
        """`dictionaries` are asked before a word is called misspelled: Harper knows American English only."""
        self.dictionaries = dictionaries
        self._lock = threading.Lock()
        self._linter: Any = None

    @property
    def version(self) -> str:
        return installed_version(PACKAGE) or "not installed"

    def check(self, text: str, language: str) -> Answer:
        if base_language(language) != LANGUAGE:
            return Answer(Status.UNSUPPORTED, engine=NAME, version=self.version)
        found = [issue for rule, lints in self._lint(text).items() for lint in lints if (issue := _issue(rule, lint))]
        words = [issue for issue in found if issue.rule in OF_ONE_WORD]
        foreign = _foreign_lines(text, words)
        often = terms(text[issue.start : issue.end] for issue in words)
        issues = [issue for issue in found if issue.rule not in OF_ONE_WORD]
        issues += [
            self._weighed(issue, text, often)
            for issue in words
            if not _touches(issue, foreign) and not self._is_known(issue, text)
        ]
        issues.sort(key=lambda issue: (issue.start, issue.end))
        return Answer(Status.OK, tuple(issues), NAME, self.version)

    def health(self) -> Health:
        try:
            importlib.import_module("harper")
        except ImportError:
            return Health(NAME, self.version, False, f"Install {PACKAGE}.")
        return Health(NAME, self.version, True)

    def _lint(self, text: str) -> dict[str, list[Any]]:
        with self._lock:
            if self._linter is None:
                self._linter = _linter()
            by_rule: dict[str, list[Any]] = self._linter.organized_lints(text, language="markdown")
            return by_rule

    def _is_known(self, issue: Issue, text: str) -> bool:
        word = text[issue.start : issue.end]
        if any(letter.isupper() for letter in word[1:]):
            return True
        return _may_be_name(text, issue.start) or bool(self.dictionaries and self.dictionaries.knows(word, LANGUAGE))

    def _weighed(self, issue: Issue, text: str, often: frozenset[str]) -> Issue:
        """Terms and names are in no dictionary: an unknown word counts only where it is nearly another word."""
        word = text[issue.start : issue.end]
        near = is_slip if word[0].isupper() else is_near
        if word.lower() not in often and any(near(word, each) for each in issue.replacements):
            return issue
        return replace(issue, score=UNSURE)


def _linter() -> Any:
    try:
        harper = importlib.import_module("harper")
    except ImportError as error:
        raise EngineUnavailable(NAME, Reason.NOT_INSTALLED) from error
    linter = harper.Linter()
    linter.set_lint_config({**linter.get_lint_config(), **dict.fromkeys(UNWANTED, False)})
    return linter


def _issue(rule: str, lint: Any) -> Issue | None:
    kind = KINDS.get(lint.lint_kind)
    if kind is None or rule in UNWANTED:
        return None
    found, start, end = lint.problem_text, lint.span.start, lint.span.end
    offered = [_replacement(found, each) for each in lint.suggestions]
    # The same word with a straight and with a curly apostrophe is one suggestion.
    replacements = tuple({each.replace("’", "'"): each for each in reversed(offered)}.values())[::-1][:3]
    return Issue(start, end, kind, QUOTED_WORD.sub(r"“\1”", lint.message), rule, NAME, SCORES[kind], replacements)


def _replacement(found: str, suggestion: Any) -> str:
    """Text to put in place of the whole span, whichever way Harper says it."""
    text: str = suggestion.replacement_text
    return found + text if suggestion.kind.name == "INSERT_AFTER" else text


def _may_be_name(text: str, start: int) -> bool:
    """A capital inside a sentence: names are not in dictionaries."""
    before = text[:start].rstrip(" \"'“‘(*_[")
    return text[start].isupper() and bool(before) and before[-1] not in ".!?:\n"


def _foreign_lines(text: str, words: Sequence[Issue]) -> list[tuple[int, int]]:
    found = []
    for line in LINE.finditer(text):
        unknown = sum(line.start() <= issue.start < line.end() for issue in words)
        if unknown >= FEWEST_UNKNOWN and unknown > MOST_UNKNOWN * len(line[0].split()):
            found.append(line.span())
    return found


def _touches(issue: Issue, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= issue.start < end for start, end in spans)
