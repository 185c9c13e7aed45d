"""What a program gets with an assignment: the item's texts, what its cell asks for, and why it was chosen."""

from typing import Any

from annotation.models import Assignment, Cell, Context, Item
from annotation.workflow import Stage
from annotation.writing import starting_text


def handed(assignment: Assignment) -> dict[str, Any]:
    """Two statements: the item with its surroundings, and the draft."""
    item = Item.objects.select_related("cell", "context", "current").get(pk=assignment.item_id)
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


def _texts(assignment: Assignment, item: Item) -> dict[str, Any]:
    """Writers and editors go on where they were; reviewers see the revision they judge."""
    if assignment.stage in (Stage.WRITING, Stage.EDITING):
        draft = starting_text(item, assignment.person)
        return {"prompt": draft.prompt, "completion": draft.completion, "version": draft.version}
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
