"""What findings mean for the text they are about. Pure: no database, no clock."""

from collections.abc import Collection, Iterable

from qa.checks.base import Field, Finding, Severity

SEVERITIES = list(Severity)
FIELDS = list(Field)


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """What sends a text back to its author at once. These cannot be dismissed, only mended."""
    return in_order(finding for finding in findings if finding.severity is Severity.MUST)


def open_should(findings: Iterable[Finding], dismissed_fingerprints: Collection[str]) -> list[Finding]:
    return in_order(
        finding
        for finding in findings
        if finding.severity is Severity.SHOULD and finding.fingerprint not in dismissed_fingerprints
    )


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """must, should, note; within each by place in the text, findings about a whole field first."""
    return sorted(findings, key=_place)


def _place(finding: Finding) -> tuple[int, int, int, str]:
    start = -1 if finding.start is None else finding.start
    return SEVERITIES.index(finding.severity), FIELDS.index(finding.field), start, finding.code
