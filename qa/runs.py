"""Running checks so that no text is checked twice: results are stored by key, and live results wait in the cache."""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from qa.checks.base import Check, Finding, Subject
from qa.engines.base import EngineUnavailable, Reason
from qa.keys import Key, key_of, text_hash
from qa.models import CheckRun
from qa.storing import fetch, store

__all__ = ["LiveResult", "known", "live", "pass_over", "results_for", "run", "run_all", "text_hash"]

logger = logging.getLogger(__name__)

LIVE_SECONDS = 3600
# How long a writer is told that an engine is away before it is tried again.
AWAY_SECONDS = 15
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)
NEVER = timedelta(days=3650)  # as good as: another engine makes another key


@dataclass(frozen=True)
class LiveResult:
    check: str
    status: CheckRun.Status
    findings: tuple[Finding, ...]
    duration_ms: int
    reused: bool
    error: str = ""


@dataclass(frozen=True)
class _Outcome:
    """What a check said just now, or that it could not say anything."""

    findings: list[dict[str, Any]]
    duration_ms: int
    error: str = ""

    @property
    def status(self) -> CheckRun.Status:
        return CheckRun.Status.UNAVAILABLE if self.error else CheckRun.Status.DONE


def run(check: Check, subject: Subject, guideline_version: int = 0) -> CheckRun:
    return run_all(subject, [check], guideline_version)[0]


def run_all(subject: Subject, checks: Sequence[Check], guideline_version: int = 0) -> list[CheckRun]:
    """The stored results, having run what was never run (or is due for another try). A check that raises gives an
    unavailable result; only a database that cannot be reached raises."""
    keys = {key_of(check, subject, guideline_version): check for check in checks}
    known = fetch(keys)
    now = timezone.now()
    missing = {key: check for key, check in keys.items() if _is_due(known.get(key), now)}
    if missing:
        outcomes = _taken_over(missing)
        outcomes |= {key: _attempt(check, subject) for key, check in missing.items() if key not in outcomes}
        known |= store([_row(key, missing[key], outcomes[key], known.get(key), now) for key in missing])
    return [known[key] for key in keys]


def pass_over(subject: Subject, checks: Sequence[Check], guideline_version: int, why: str) -> list[CheckRun]:
    """Records the checks that have never run as unavailable, so that the text can go on; they are tried when due."""
    keys = {key_of(check, subject, guideline_version): check for check in checks}
    known = fetch(keys)
    now = timezone.now()
    new = [_row(key, check, _Outcome([], 0, why), None, now) for key, check in keys.items() if key not in known]
    known |= store(new) if new else {}
    return [known[key] for key in keys]


def results_for(subject: Subject, checks: Iterable[Check], guideline_version: int = 0) -> list[CheckRun]:
    """What is stored, in the order of the checks; checks that have not run are left out. One statement."""
    keys = [key_of(check, subject, guideline_version) for check in checks]
    known = fetch(keys)
    return [known[key] for key in keys if key in known]


def live(subject: Subject, checks: Sequence[Check], guideline_version: int = 0) -> list[LiveResult]:
    """For the panel beside a text being written. Writes only to the cache, from where `run` takes it at submit."""
    keys = {key_of(check, subject, guideline_version): check for check in checks}
    outcomes = _known(keys)
    reused = set(outcomes)
    fresh = {key: _attempt(check, subject) for key, check in keys.items() if key not in outcomes}
    _remember(fresh)
    outcomes |= fresh
    return [_live_result(check, outcomes[key], key in reused) for key, check in keys.items()]


def known(subject: Subject, checks: Sequence[Check], guideline_version: int = 0) -> list[LiveResult]:
    """What has been said already, from the cache or the table; nothing is run and what is missing is left out."""
    keys = {key_of(check, subject, guideline_version): check for check in checks}
    outcomes = _known(keys)
    return [_live_result(check, outcomes[key], True) for key, check in keys.items() if key in outcomes]


def _known(keys: Mapping[Key, Check]) -> dict[Key, _Outcome]:
    outcomes = _cached(keys)
    if len(outcomes) < len(keys):
        outcomes |= {key: _stored_outcome(row) for key, row in fetch(keys).items() if row.is_done}
    return outcomes


def _is_due(row: CheckRun | None, now: datetime) -> bool:
    return row is None or (not row.is_done and row.next_try_at is not None and row.next_try_at <= now)


def _attempt(check: Check, subject: Subject) -> _Outcome:
    began = time.perf_counter()
    try:
        findings = [finding.to_json() for finding in check.run(subject)]
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except EngineUnavailable as away:
        logger.info("Check %s %s is unavailable: %s", check.name, check.version, away)
        return _Outcome([], _milliseconds_since(began), str(away)[:200])
    except BaseException as error:
        # Not Exception: a panic in an engine written in Rust is none.
        where = _where(error)
        logger.warning("Check %s %s is unavailable: %s", check.name, check.version, where)
        return _Outcome([], _milliseconds_since(began), where)
    return _Outcome(findings, _milliseconds_since(began))


def _where(error: BaseException) -> str:
    """Kind and place of an error. Never its message, which may quote what a person wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__qualname__}{place}"[:200]


def _milliseconds_since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)


def _row(key: Key, check: Check, outcome: _Outcome, earlier: CheckRun | None, now: datetime) -> CheckRun:
    attempts = earlier.attempts + 1 if earlier else 1
    return CheckRun(
        text_hash=key.text_hash,
        check_name=key.check_name,
        version=key.version,
        settings_hash=key.settings_hash,
        guideline_version=key.guideline_version,
        status=outcome.status,
        findings=outcome.findings,
        engine=check.engine,
        error=outcome.error,
        duration_ms=outcome.duration_ms,
        attempts=attempts,
        next_try_at=now + _pause(attempts, outcome.error) if outcome.error else None,
        created_at=now,
    )


def _pause(attempts: int, error: str) -> timedelta:
    if error.endswith(Reason.UNSUPPORTED):
        return NEVER
    return min(FIRST_RETRY * (1 << min(attempts - 1, 10)), LONGEST_RETRY)


def _taken_over(missing: Mapping[Key, Check]) -> dict[Key, _Outcome]:
    """What was said live about this very text; checks about the item look again, since other texts may have come."""
    lasting = [key for key, check in missing.items() if not check.about_item]
    return {key: outcome for key, outcome in _cached(lasting).items() if not outcome.error}


def _cached(keys: Iterable[Key]) -> dict[Key, _Outcome]:
    """Without Redis nothing is remembered and everything still works."""
    names = {key.in_cache(): key for key in keys}
    try:
        return {names[name]: _Outcome(**value) for name, value in cache.get_many(names).items()}
    except RedisError:
        logger.warning("No live results: the cache cannot be reached")
        return {}


def _remember(outcomes: dict[Key, _Outcome]) -> None:
    lasting = {key.in_cache(): asdict(outcome) for key, outcome in outcomes.items() if not outcome.error}
    away = {key.in_cache(): asdict(outcome) for key, outcome in outcomes.items() if outcome.error}
    try:
        cache.set_many(lasting, LIVE_SECONDS)
        if away:
            cache.set_many(away, AWAY_SECONDS)
    except RedisError:
        logger.warning("Live results are not kept: the cache cannot be reached")


def _stored_outcome(row: CheckRun) -> _Outcome:
    return _Outcome(row.findings, row.duration_ms)


def _live_result(check: Check, outcome: _Outcome, reused: bool) -> LiveResult:
    findings = tuple(Finding.from_json(stored) for stored in outcome.findings)
    return LiveResult(check.name, outcome.status, findings, outcome.duration_ms, reused, outcome.error)
