"""What a program gets with an assignment: the item's texts, what its cell asks for, and why it was chosen."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from annotation.models import Assignment, Cell, Context, Draft, Item
from annotation.workflow import Stage


def handed(assignment: Assignment) -> dict[str, Any]:
    item = assignment.item if _is_new(assignment) else _with_surroundings(assignment)
    return {
        "item": item.pk,
        "stage": assignment.stage,
        "state": item.state,
        "token": str(assignment.token),
        "leased_until": assignment.leased_until,
        **_texts(assignment, item),
        "cell": _cell(item.cell),
        "context": _context(item.context) if item.context else None,
        "why": assignment.why,
    }


def _is_new(assignment: Assignment) -> bool:
    """Begun in this request: there is no draft and no revision to ask for."""
    is_at_hand = Assignment._meta.get_field("item").is_cached(assignment)
    return is_at_hand and assignment.item.event_count == 1


def _with_surroundings(assignment: Assignment) -> Item:
    """One statement: the item, what stands around it and the person's draft."""
    draft = Draft.objects.filter(item=OuterRef("pk"), person=assignment.person_id)
    row = JSONObject(prompt="prompt", completion="completion", version="version")
    return (
        Item.objects.select_related("cell", "context", "current")
        .annotate(own_draft=Subquery(draft.values(row=row)))
        .get(pk=assignment.item_id)
    )


def _texts(assignment: Assignment, item: Item) -> dict[str, Any]:
    """Writers and editors go on where they were; reviewers see the revision they judge."""
    draft: dict[str, Any] | None = getattr(item, "own_draft", None)
    if draft and assignment.stage in (Stage.WRITING, Stage.EDITING):
        return draft
    current = item.current
    return {
        "prompt": current.prompt if current else "",
        "completion": current.completion if current else "",
        "version": 0,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "language": cell.language_id,
        "domain": cell.domain_id,
        "skill": cell.skill,
        "format": cell.format,
        "prompt_tokens": [cell.prompt_min, cell.prompt_max],
        "completion_tokens": [cell.completion_min, cell.completion_max],
    }


def _context(context: Context) -> dict[str, Any]:
    return {"text": context.text, "title": context.title, "url": context.url, "licence": context.licence}
