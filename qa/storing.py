"""Reading and writing results by key, so that two writers of one key leave one row and a done row stays as it is."""

import json
from collections.abc import Collection, Sequence

from qa.keys import Key
from qa.models import CheckRun

# One statement for all rows. A done row is left as it is: the condition keeps it out of what RETURNING gives.
INSERT = """
INSERT INTO qa_checkrun AS stored
    (text_hash, "check", version, settings_hash, guideline_version,
     status, findings, engine, error, duration_ms, attempts, next_try_at, created_at)
VALUES {rows}
ON CONFLICT (text_hash, "check", version, settings_hash, guideline_version) DO UPDATE SET
    status = excluded.status, findings = excluded.findings, engine = excluded.engine, error = excluded.error,
    duration_ms = excluded.duration_ms, attempts = excluded.attempts, next_try_at = excluded.next_try_at,
    created_at = excluded.created_at
WHERE stored.status = 'unavailable'
RETURNING stored.*
"""
ONE_ROW = "(%s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s, %s)"


def fetch(keys: Collection[Key]) -> dict[Key, CheckRun]:
    """One statement for any number of checks: a text has few rows, so the rest of the key is compared here."""
    hashes = {key.text_hash for key in keys}
    if not hashes:
        return {}
    rows = CheckRun.objects.filter(text_hash__in=hashes, check_name__in={key.check_name for key in keys})
    wanted = set(keys)
    return {key: row for row in rows if (key := key_in(row)) in wanted}


def store(rows: Sequence[CheckRun]) -> dict[Key, CheckRun]:
    """Inserts, or replaces unavailable rows. Where another writer was first and done, gives theirs."""
    written = {key_in(row): row for row in _insert(rows)}
    lost = {key_in(row) for row in rows} - written.keys()
    return written | fetch(lost)


def _insert(rows: Sequence[CheckRun]) -> list[CheckRun]:
    # Always in the same order, so that two writers of the same keys wait for each other instead of deadlocking.
    ordered = sorted(rows, key=lambda row: row.check_name)
    statement = INSERT.format(rows=", ".join([ONE_ROW] * len(ordered)))
    return list(CheckRun.objects.raw(statement, [value for row in ordered for value in _values(row)]))


def _values(row: CheckRun) -> tuple[object, ...]:
    return (
        row.text_hash,
        row.check_name,
        row.version,
        row.settings_hash,
        row.guideline_version,
        row.status,
        json.dumps(row.findings),
        row.engine,
        row.error,
        row.duration_ms,
        row.attempts,
        row.next_try_at,
        row.created_at,
    )


def key_in(row: CheckRun) -> Key:
    return Key(row.text_hash, row.check_name, row.version, row.settings_hash, row.guideline_version)
