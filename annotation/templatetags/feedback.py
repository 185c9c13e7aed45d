"""People's words in mails: `{% load feedback %}`."""

from django import template

from annotation.digests import one_line as _one_line

register = template.Library()


@register.filter
def one_line(value: object) -> str:
    return _one_line(str(value))


@register.filter
def quoted(text: str, longest: int) -> str:
    """As data: each line behind a mark, cut where it is long, nothing unprintable."""
    cut = text if len(text) <= longest else f"{text[:longest]} …"
    return "\n".join(f"  > {_one_line(line)}" for line in cut.splitlines() if line.strip())
