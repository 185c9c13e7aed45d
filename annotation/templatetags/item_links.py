"""Links from a number to the items behind it: `{% load item_links %}{% items_link project state="accepted" %}`."""

from django import template

from annotation.item_lists import items_url
from annotation.models import Project

register = template.Library()


@register.simple_tag
def items_link(project: Project, **wanted: object) -> str:
    return items_url(project, **wanted)
