"""An item's state in words: `{% load states %}{% state_line item user %}` gives *state · whose turn · what to do*."""

from django import template

from accounts.models import User
from annotation.models import Item
from annotation.own_work import TONES, reasons_in_words
from annotation.workflow import TURNS, State

register = template.Library()


@register.inclusion_tag("annotation/_state_line.html")
def state_line(item: Item, person: User | None = None) -> dict[str, str]:
    state = State(item.state)
    whose, what = TURNS[state]
    if person is not None and item.author_id == person.pk:
        # Whether an appeal is still open to them stands beside the state, as a link with its day.
        whose, what = "you" if whose == "its author" else whose, what.partition("; its author")[0]
    return {"label": state.label, "tone": TONES[state], "turn": turn_in_words(whose, what)}


def turn_in_words(whose: str, what: str) -> str:
    return what if whose == "nobody" else f"waiting for {whose} · {what}"


@register.filter
def came_back_for(item: Item) -> str:
    return reasons_in_words(item)
