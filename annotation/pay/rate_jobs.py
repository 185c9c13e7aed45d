"""A new rate: what it would reach is computed by a job, and setting it derives the ledger anew by another.

As with the standing rule, nobody sets what they have not seen: the preview writes nothing, and what is set is its rate.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from annotation import jobs
from annotation.models import Cell, Item, Job, Project, Rate
from annotation.pay import ledger, money, rates
from annotation.pay.rates import Reach
from catalog.models import Language
from core.refusal import Refusal, refuse_if

PREVIEW, SETTLE = "preview", "settle"
NAMED = ("stage", "language_id", "skill", "cell_id", "kind", "amount", "cap", "currency", "note")


@dataclass(frozen=True)
class Preview:
    """`reach` is None until the job is done."""

    job: Job
    rate: Rate
    reach: Reach | None

    @property
    def scope(self) -> str:
        return rates.scope_in_words(self.rate)

    @property
    def pays(self) -> str:
        return rates.pays_in_words(self.rate)

    @property
    def brings(self) -> str:
        return money.words(self.reach.amount if self.reach else 0, self.rate.currency)


def latest_job(project: Project) -> Job | None:
    return project.jobs.filter(kind=Job.Kind.LEDGER).first()


def is_running(job: Job | None) -> bool:
    return job is not None and job.state in jobs.UNFINISHED


def preview_of(job: Job | None) -> Preview | None:
    if job is None or job.parameters.get("step") != PREVIEW:
        return None
    rate = _rate(job)
    is_known = rate is not None and job.state == Job.State.DONE
    return Preview(job, rate, Reach(**job.result["reach"]) if is_known else None) if rate else None


def _rate(job: Job) -> Rate | None:
    """None where its cell or language is no more."""
    said = job.parameters["rate"]
    cell = Cell.objects.select_related("language", "domain").filter(pk=said["cell_id"]).first()
    language = Language.objects.filter(pk=said["language_id"]).first()
    if (said["cell_id"] and cell is None) or (said["language_id"] and language is None):
        return None
    given = {name: said[name] for name in NAMED if name not in ("cell_id", "language_id")}
    valid_from = date.fromisoformat(said["valid_from"])
    return Rate(project_id=job.project_id, cell=cell, language=language, valid_from=valid_from, **given)


def request_preview(rate: Rate, by: User) -> Job:
    """An unsaved job."""
    said = {name: getattr(rate, name) for name in NAMED} | {"valid_from": rate.valid_from.isoformat()}
    return _job(rate.project, by, rates.extent_of(rate.project, rate), {"step": PREVIEW, "rate": said})


def _job(project: Project, by: User, total: int, parameters: dict[str, Any]) -> Job:
    return Job(project=project, kind=Job.Kind.LEDGER, created_by=by, total=total, parameters=parameters)


def refusal_to_begin(project: Project) -> Refusal | None:
    if is_running(latest_job(project)):
        return Refusal("A computation of the ledger is under way.", "Wait for it on the page.")
    return None


def refusal_to_set(previewed: Preview | None, job_id: str) -> Refusal | None:
    """Is this the preview that the person has seen, and does it still hold?"""
    if previewed is None or previewed.reach is None or str(previewed.job.pk) != job_id:
        return Refusal("What this rate does has not been looked at.", "Press “Show what it does”.")
    return rates.refusal_of(previewed.job.project, previewed.rate, timezone.now().date())


@transaction.atomic
def set_rate(project: Project, job_id: str, by: User) -> Job:
    """Sets what was previewed last and returns the unsaved job that derives the ledger anew. Raises Refused (409)."""
    previewed = preview_of(latest_job(project))
    refuse_if(refusal_to_set(previewed, job_id), status=409, code="incomplete")
    assert previewed is not None
    previewed.rate.created_by, previewed.rate.created_at = by, timezone.now()
    rates.save(previewed.rate)
    return _job(project, by, Item.objects.filter(project=project).count(), {"step": SETTLE})


def run(hold: jobs.Hold) -> None:
    """Either step. Safe to repeat: a preview writes nothing, and what is in the ledger is not entered twice."""
    project, now = hold.job.project, timezone.now()
    if hold.job.parameters["step"] == SETTLE:
        settled = ledger.settle_what_is_due(project, now, hold.report)
        hold.checkpoint({"added": settled.added, "moved": settled.moved})
        return
    rate = _rate(hold.job)
    if rate is None:
        raise jobs.JobFailed(Refusal("The cell of this rate is no more.", "Choose another."))
    hold.checkpoint({"reach": asdict(rates.reach_of(project, rate, now, hold.report))})
