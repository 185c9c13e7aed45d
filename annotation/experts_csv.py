"""The table of experts for a spreadsheet: people's names are shown as text, whatever they begin with."""

from annotation.experts_table import ExpertRow
from annotation.importing.error_file import harmless

COLUMNS = (
    "expert",
    "languages",
    "domains",
    "skills",
    "written",
    "rejected",
    "returned",
    "rate",
    "low",
    "high",
    "limit",
    "decisions",
    "change in 30 days",
    "review accuracy",
    "priority",
    "status",
    "last active",
)


def line(row: ExpertRow) -> list[str | int]:
    """Empty where there is too little to say anything."""
    return [
        harmless(row.name),
        " ".join(sorted(row.languages)),
        harmless(", ".join(row.domain_names)),
        " ".join(sorted(row.skills)),
        row.written,
        row.rejected,
        row.returned,
        *(_share(value) for value in (row.rate, row.low, row.high)),
        _share(row.limit if row.is_known else None),
        row.decisions,
        _share(row.trend.change),
        _share(row.accuracy),
        f"{row.weight:.2f}",
        row.state.value,
        row.last_active.isoformat(timespec="seconds") if row.last_active else "",
    ]


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
