"""From a settled item to a test item: a frozen copy with its right answer, why it is right, and no names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from annotation.models import (
    Adjudication,
    Clause,
    Comment,
    FrozenPair,
    Item,
    Project,
    Review,
    Revision,
    Test,
    TestItem,
    Verdict,
)
from annotation.setup.setting_up import guideline_of
from annotation.workflow import State
from core.refusal import Refusal, Refused, refuse_if

NOT_SETTLED = Refusal(
    "Nobody has settled this item yet, so its right verdict is not known.",
    "Use an adjudicated item, or one that was accepted or rejected for good.",
)
ACCEPTED = "Two people approved it: there is nothing to correct."
LISTED = 12


@dataclass(frozen=True)
class Known:
    """What is known of an item: the text that was judged, the verdict that stands, and why."""

    revision: Revision
    verdict: Verdict
    explanation: str
    reasons: list[str] = field(default_factory=list)
    clause: Clause | None = None

    @property
    def also_right(self) -> list[str]:
        """Whether a text is mended by an editor or by its author is no question of quality."""
        return [Verdict.RETURN.value] if self.verdict == Verdict.EDIT else []


def known_of(item: Item) -> Known | None:
    """The adjudicator's word where there is one, else what the reviewers agreed on; None while it is open."""
    settled = Adjudication.objects.filter(item=item).select_related("revision").last()
    if settled is not None:
        return _adjudicated(item, settled)
    if item.current is None or item.state not in (State.ACCEPTED, State.REJECTED):
        return None
    if item.state == State.ACCEPTED:
        return Known(item.current, Verdict.ACCEPT, ACCEPTED)
    return _rejected(item, item.current)


def _adjudicated(item: Item, settled: Adjudication) -> Known:
    verdict = Verdict(settled.decision)
    reviews = Review.objects.filter(item=item, round=settled.round)
    reasons = [] if verdict == Verdict.ACCEPT else reasons_in(reviews)
    note = without_names(settled.note, people_around(item))
    return Known(settled.revision, verdict, note, reasons, clause_of(item) if reasons else None)


def _rejected(item: Item, revision: Revision) -> Known:
    reviews = list(Review.objects.filter(item=item, verdict=Verdict.REJECT))
    notes = "\n\n".join(review.note for review in reviews if review.note)
    words = without_names(notes, people_around(item)) or "Two reviewers rejected it."
    return Known(revision, Verdict.REJECT, words, reasons_in(reviews), clause_of(item))


def reasons_in(reviews: Iterable[Review]) -> list[str]:
    return list(dict.fromkeys(reason for review in reviews for reason in review.reasons))


def clause_of(item: Item) -> Clause | None:
    """The clause that a remark pointed to, as the guideline in force words it."""
    pointed = Comment.objects.filter(item=item, clause__isnull=False).select_related("clause").last()
    code = pointed.clause.code if pointed and pointed.clause else ""
    return clause_by_code(item.project, code) if code else None


def clause_by_code(project: Project, code: str) -> Clause | None:
    return Clause.objects.filter(guideline=guideline_of(project), code=code).first()


def people_around(item: Item) -> list[User]:
    """Everybody whose name could stand in a note about this item."""
    return list(User.objects.filter(assignments__item=item).distinct())


def without_names(text: str, people: Iterable[User]) -> str:
    """What people wrote to colleagues is shown to strangers now."""
    for person in people:
        for name in filter(None, (person.name.strip(), person.email)):
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "a colleague", text, flags=re.IGNORECASE)
    return text.strip()


def freeze(target: FrozenPair, item: Item, revision: Revision, clause: Clause | None, by: User) -> None:
    """Copies what is to be judged; nothing points back but a bare number."""
    target.project_id = item.project_id
    target.language_id, target.domain_id, target.skill = item.cell.language_id, item.cell.domain_id, item.cell.skill
    target.prompt, target.completion = revision.prompt, revision.completion
    target.context = item.context.text if item.context else ""
    target.source_item_id = item.pk
    target.made_by, target.made_at = by, timezone.now()
    point_to(target, clause)


def point_to(target: FrozenPair, clause: Clause | None) -> None:
    target.clause_code = clause.code if clause else ""
    target.clause_title = clause.title if clause else ""
    target.clause_body = clause.body if clause else ""


def is_known(item: Item) -> bool:
    """Whether `known_of` has an answer; no statement where the item's adjudications are loaded."""
    is_settled = item.current_id is not None and item.state in (State.ACCEPTED, State.REJECTED)
    return is_settled or bool(item.adjudications.all())


def is_in_test(item: Item) -> bool:
    return TestItem.objects.filter(project=item.project_id, source_item_id=item.pk, retired_at=None).exists()


def lock(item_id: int) -> None:
    """Until the transaction ends: an item becomes a test item or a control item, never both at once."""
    Item.objects.select_for_update(of=("self",)).get(pk=item_id)


def refusal_to_use(item: Item, is_in_test: bool) -> Refusal | None:
    if item.is_control:
        return Refusal("A control item is known to its reviewers' statistics alone.", "Use another item.")
    if any(control.retired_at is None for control in item.controls.all()):
        return Refusal("This item measures reviewers as a control item.", "Use another, or retire the control first.")
    if not is_known(item):
        return NOT_SETTLED
    if is_in_test:
        return Refusal("This item is in a test already.", "Its test item can be edited on the page Tests.")
    return None


@transaction.atomic
def use_in_test(item: Item, by: User) -> tuple[TestItem, Test]:
    """The copy, and the test of its language × domain × skill, which is begun where there is none."""
    lock(item.pk)
    refuse_if(refusal_to_use(item, is_in_test(item)), status=409)
    known = known_of(item)
    assert known is not None, "refused above"
    new = TestItem(
        verdict=known.verdict,
        also_right=known.also_right,
        reasons=known.reasons,
        explanation=known.explanation,
    )
    freeze(new, item, known.revision, known.clause, by)
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError as error:
        raise Refused(Refusal("Somebody has just put this item into a test."), 409) from error
    return new, test_for(item, by)


def test_for(item: Item, by: User) -> Test:
    tests = Test.objects.filter(project=item.project, language=item.cell.language_id, domain=item.cell.domain_id)
    found = tests.filter(skills__contains=[item.cell.skill]).order_by("pk").first()
    return found or Test.objects.create(
        project=item.project,
        language_id=item.cell.language_id,
        domain_id=item.cell.domain_id,
        skills=[item.cell.skill],
        made_by=by,
        made_at=timezone.now(),
    )


def candidates(project: Project) -> QuerySet[Item]:
    """Adjudicated items that are in no test, newest first."""
    used = TestItem.objects.filter(project=project, retired_at=None).exclude(source_item_id=None)
    adjudicated = Adjudication.objects.filter(item__project=project).values("item")
    items = Item.objects.filter(project=project, is_control=False, pk__in=adjudicated)
    return (
        items.exclude(pk__in=used.values("source_item_id"))
        .select_related("cell__language", "cell__domain", "current")
        .order_by("-state_since", "-pk")[:LISTED]
    )


def retire(item: TestItem) -> None:
    """Drawn no more; answers that were given keep their worth."""
    TestItem.objects.filter(pk=item.pk, retired_at=None).update(retired_at=timezone.now())


def confirm(item: TestItem) -> None:
    """After a major change: somebody has read it again, and its answer holds under the clause as it is now."""
    point_to(item, clause_by_code(item.project, item.clause_code) if item.clause_code else None)
    item.outdated_at = None
    item.save(update_fields=["clause_code", "clause_title", "clause_body", "outdated_at"])
