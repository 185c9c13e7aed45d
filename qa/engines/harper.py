"""Harper (harper-py): grammar and spelling of English, in this process, without network.

A Linter takes 0.7 s to make and 150 MB, and is not safe to share between threads: one is made on first use and asked
under a lock.
"""

import importlib
import threading
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from qa.checks.base import Weight
from qa.engines.base import EngineUnavailable, Health, Reason
from qa.engines.grammar import Answer, Dictionaries, Issue, Kind, Status, base_language

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
    # Prints words of the text it reads.
    "LookingForwardTo",
)
SPELL_CHECK = "SpellCheck"


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
        try:
            return version(PACKAGE)
        except PackageNotFoundError:
            return "not installed"

    def check(self, text: str, language: str) -> Answer:
        if base_language(language) != LANGUAGE:
            return Answer(Status.UNSUPPORTED, engine=NAME, version=self.version)
        by_rule = self._lint(text)
        issues = [
            issue
            for rule, lints in by_rule.items()
            for lint in lints
            if (issue := _issue(rule, lint)) is not None and not self._is_known(issue, text)
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
        if issue.rule != SPELL_CHECK:
            return False
        word = text[issue.start : issue.end]
        return _may_be_name(text, issue.start) or bool(self.dictionaries and self.dictionaries.knows(word, LANGUAGE))


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
    replacements = tuple(_replacement(found, each) for each in lint.suggestions[:3])
    return Issue(start, end, kind, lint.message, rule, NAME, SCORES[kind], replacements)


def _replacement(found: str, suggestion: Any) -> str:
    """Text to put in place of the whole span, whichever way Harper says it."""
    text: str = suggestion.replacement_text
    return found + text if suggestion.kind.name == "INSERT_AFTER" else text


def _may_be_name(text: str, start: int) -> bool:
    """A capital inside a sentence: names are not in dictionaries."""
    before = text[:start].rstrip(" \"'“‘(*_[")
    return text[start].isupper() and bool(before) and before[-1] not in ".!?:\n"
