"""Between submit and review: the checks of a cell run on the current revision and decide where it goes next."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError

from annotation.crediting import record_accepted
from annotation.models import (
    Approval,
    Clause,
    Context,
    Dismissal,
    Guideline,
    Item,
    Project,
    ProjectRouter,
    Review,
    Revision,
    Verdict,
)
from annotation.steps import lock_item, take_step
from annotation.texts import CONTEXT_FIELDS
from annotation.workflow import Action, State
from core.refusal import Refusal, Refused
from qa import policy, runs, workers
from qa.checks import links, routing, second_reading
from qa.checks.base import Bounds, Check, Example, Finding, Subject, Weight
from qa.models import CheckRun
from qa.registry import checks, highest_severities
from qa.tuning import Tuning, tuned

Made = TypeVar("Made")

# An item that has been in checking for longer than this is taken up again by beat: its worker is gone.
STUCK_AFTER = timedelta(seconds=45)

# A person's text goes on without the slow checks after this long.
PATIENCE = timedelta(seconds=90)
NO_ANSWER = "no worker has answered"
REMEMBERED_SECONDS = 60
FIT = ("embedder", "weights", "intercept", "texts")
RECHECKED = (State.IN_REVIEW, State.IN_EDITING, State.ACCEPTED)
RECHECKED_AT_A_TIME = 50

ATTENTION_PER_SHOULD = 5


def subject_of(item: Item, prompt: str, completion: str, brought: Mapping[str, Any] | None = None) -> Subject:
    """What the checks see of an item: its texts and what its cell asks for. No people, no history.

    `brought` is the context that an author types in, where the item has none yet.
    """
    cell, project = item.cell, item.project
    source = _provenance(item.context) if item.context else dict(brought or {})
    return Subject(
        prompt=prompt,
        completion=completion,
        context=source.pop("text", ""),
        language=cell.language_id,
        skill=cell.skill,
        prompt_bounds=Bounds(cell.prompt_min, cell.prompt_max),
        completion_bounds=Bounds(cell.completion_min, cell.completion_max),
        format=cell.format,  # type: ignore[arg-type]  # the column's choices are the type's literals
        format_schema=cell.format_schema,
        languages=(cell.language_id,),
        domain=cell.domain_id,
        collection=collection_of(item.project_id),
        group=group_of(cell.pk),
        key=str(item.look.source_id if item.is_control else item.pk or ""),
        provenance=source,
        licences=tuple(project.licences),
        examples=examples_of(project.pk) if _wants_examples() else (),
        router=router_of(project.pk, cell.language_id) if routing.NAME in checks() else {},
        style=project.style,
        llm_budget=project.llm_daily_budget,
        follow_links=project.check_links,
    )


def collection_of(project_id: int) -> str:
    """The name under which qa keeps a project's texts and spending."""
    return f"project-{project_id}"


def group_of(cell_id: int | None) -> str:
    """A cell's part of its project's texts."""
    return f"cell-{cell_id}"


def _provenance(context: Context) -> dict[str, str]:
    return {name: str(getattr(context, name) or "") for name in CONTEXT_FIELDS}


def _wants_examples() -> bool:
    """Only language models learn from them: nobody else waits for the cache."""
    return not checks().keys().isdisjoint(second_reading.NAMES.values())


def examples_of(project_id: int) -> tuple[Example, ...]:
    """What the guideline in force shows as good and bad; remembered for a minute."""
    return _remembered(f"examples:{project_id}", partial(_examples, project_id))


def _examples(project_id: int) -> tuple[Example, ...]:
    newest = Guideline.objects.filter(project_id=project_id).order_by("-version").values("pk")[:1]
    clauses = Clause.objects.filter(guideline__in=newest).exclude(good_example="", bad_example="")
    return tuple(
        Example(clause.code, clause.title, clause.good_example, clause.bad_example, clause.skill) for clause in clauses
    )


def router_of(project_id: int, language: str) -> Mapping[str, Any]:
    """The project's own router for a language as `Subject.router`; remembered until another is put to use."""
    return _remembered(_name_of_router(project_id), partial(_routers, project_id)).get(language, {})


def forget_router(project_id: int) -> None:
    with suppress(RedisError):
        cache.delete(_name_of_router(project_id))


def _name_of_router(project_id: int) -> str:
    return f"router:{project_id}"


