"""The demo's rates, hours and a first payment run: the ledger is derived from the work that the demo did."""

from collections import Counter
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.utils import timezone

from accounts.models import User
from annotation.models import ActiveDay, Assignment, ItemEvent, PayTerms, Project, Rate
from annotation.pay import ledger, paying, rates
from annotation.workflow import Stage

# stage, language, kind, minor units, cap
RATES: tuple[tuple[Stage, str | None, str, int, int | None], ...] = (
    (Stage.WRITING, "en", Rate.Kind.ITEM, 640, None),
    (Stage.WRITING, "de", Rate.Kind.ITEM, 720, None),
    (Stage.REVIEW, None, Rate.Kind.ITEM, 190, None),
    (Stage.EDITING, None, Rate.Kind.HOUR, 3600, 600),
    (Stage.ADJUDICATION, None, Rate.Kind.ITEM, 350, None),
)
# Seconds a piece of work takes, at least and up to.
MINUTES: dict[str, tuple[int, int]] = {
    Stage.WRITING: (480, 1500), Stage.REVIEW: (90, 420), Stage.EDITING: (180, 720), Stage.ADJUDICATION: (240, 600),
}  # fmt: skip
DAYS = 14


def fill(project: Project, manager: User) -> None:
    now = timezone.now()
    _work_hours(project, now)
    for stage, language, kind, amount, cap in RATES:
        rates.save(
            Rate(
                project=project, stage=stage, language_id=language, kind=kind, amount=amount, cap=cap, currency="EUR",
                valid_from=now.date() - timedelta(days=60), created_by=manager, created_at=now,
            )
        )  # fmt: skip
    rates.save_terms(project, PayTerms(minimum_per_hour=1800), manager, now)
    _pay_the_first_part(project, manager, now)
    ledger.settle_ledger(project)


def _work_hours(project: Project, now: datetime) -> None:
    """As the pages would have reported them; what was all done just now is spread over two weeks, for the picture."""
    worked = list(Assignment.objects.filter(item__project=project, active_ms=0).order_by("pk"))
    days: Counter[tuple[int, str, date]] = Counter()
    for work in worked:
        least, most = MINUTES[work.stage]
        draw = int(sha256(f"hours:{work.stage}:{work.item_id}:{work.person_id}".encode()).hexdigest()[:8], 16)
        work.active_ms, work.active_at = 1000 * (least + draw % (most - least)), work.ended_at or now
        day = work.active_at.date()
        is_old = day < now.date() - timedelta(days=1)
        days[work.person_id, work.stage, day if is_old else day - timedelta(days=draw % DAYS)] += work.active_ms
    Assignment.objects.bulk_update(worked, ["active_ms", "active_at"])
    ActiveDay.objects.bulk_create(
        ActiveDay(project=project, person_id=person, stage=stage, day=day, ms=ms)
        for (person, stage, day), ms in days.items()
    )


def _pay_the_first_part(project: Project, manager: User, now: datetime) -> None:
    """What came first is paid, the rest is payable."""
    times = ItemEvent.objects.filter(item__project=project).order_by("at").values_list("at", flat=True)
    if not times:
        return
    ledger.settle_ledger(project, until=times[len(times) // 2])
    seen = paying.preview(project, now.date())
    if paying.refusal_to_pay(seen) is None:
        paying.pay(by=manager, project=project, until=now.date(), seen=seen.seen, note="First half of the month")
