"""Links from a reviewer's figures to the verdicts they count: `{% load reviewers %}`."""

from typing import Any

from django import template
from django.urls import reverse

from annotation.reviewers.cases import What
from annotation.reviewers.consistency import Figures

register = template.Library()


@register.simple_tag(takes_context=True)
def cases(context: dict[str, Any], of: Figures, what: str) -> str:
    """The address of the list behind one number; `what` as in annotation.reviewers.cases.What."""
    address = reverse("annotation:reviewer-cases", args=[context["desk"].project.slug, of.reviewer.pk])
    return f"{address}?what={What(what).value}"