def _routers(project_id: int) -> dict[str, dict[str, Any]]:
    own = ProjectRouter.objects.filter(project_id=project_id).first()
    if own is None:
        return {}
    name = f"job {own.fitted_by_job}"
    return {language: {key: fit[key] for key in FIT} | {"name": name} for language, fit in own.fits.items()}


def _remembered(name: str, make: Callable[[], Made]) -> Made:
    """For a minute; without Redis it is made each time."""
    try:
        found: Made | None = cache.get_or_set(name, make, REMEMBERED_SECONDS)
    except RedisError:
        found = None
    return make() if found is None else found


def subject_of_revision(item: Item, revision: Revision) -> Subject:
    return subject_of(item, revision.prompt, revision.completion)


def checks_for(item: Item) -> Sequence[Check]:
    """Links are followed only where the project allows it: else no worker need be asked."""
    return [check for check in checks().values() if check.name != links.NAME or item.project.check_links]


def fast_and_slow(item: Item) -> tuple[list[Check], list[Check]]:
    """Those that run within a request, and those that wait for a worker."""
    wanted = checks_for(item)
    return [check for check in wanted if check.weight == "fast"], [check for check in wanted if check.weight != "fast"]


def tuning_of(project: Project) -> Tuning:
    return Tuning.of(project.tuning, project.glossary, highest_severities())


def check_item(item_id: int) -> list[Weight]:
    """Runs the fast checks on the current text and settles, or says which workers have to be asked for the rest first.

    Safe to repeat: deliveries do. What no worker answers in time is passed over and tried again later.
    """
    item = _with_text(item_id)
    if item.state != State.CHECKING or item.current is None:
        return []
    fast, slow = fast_and_slow(item)
    subject, version = subject_of_revision(item, item.current), item.current.guideline_version
    results = runs.run_all(subject, fast, version)
    if policy.blocking(findings_of(results, item.project)):
        settle(item_id, item.current.pk, results)
        return []
    missing = _without_result(subject, slow, version)
    awaited = [check for check in missing if _is_worth_waiting(item, check.weight)]
    runs.pass_over(subject, [check for check in missing if check not in awaited], version, NO_ANSWER)
    if not awaited:
        settle(item_id, item.current.pk, [*results, *runs.results_for(subject, slow, version)])
    return list(dict.fromkeys(check.weight for check in awaited))


def check_slowly(item_id: int, weight: Weight) -> None:
    """In a worker of that weight: runs its checks on the current text; settles when they were the last."""
    item = _with_text(item_id)
    if item.current is None:
        return
    subject, version = subject_of_revision(item, item.current), item.current.guideline_version
    fast, slow = fast_and_slow(item)
    runs.run_all(subject, [check for check in slow if check.weight == weight], version)
    results = runs.results_for(subject, [*fast, *slow], version)
    if len(results) < len(fast) + len(slow):
        return
    if item.state == State.CHECKING:
        settle(item_id, item.current.pk, results)
    else:
        add_late_results(item_id, item.current.pk, results)


def _with_text(item_id: int) -> Item:
    return Item.objects.select_related("cell", "project", "context", "current").get(pk=item_id)


def _without_result(subject: Subject, wanted: Sequence[Check], version: int) -> list[Check]:
    said = {result.check_name for result in runs.results_for(subject, wanted, version)}
    return [check for check in wanted if check.name not in said]


def _is_worth_waiting(item: Item, weight: Weight) -> bool:
    """Imported items wait as long as somebody works at it; a person is waiting for all others."""
    is_imported = item.event_count == 1
    return workers.is_alive(weight) and (is_imported or timezone.now() - item.state_since < PATIENCE)


def check_again(items: Iterable[Item], name: str) -> None:
    """Has one check say anew what it says of current texts, where its settings have changed since. `items` with their
    cell, project, context and current revision."""
    for item in items:
        if item.current and name in checks():
            runs.run(checks()[name], subject_of_revision(item, item.current), item.current.guideline_version)


@transaction.atomic
def settle(item_id: int, revision_id: int, results: Sequence[CheckRun]) -> None:
    """Moves the item on from checking, if it still stands at the text that was checked."""
    item = lock_item(item_id)
    if item.state != State.CHECKING or item.current_id != revision_id:
        return
    now = timezone.now()
    findings = findings_of(results, item.project)
    must = policy.blocking(findings)
    unavailable = [result.check_name for result in results if not result.is_done]
    item.attention = ATTENTION_PER_SHOULD * len(policy.open_should(findings, dismissed_in(item)))
    item.checks_missing = any(result.is_to_be_retried for result in results)
    action = _next_action(item, bool(must))
    if action == Action.PASS:
        _reserve_for_returning_reviewer(item, now)
    take_step(item, action, by=None, at=now, must=len(must), unavailable=unavailable)
    if action == Action.CLEAR:
        record_accepted(item, judged_by=item.current.author if item.current else None, at=now)


