"""Amounts and hours as people read them: `{% load pay %}{{ entry.amount|money:entry.currency }}`."""

from django import template

from annotation.models import LedgerEntry
from annotation.pay import money as amounts

register = template.Library()

TONES = {"pending": "note", "payable": "accent", "paid": "good", "void": "quiet"}


@register.filter
def money(amount: int, currency: str) -> str:
    return amounts.words(amount, currency)


@register.filter
def worked(seconds: int) -> str:
    """3 h 05 min; less than a minute in seconds."""
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


@register.filter
def tone(entry: LedgerEntry) -> str:
    return TONES[entry.state]


@register.filter
def unlocalized(number: float) -> str:
    """A coordinate of a picture."""
    return f"{number:g}"
