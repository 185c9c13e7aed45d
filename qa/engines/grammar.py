"""What every grammar engine speaks, and the embedded one: Harper for English, Hunspell for the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from qa.checks.base import Weight
from qa.engines.base import Health


class Status(StrEnum):
    OK = "ok"
    UNSUPPORTED = "unsupported"


class Kind(StrEnum):
    """What an issue is a matter of; the codes of the findings."""

    SPELLING = "spelling"
    GRAMMAR = "grammar"
    PUNCTUATION = "punctuation"
    TYPOGRAPHY = "typography"
    STYLE = "style"


@dataclass(frozen=True)
class Issue:
    """`start` and `end` count code points; `score` is how sure the engine is, 0 to 1; `replacements` best first."""

    start: int
    end: int
    kind: Kind
    message: str
    rule: str
    engine: str
    score: float
    replacements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    status: Status
    issues: tuple[Issue, ...] = ()
    engine: str = ""
    version: str = ""
    # True where an engine knows words only, no grammar.
    is_spelling_only: bool = False


class GrammarEngine(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str:
        """Part of a result's key: goes up when the same text could get other issues. Loads nothing."""
        ...

    @property
    def weight(self) -> Weight: ...

    def check(self, text: str, language: str) -> Answer:
        """Issues in reading order. Raises EngineUnavailable when there is no answer now; a language the engine does
        not know is no error but a status."""
        ...

    def health(self) -> Health: ...


class Dictionaries(Protocol):
    """Which words a language has."""

    def knows(self, word: str, language: str) -> bool | None:
        """None where there is no dictionary of the language."""
        ...


def installed_version(package: str) -> str:
    """ "" where it is not installed; that is asked anew each time, because packages arrive while we run."""
    try:
        return _version(package)
    except PackageNotFoundError:
        return ""


@cache
def _version(package: str) -> str:
    return version(package)


def base_language(language: str) -> str:
    """de of de-AT."""
    return language.partition("-")[0].lower()


class EmbeddedGrammar:
    """Asks the first engine that knows the language. English goes to Harper alone, because Harper takes every other
    language for misspelled English."""

    name = "Harper and Hunspell"
    weight: Weight = "ml"

    def __init__(self, engines: Iterable[GrammarEngine]) -> None:
        self.engines = tuple(engines)

    @property
    def version(self) -> str:
        return " + ".join(f"{engine.name} {engine.version}" for engine in self.engines)

    def check(self, text: str, language: str) -> Answer:
        for engine in self.engines:
            answer = engine.check(text, language)
            if answer.status is Status.OK:
                return answer
        return Answer(Status.UNSUPPORTED, engine=self.name, version=self.version)

    def health(self) -> Health:
        parts = [engine.health() for engine in self.engines]
        details = "; ".join(f"{part.engine}: {part.detail}" for part in parts if part.detail)
        return Health(self.name, self.version, all(part.is_ready for part in parts), details)
