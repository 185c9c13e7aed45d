"""The table of experts as lines for a spreadsheet (annotation.safe_csv)."""

from annotation.standing.experts_table import ExpertRow

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


def line(row: ExpertRow) -> list[object]:
    """Empty where there is too little to say anything."""
    return [
        row.name,
        " ".join(sorted(row.languages)),
        ", ".join(row.domain_names),
        " ".join(sorted(row.skills)),
        row.written,
        row.rejected,
        row.returned,
        *(_share(value) for value in (row.rate, row.low, row.high)),
        _share(row.limit if row.is_known else None),
        row.decisions,
        _share(row.trend.change),
        _share(row.accuracy),
        round(row.weight, 2),
        row.state.value,
        row.last_active.isoformat(timespec="seconds") if row.last_active else "",
    ]


def _share(value: float | None) -> object:
    return "" if value is None else round(value, 3)