@transaction.atomic
def add_late_results(item_id: int, revision_id: int, results: Sequence[CheckRun]) -> None:
    """What was unavailable when the item went on has been said now: editors see it, nobody's work is taken back."""
    item = lock_item(item_id)
    if item.current_id != revision_id or not item.checks_missing:
        return
    late = policy.open_should(findings_of(results, item.project), dismissed_in(item))
    item.attention = max(item.attention, ATTENTION_PER_SHOULD * len(late))
    item.checks_missing = any(result.is_to_be_retried for result in results)
    item.save(update_fields=["attention", "checks_missing"])


def _next_action(item: Item, has_must: bool) -> Action:
    assert item.current is not None
    returns_to_editor = item.current.kind == Revision.Kind.EDITED or item.author_id is None
    if has_must:
        return Action.BOUNCE_EDIT if returns_to_editor else Action.BOUNCE
    is_approved = approvals_of(item) >= item.project.overlap
    return Action.CLEAR if item.current.kind == Revision.Kind.EDITED and is_approved else Action.PASS


def _reserve_for_returning_reviewer(item: Item, now: datetime) -> None:
    """A revised item goes to the reviewer who returned it; after some hours to anybody."""
    item.reserved_for = None
    if item.current is None or item.current.kind == Revision.Kind.EDITED:
        return
    latest = Review.objects.filter(item=item).last()
    if latest and latest.verdict == Verdict.RETURN:
        item.reserved_for_id = latest.reviewer_id
        item.reserved_until = now + timedelta(hours=item.project.rereview_hours)


def approvals_of(item: Item) -> int:
    """How many different people have approved the item in its present round."""
    return Approval.objects.filter(item=item, round=item.round).count()


def findings_of(results: Iterable[CheckRun], project: Project) -> list[Finding]:
    """As the project has tuned them."""
    return tuned((finding for result in results for finding in result.found()), tuning_of(project))


def stored_results(item: Item) -> list[CheckRun]:
    """What the checks said about the current revision, as stored; nothing is run."""
    if item.current is None:
        return []
    subject = subject_of_revision(item, item.current)
    return runs.results_for(subject, checks_for(item), item.current.guideline_version)


def dismissed_in(item: Item) -> set[str]:
    return set(Dismissal.objects.filter(item=item).values_list("fingerprint", flat=True))


def open_findings(item: Item) -> list[Finding]:
    """Findings on the current text that nobody has dismissed, most severe first."""
    dismissed = dismissed_in(item)
    return [
        one
        for one in policy.in_order(findings_of(stored_results(item), item.project))
        if one.fingerprint not in dismissed
    ]


def refuse_while_must(item: Item, remedy: str = "Mend the text, then finish.") -> None:
    """Where the project's style or the cell's bounds have changed since, the fast checks run anew; of the slow ones
    counts what is stored."""
    must = policy.blocking(findings_of(current_results(item), item.project))
    if must:
        raise Refused(Refusal(f"An automatic check found what must be mended: {must[0].message}", remedy), status=409)


def current_results(item: Item) -> list[CheckRun]:
    if item.current is None:
        return []
    subject, version = subject_of_revision(item, item.current), item.current.guideline_version
    fast, slow = fast_and_slow(item)
    stored = runs.results_for(subject, slow, version) if slow else []
    return [*runs.run_all(subject, fast, version), *stored]


def stuck_items(now: datetime) -> list[int]:
    return list(
        # Imported items have but one event; importing.settling checks them, slowly and away from people's own.
        Item.objects.filter(state=State.CHECKING, state_since__lt=now - STUCK_AFTER, event_count__gt=1)
        .order_by("state_since")
        .values_list("pk", flat=True)[:500]
    )


def items_to_check_again(now: datetime) -> list[int]:
    """Items that went on without some answers, a few at a time; by lot, so that none is always behind others."""
    return list(
        Item.objects.filter(checks_missing=True, state__in=RECHECKED, state_since__lt=now - STUCK_AFTER)
        .order_by("?")
        .values_list("pk", flat=True)[:RECHECKED_AT_A_TIME]
    )
