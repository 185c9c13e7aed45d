"""What the pages about checks show: findings with every fate in two languages, a noisy one, switches, engines."""

from datetime import timedelta
from hashlib import blake2b

from django.utils import timezone

from accounts.models import User
from annotation.checking import collection_of
from annotation.copilot import switching
from annotation.models import Item, Project, ShownFinding
from qa import health, metrics, workers
from qa.engines.base import Health
from qa.models import CheckRun, Spending
from qa.tuning import Switch

NOISY = "artifacts.emphasis"
# check, code, message, (applied, mended, dismissed, open) in English and in German
SHOWN = (
    ("artifacts", "emphasis", "Bold is not wanted here.", (0, 1, 9, 2), (1, 0, 7, 0)),
    ("artifacts", "citation_mark", "A citation mark that points nowhere.", (14, 3, 1, 1), (4, 2, 0, 0)),
    ("artifacts", "chatbot_phrase", "Reads like a chatbot's introduction.", (2, 1, 0, 0), (0, 0, 0, 0)),
    ("length", "too_long", "Longer than this cell asks for by 40 tokens.", (0, 11, 2, 3), (0, 5, 1, 0)),
    ("language", "other", "This reads as Dutch; the cell wants German.", (0, 0, 0, 0), (0, 2, 1, 0)),
)
OUTCOMES = ("applied", "mended", "dismissed", "open")


def fill(project: Project, manager: User, reviewer: User) -> None:
    items = list(Item.objects.filter(project=project, current__isnull=False).select_related("current", "context"))
    _shown(project, items, reviewer)
    _stored(items)
    Spending.objects.create(
        collection=collection_of(project.pk), day=timezone.localdate(), purpose="second reading", calls=41, failures=2,
        tokens_in=52_000, tokens_out=9_000, cost="3.20",
    )  # fmt: skip
    switching.save(by=manager, project=project, kind=NOISY, switch=Switch("note"))
    change = switching.save(by=manager, project=project, kind="length.too_long", switch=Switch("off"))
    assert change is not None
    switching.undo(by=manager, project=project, change_id=change.pk)


def _shown(project: Project, items: list[Item], reviewer: User) -> None:
    now, rows = timezone.now(), []
    for check, code, message, *languages in SHOWN:
        for language, counts in zip(("en", "de"), languages, strict=True):
            fates = [name for name, count in zip(OUTCOMES, counts, strict=True) for _ in range(count)]
            for number, fate in enumerate(fates):
                name = blake2b(f"{check}{code}{language}{number}".encode(), digest_size=12).hexdigest()
                rows.append(
                    ShownFinding(
                        project=project,
                        item=items[number % len(items)],
                        fingerprint=name,
                        check_name=check,
                        code=code,
                        language=language,
                        severity="should",
                        field="completion",
                        message=message,
                        outcome=fate,
                        excerpt="**unverzüglich**" if code == "emphasis" else "",
                        revision=1,
                        at=now - timedelta(hours=number),
                    )
                )
    rows[-1].message = rows[-1].severity = ""
    ruled = next(row for row in rows if row.outcome == "dismissed")
    ruled.ruling, ruled.ruled_by, ruled.ruled_at = "upheld", reviewer, now
    ShownFinding.objects.bulk_create(rows)


def _stored(items: list[Item]) -> None:
    """As the checks leave it; a later version, so that it is what counts."""
    for number, item in enumerate(items[:6]):
        finding = {
            "check": "artifacts", "code": "emphasis", "severity": "should", "message": "Bold is not wanted here.",
            "field": "completion", "start": 0, "end": 4, "excerpt": item.current.completion[:24], "suggestions": [],
            "clause": "", "data": {"score": 0.35 + number / 10},
        }  # fmt: skip
        CheckRun.objects.create(
            text_hash=switching.hash_of(item), check_name="artifacts", version=900, settings_hash=number, status="done",
            findings=[finding], engine="rules", duration_ms=4, created_at=timezone.now(),
        )  # fmt: skip
    CheckRun.objects.create(
        text_hash=switching.hash_of(items[0]), check_name="language", version=900, settings_hash=0,
        status="unavailable", error="lingua is still loading", next_try_at=timezone.now(), created_at=timezone.now(),
    )  # fmt: skip


def engines_at_work() -> None:
    """In Redis, which is emptied before each test."""
    health.report(
        [
            Health("harper", "1.0", is_ready=True),
            Health("all-minilm-l6-v2", "", is_ready=False, detail="The ML extra is still loading."),
            Health("llm", "", is_ready=False, detail="It is not configured: set LLM_URL and LLM_MODEL."),
            Health("languagetool", "6.5", is_ready=False, detail="It cannot be reached: see LANGUAGETOOL_URL."),
        ]
    )
    workers.beat(["fast"])
    for seconds in (0.02, 0.05, 0.4):
        metrics.waited("fast", seconds)
