"""Two items side by side, for people who were told that they are alike."""

from dataclasses import dataclass

from django.http import Http404

from annotation.access import Desk, may_see
from annotation.checking import subject_of, subject_of_revision
from annotation.models import Draft, Guideline, Item
from qa import runs
from qa.checks import duplicates
from qa.checks.base import Subject
from qa.registry import checks


@dataclass(frozen=True)
class Side:
    """One of the two as this person may see it. What is not theirs to see shows its prompt, and no more."""

    item: Item
    prompt: str
    context: str
    is_whole: bool


def compared(desk: Desk, item: Item, other_id: int) -> tuple[Side, Side]:
    """`item` is one the person may see. Raises Http404 for an other that neither is theirs to see nor was named to
    them, so that numbers tell nothing."""
    other = (
        Item.objects.select_related("cell__language", "cell__domain", "current", "context", "project")
        .filter(project=desk.project, pk=other_id, current__isnull=False)
        .first()
    )
    if other is None:
        raise Http404("No such item among yours.")
    is_whole = may_see(desk, other)
    if not is_whole and str(other.pk) not in named_to(desk, item):
        raise Http404("No such item among yours.")
    return _own_side(desk, item), _side(other, is_whole=is_whole)


def named_to(desk: Desk, item: Item) -> set[str]:
    """Items that the check names in what it said of the item's text, submitted or as the person is writing it."""
    check = checks().get(duplicates.NAME)
    if check is None:
        return set()
    answers = [answer for subject, version in _texts(desk, item) for answer in runs.known(subject, [check], version)]
    return {finding.data["other"] for answer in answers for finding in answer.findings if finding.data.get("other")}


def _texts(desk: Desk, item: Item) -> list[tuple[Subject, int]]:
    found = []
    if item.current:
        found.append((subject_of_revision(item, item.current), item.current.guideline_version))
    draft = _draft(desk, item)
    if draft:
        guideline = Guideline.objects.filter(project=desk.project).first()
        subject = subject_of(item, draft.prompt, draft.completion, draft.own_context)
        found.append((subject, guideline.version if guideline else 0))
    return found


def _draft(desk: Desk, item: Item) -> Draft | None:
    return Draft.objects.filter(item=item, person=desk.user).first()


def _own_side(desk: Desk, item: Item) -> Side:
    """As the person is writing it, where they are."""
    draft = _draft(desk, item)
    if draft is None or draft.is_empty:
        return _side(item, is_whole=True)
    context = item.context.text if item.context else str(draft.own_context.get("text", ""))
    return Side(item, draft.prompt, context, is_whole=True)


def _side(item: Item, *, is_whole: bool) -> Side:
    prompt = item.current.prompt if item.current else ""
    return Side(item, prompt, item.context.text if item.context and is_whole else "", is_whole)
