"""A project's own router: fitted by a job from what its people decided, validated, and put to use by a person only."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from annotation import checking, jobs
from annotation.copilot import routing
from annotation.models import Job, Project, ProjectRouter, RoutingDecision, Scope
from catalog.models import Language
from core.refusal import Refusal, Refused
from qa.engines.base import EngineUnavailable
from qa.engines.embeddings import label_of
from qa.registry import embedders
from qa.routing.router import LEAST_LABELLED, Router
from qa.routing.validating import FOLDS, validated

FIT_AT = 200
# Both kinds in every fold, and in what remains without it.
LEAST_OF_A_KIND = FOLDS


@dataclass(frozen=True)
class Labelled:
    """A text with what people decided last about it."""

    text: str
    language: str
    is_specialized: bool


@dataclass(frozen=True)
class Fit:
    """What the page says of one language's fit; shares of texts routed as people decided."""

    language: str
    texts: int
    fitted: float
    as_it_comes: float
    commoner: float

    @property
    def is_better(self) -> bool:
        return self.fitted > max(self.as_it_comes, self.commoner)


def decisions(project: Project) -> int:
    """Texts that people have decided about, each counted once."""
    return _counting(project).values("text_hash").distinct().count()


def _counting(project: Project) -> QuerySet[RoutingDecision]:
    wanted = (Scope.GENERAL, Scope.SPECIALIZED)
    return RoutingDecision.objects.filter(project=project, undoes=None, undone_by=None, scope__in=wanted)


def labelled(project: Project) -> list[Labelled]:
    rows = _counting(project).select_related("route__context", "route__item__context", "revision").order_by("id")
    last = {row.text_hash: row for row in rows}
    return [Labelled(_text(row), row.language, row.scope == Scope.SPECIALIZED) for row in last.values()]


def _text(row: RoutingDecision) -> str:
    if row.route.context:
        return row.route.context.text
    assert row.revision is not None, "a decision about an item keeps the revision it was about"
    context = row.route.item.context if row.route.item else None
    return f"{row.revision.prompt}\n{context.text if context else ''}".strip()


# --- the job


def running(project: Project) -> Job | None:
    return project.jobs.filter(kind=Job.Kind.ROUTER, state__in=jobs.UNFINISHED).first()


def latest(project: Project) -> Job | None:
    return project.jobs.filter(kind=Job.Kind.ROUTER).first()


def request_of(project: Project, by: User) -> Job:
    """An unsaved job that fits the project's router now. Raises Refused while there are too few decisions."""
    count = decisions(project)
    if count < FIT_AT:
        raise Refused(
            Refusal(f"{count} of {FIT_AT} decisions are there.", "Decide about more texts first."), status=409
        )
    return Job(project=project, kind=Job.Kind.ROUTER, created_by=by, total=count)


def fit(hold: jobs.Hold) -> None:
    """Fits and validates by language. Nothing takes effect by it. Raises JobFailed where the engine is away."""
    by_language: dict[str, list[Labelled]] = defaultdict(list)
    for one in labelled(hold.job.project):
        by_language[one.language].append(one)
    fits: dict[str, Any] = {}
    done = 0
    for language, rows in by_language.items():
        if _is_enough(rows):
            fits[language] = _fitted(language, rows)
        done += len(rows)
        hold.report(done)
    if not fits:
        raise jobs.JobFailed(
            Refusal(
                "No language has enough decisions of both kinds.",
                f"It takes {LEAST_LABELLED} and more texts in a language, {LEAST_OF_A_KIND} of them of each kind.",
            )
        )
    hold.checkpoint({"fits": fits})


def _is_enough(rows: Sequence[Labelled]) -> bool:
    specialized = sum(row.is_specialized for row in rows)
    # A fold is left out when it is validated, and the rest has to be enough.
    return len(rows) * (FOLDS - 1) // FOLDS >= LEAST_LABELLED and min(specialized, len(rows) - specialized) >= FOLDS


def _fitted(language: str, rows: Sequence[Labelled]) -> dict[str, Any]:
    router = Router(embedders().first)
    texts, labels = [row.text for row in rows], [row.is_specialized for row in rows]
    try:
        validation = validated(router, texts, labels, language)
        own = router.fit(texts, labels, language)
    except EngineUnavailable as away:
        raise jobs.JobFailed(Refusal(f"{away}.", "Try again when the Engines page shows it as ready.")) from away
    return {**own.to_json(), "embedder": label_of(own.embedder), "validation": asdict(validation)}


# --- its effect


def fits_of(stored: dict[str, Any]) -> list[Fit]:
    names = dict(Language.objects.filter(pk__in=stored).values_list("pk", "name")) if stored else {}
    return [Fit(names.get(language, language), **fit["validation"]) for language, fit in stored.items()]


@transaction.atomic
def put_to_use(job: Job, by: User) -> ProjectRouter:
    """From now on the project's texts are read by what this job fitted; what was read is read anew."""
    if job.kind != Job.Kind.ROUTER or job.state != Job.State.DONE:
        raise Refused(Refusal("That router is not there.", "Fit it first."), status=409)
    values = {"fits": job.result["fits"], "fitted_by_job": job.pk, "by": by, "at": timezone.now()}
    router, _ = ProjectRouter.objects.update_or_create(project_id=job.project_id, defaults=values)
    transaction.on_commit(partial(checking.forget_router, job.project_id))
    return router


@transaction.atomic
def give_up(project: Project) -> None:
    """Back to the router as it comes."""
    ProjectRouter.objects.filter(project=project).delete()
    transaction.on_commit(partial(checking.forget_router, project.pk))


def in_effect(project: Project) -> ProjectRouter | None:
    return routing.own_router(project.pk)
