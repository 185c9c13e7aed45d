"""Buttons of those who lead, beside what was found: `{% load lessons %}{% use_in_test %}{% make_task "review" 7 %}`."""

from typing import Any

from django import template
from django.template.context import Context

from accounts.roles import Permission
from annotation.access import Desk
from annotation.learning.testing_items import refusal_to_use
from annotation.models import Item

register = template.Library()


@register.inclusion_tag("annotation/testing/_use_in_test.html", takes_context=True)
def use_in_test(context: Context) -> dict[str, Any]:
    """The first of the two clicks that make a test; nothing for other people, or while the item is open."""
    desk, item = _desk_and_item(context)
    if desk is None or item is None or not (context.get("adjudications") or item.state in ("accepted", "rejected")):
        return {}
    return {
        "shows": True,
        "desk": desk,
        "item": item,
        "refusal": refusal_to_use(item, context["is_in_test"]),
        **_token(context),
    }


@register.inclusion_tag("annotation/training/_make_task.html", takes_context=True)
def make_task(context: Context, source: str, source_id: int) -> dict[str, Any]:
    desk, item = _desk_and_item(context)
    if desk is None or item is None:
        return {}
    source = "control" if source == "review" and item.is_control else source
    return {"shows": True, "desk": desk, "item": item, "source": source, "source_id": source_id, **_token(context)}


def _desk_and_item(context: Context) -> tuple[Desk | None, Item | None]:
    desk = context.get("desk")
    return (desk, context.get("item")) if desk is not None and desk.may(Permission.SEE_ITEMS) else (None, None)


def _token(context: Context) -> dict[str, Any]:
    return {"csrf_token": context.get("csrf_token")}
