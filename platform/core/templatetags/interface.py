"""Tags and filters of the interface: `{% load interface %}`. Shown in components/gallery.html."""

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput
from django.http import HttpRequest
from django.template.context import Context
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.diff import Segment, segments
from core.markdown import safe_html
from core.refusal import Refusal

register = template.Library()

KEY_SYMBOLS = {"Enter": "⏎", "ArrowUp": "↑", "ArrowDown": "↓", "Escape": "Esc"}
# (below this many seconds, counted in so many, called)
UNITS = ((60, 1, "s"), (3600, 60, "min"), (86400, 3600, "h"), (86400 * 14, 86400, "d"))


@register.simple_tag
def csrf_meta(token: str) -> SafeString:
    """Background requests read the cookie first: signing in again in another tab changes the token."""
    return format_html('<meta name="csrf-token" content="{}" data-cookie="{}">', token, settings.CSRF_COOKIE_NAME)


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    if moment is None:
        return "never"
    exact = format_date(timezone.localtime(moment), "j M Y, H:i:s")
    words = relative_words(moment, timezone.now())
    return format_html('<time datetime="{}" title="{}" data-ago>{}</time>', moment.isoformat(), exact, words)


def relative_words(moment: datetime, now: datetime) -> str:
    seconds = (now - moment).total_seconds()
    distance = abs(seconds)
    if distance < 10:
        return "now"
    for limit, size, unit in UNITS:
        if distance < limit:
            amount = f"{int(distance // size)} {unit}"
            return f"{amount} ago" if seconds > 0 else f"in {amount}"
    return format_date(timezone.localtime(moment), "j M Y")


@register.filter
def tokens(count: int | None) -> str:
    if count is None:
        return "– tokens"
    return "1 token" if count == 1 else f"{count:,} tokens"


@register.filter
def percent(part: float, whole: float = 1) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


@register.filter
def percent_to(low: float, high: float) -> str:
    """An interval of shares: 39–63 %."""
    return f"{100 * low:.0f}–{100 * high:.0f} %"


@register.filter
def minus(number: str) -> str:
    """After `floatformat`: the sign that is as wide as a plus, and none before zero."""
    text = str(number)
    return text.replace("-", "−") if text.strip("-0.") else text.removeprefix("-")


@register.filter
def signed(number: str) -> str:
    """After `floatformat`: +0.12, −0.09, 0.00."""
    text = minus(number)
    return f"+{text}" if text.strip("0.") and not text.startswith("−") else text


@register.filter
def heat(part: float, whole: float) -> int:
    """Level 0–10 of a heat cell; 10 only when the target is met."""
    if not whole or part >= whole:
        return 10
    return max(0, min(9, int(10 * part / whole)))


@register.filter(name="markdown")
def markdown_filter(text: str | None) -> SafeString:
    return safe_html(text or "")


@register.filter
def word_diff(before: str | None, after: str | None) -> SafeString:
    parts = segments(before or "", after or "")
    return format_html_join("", "{}", ((_segment_html(part),) for part in parts))


def _segment_html(part: Segment) -> SafeString:
    if part.kind == "same":
        return format_html("{}", part.text)
    tag, label = ("del", "removed") if part.kind == "delete" else ("ins", "added")
    hidden = format_html('<span class="visually-hidden">[{}: </span>', label)
    return format_html(
        '<{tag}>{hidden}{text}<span class="visually-hidden">]</span></{tag}>',
        tag=SafeString(tag),
        hidden=hidden,
        text=part.text,
    )


@register.filter
def bidi(text: object) -> SafeString:
    """People's words inside a sentence of ours must not reorder it."""
    return format_html("<bdi>{}</bdi>", text)


@register.filter
def key_caps(keys: str) -> SafeString:
    caps = [KEY_SYMBOLS.get(cap, cap) for cap in keys.split("+")]
    return format_html('<kbd aria-hidden="true">{}</kbd>', " ".join(caps))


@register.inclusion_tag("components/button.html")
def button(
    label: str, kind: str = "", *, key: str = "", href: str = "", refusal: Refusal | None = None, **attributes: Any
) -> dict[str, Any]:
    """`{% button "Accept" "accept" key="A" name="verdict" value="accept" refusal=refusal %}`.

    Further attributes are written through, `hx_post` as `hx-post`. A refused button stays reachable and says why.
    """
    attributes.setdefault("palette", True)
    with_palette = attributes.pop("palette")
    written = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    if not href:
        written.setdefault("type", "submit")
    return {
        "label": label,
        "kind": kind,
        "key": key,
        "href": href,
        "refusal": refusal,
        "palette": with_palette,
        "attributes": _attributes(written),
    }


def _attributes(written: dict[str, Any]) -> SafeString:
    kept = ((name, value) for name, value in written.items() if value not in (None, False))
    return format_html_join(
        " ",
        "{}{}",
        ((name, "" if value is True else format_html('="{}"', value)) for name, value in kept),
    )


@register.inclusion_tag("components/badge.html")
def badge(word: str, tone: str = "quiet", *, soft: bool = False) -> dict[str, Any]:
    return {"word": word, "tone": tone, "soft": soft}


@register.inclusion_tag("components/tile.html")
def tile(label: str, value: object, detail: object = "", *, href: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "detail": detail, "href": href}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, *, autofocus: bool = False) -> dict[str, Any]:
    if autofocus:
        bound.field.widget.attrs["autofocus"] = True
    return {"field": bound, "inline": isinstance(bound.field.widget, CheckboxInput)}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, page: object) -> dict[str, Any]:
    request: HttpRequest = context["request"]
    return {"page": page, "request": request}


@register.inclusion_tag("components/finding.html")
def finding(found: object, *, can_apply: bool = True, can_dismiss: bool = True) -> dict[str, Any]:
    return {"finding": found, "can_apply": can_apply, "can_dismiss": can_dismiss}
