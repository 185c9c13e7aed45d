"""The one click that makes a control item: `{% load control_items %}{% make_control %}` on an item's page."""

from typing import Any

from django import template
from django.template.context import Context

from annotation.access import Desk
from annotation.models import Item
from annotation.reviewers import controls

register = template.Library()


@register.inclusion_tag("annotation/manager/_make_control.html", takes_context=True)
def make_control(context: Context) -> dict[str, Any]:
    """Empty for everybody but managers, and where the right verdict is not known."""
    desk: Desk = context["desk"]
    item: Item = context["item"]
    known = controls.known_of(item) if desk.may(controls.MAKES) and not item.is_control else None
    if known is None:
        return {"known": None}
    refusal = controls.refusal_to_make(desk, item, known, context["is_in_test"])
    return {"known": known, "refusal": refusal, "desk": desk, "item": item, "csrf_token": context.get("csrf_token")}
