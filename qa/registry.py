"""All checks with the engines this installation has. The only place that reads their settings and constructs engines.

Constructing is cheap: an engine loads on first use, and only in a worker. `QA_CHECKS` names the checks to run; empty
means all.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from django.conf import settings

from qa.checks import CHECKS
from qa.checks.base import Check, Severity
from qa.engines.embeddings import Embedders, NgramEncoder, SentenceEncoder
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


def _with_engines(_corpus: Corpus) -> tuple[Check, ...]:
    return ()


@cache
def embedders() -> Embedders:
    return Embedders(SentenceEncoder(settings.EMBEDDING_MODEL), NgramEncoder())


@cache
def highest_severities() -> Mapping[str, Severity]:
    return {name: check.highest for name, check in checks().items()}
