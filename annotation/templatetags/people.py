"""Small pictures of people's standing: `{% load people %}`."""

from typing import Any

from django import template
from django.template.context import Context

from annotation.standing.experts_table import TONES, TableFilter
from experts.states import State
from experts.trends import Trend
from experts.wording import duration

register = template.Library()

# The picture ends here: a rate above is as bad as it gets.
SCALE = 0.6
WIDTH = 100
SPARK_HEIGHT = 20


def _x(share: float) -> float:
    return round(WIDTH * min(1.0, max(0.0, share / SCALE)), 1)


@register.inclusion_tag("annotation/standing/_interval.html")
def interval(
    low: float, rate: float, high: float, limit: float, tone: str = "accent", *, large: bool = False
) -> dict[str, Any]:
    """A bar from `low` to `high` with a line at `rate` and the limit dashed; shares of 1."""
    left, right = _x(low), _x(high)
    return {
        "left": left,
        "width": round(max(2.0, right - left), 1),
        "middle": _x(rate),
        "limit": _x(limit),
        "tone": tone,
        "large": large,
        "words": f"{100 * rate:.0f} %, between {100 * low:.0f} and {100 * high:.0f} %; limit {100 * limit:.0f} %",
    }


@register.inclusion_tag("annotation/standing/_spark.html")
def spark(trend: Trend, tone: str = "accent") -> dict[str, Any]:
    step = WIDTH / max(1, len(trend.points) - 1)
    points = " ".join(
        f"{number * step:.1f},{SPARK_HEIGHT * (1 - min(1.0, point / SCALE)):.1f}"
        for number, point in enumerate(trend.points)
    )
    return {"points": points, "words": trend.words, "tone": tone}


@register.inclusion_tag("annotation/manager/_sort_head.html", takes_context=True)
def sort_head(context: Context, name: str, label: str, wanted: TableFilter, *, number: bool = False) -> dict[str, Any]:
    """A column's head: sorts by it, a second time the other way round."""
    is_current = wanted.sort.removeprefix("-") == name
    backwards = wanted.sort.startswith("-")
    query = context["request"].GET.copy()
    query.pop("cursor", None)
    query["sort"] = name if is_current and backwards else f"-{name}" if is_current or number else name
    direction = ("descending" if backwards else "ascending") if is_current else ""
    return {"label": label, "number": number, "direction": direction, "query": query.urlencode()}


@register.filter
def of_hundred(share: float) -> float:
    """As a length of a picture that is 100 wide."""
    return round(100 * min(1.0, max(0.0, share)), 1)


@register.filter
def hours(seconds: int) -> str:
    full, rest = divmod(round(seconds / 60), 60)
    return f"{full} h {rest:02d} min" if full else f"{rest} min"


@register.filter
def minutes(count: int) -> str:
    """As the sentence about a standing says it: 3 h 26 min."""
    return duration(count)


@register.filter
def tone_of(state: State) -> str:
    return TONES[state]
