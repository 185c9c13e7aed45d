"""All checks with the engines this installation has. The only place that reads their settings and constructs engines.

Constructing is cheap: an engine loads on first use, and only in a worker. `QA_CHECKS` names the checks to run; empty
means all.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from qa import privacy
from qa.checks import CHECKS, ai_detector, duplicates, grammar, instructions, links, routing, second_reading
from qa.checks.base import Check, Severity
from qa.engines.base import Health
from qa.engines.detection import COEFFICIENTS, Detector, EmbeddedDetector, HuggingFaceDetector
from qa.engines.embeddings import Embedders, NgramEncoder, SentenceEncoder
from qa.engines.grammar import EmbeddedGrammar, GrammarEngine
from qa.engines.harper import Harper
from qa.engines.hunspell import Hunspell
from qa.engines.languagetool import LanguageTool
from qa.engines.links import LinkProber
from qa.engines.llm import LanguageModel
from qa.llm.reading import Reader, as_is
from qa.shared_answers import CachedAnswers
from qa.spending import DailyPurse
from qa.vectors.corpus import Corpus, Entry
from qa.vectors.memory import MemoryCorpus
from qa.vectors.search import PostgresCorpus


@cache
def checks() -> Mapping[str, Check]:
    """Those that this installation runs on items, by name, in the order people see them."""
    known = all_checks()
    wanted = settings.QA_CHECKS or known
    return {name: check for name, check in known.items() if name in wanted}


@cache
def all_checks() -> Mapping[str, Check]:
    return _by_name(PostgresCorpus())


def checks_over(entries: Sequence[Entry]) -> Mapping[str, Check]:
    """All checks, comparing with these texts instead of those in the database."""
    return _by_name(MemoryCorpus(entries, embedders()))


def _by_name(corpus: Corpus) -> Mapping[str, Check]:
    return {check.name: check for check in (*CHECKS.values(), *_with_engines(corpus))}


def _with_engines(corpus: Corpus) -> tuple[Check, ...]:
    return (
        grammar.build(grammar_engine()),
        duplicates.build(corpus, embedders()),
        instructions.build(embedders().first),
        ai_detector.build(detector()),
        routing.build(embedders().first),
        links.build(link_prober()),
        *_second_reading(),
    )


def _second_reading() -> tuple[Check, ...]:
    """Only of the checks that are wanted: what nobody reads need not be paid for."""
    wanted = frozenset(part for part, name in second_reading.NAMES.items() if name in (settings.QA_CHECKS or [name]))
    if not settings.LLM_URL or not wanted:
        return ()
    redact = privacy.mask if settings.LLM_REDACT else as_is
    return second_reading.build(Reader(language_model(), daily_purse(), CachedAnswers(), wanted, redact))


@cache
def language_model() -> LanguageModel:
    return LanguageModel(settings.LLM_URL, settings.LLM_MODEL, settings.LLM_API_KEY, settings.LLM_TIMEOUT)


def daily_purse() -> DailyPurse:
    prices = Decimal(settings.LLM_PRICE_IN), Decimal(settings.LLM_PRICE_OUT)
    return DailyPurse(*prices, limit=Decimal(settings.LLM_DAILY_BUDGET))


@cache
def grammar_engine() -> GrammarEngine:
    if settings.LANGUAGETOOL_URL:
        return LanguageTool(settings.LANGUAGETOOL_URL, settings.LANGUAGETOOL_TIMEOUT)
    hunspell = Hunspell()
    return EmbeddedGrammar((Harper(hunspell), hunspell))


@cache
def link_prober() -> LinkProber:
    return LinkProber()


@cache
def embedders() -> Embedders:
    state_file = settings.VAR_DIR / "ml.json"
    return Embedders(SentenceEncoder(settings.EMBEDDING_MODEL, state_file=state_file), NgramEncoder())


class Engine(Protocol):
    def health(self) -> Health: ...


@cache
def detector() -> Detector:
    if settings.AI_DETECTOR_MODEL:
        return HuggingFaceDetector(Path(settings.AI_DETECTOR_MODEL))
    return EmbeddedDetector(Path(settings.AI_DETECTOR_COEFFICIENTS or COEFFICIENTS))


def engines(queue: str) -> tuple[Engine, ...]:
    """What a worker of this queue answers for on the status page."""
    is_remote = bool(settings.LANGUAGETOOL_URL)
    if queue == "ml":
        local = (embedders().first, embedders().any_language, detector())
        return (*local, *(() if is_remote else (grammar_engine(),)))
    if queue == "llm":
        language_models = (language_model(),) if settings.LLM_URL else ()
        return (*((grammar_engine(),) if is_remote else ()), *language_models, link_prober())
    return ()


@cache
def highest_severities() -> Mapping[str, Severity]:
    return {name: check.highest for name, check in checks().items()}
