"""People's words in mails, and until when an appeal is open: `{% load feedback %}`."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone

from annotation.fairness.digests import one_line as _one_line
from annotation.models import Item, Project
from annotation.workflow import State

register = template.Library()


@register.filter
def one_line(value: object) -> str:
    return _one_line(str(value))


@register.filter
def quoted(text: str, longest: int) -> str:
    """As data: each line behind a mark, cut where it is long, nothing unprintable."""
    cut = text if len(text) <= longest else f"{text[:longest]} …"
    return "\n".join(f"  > {_one_line(line)}" for line in cut.splitlines() if line.strip())


@register.filter
def appeal_until(item: Item, project: Project) -> datetime | None:
    """Until when the author of a rejected item may appeal; None when they may not."""
    ends = item.state_since + timedelta(days=project.appeal_days)
    is_open = item.state == State.REJECTED and not item.appealed and timezone.now() <= ends
    return ends if is_open else None
