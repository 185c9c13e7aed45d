"""The findings panel: rows for people from what the checks found, and what was dismissed with which reason."""

import pytest
from django.template.loader import render_to_string

from annotation import checking
from annotation.copilot import dismissing
from annotation.copilot.panel import dismissals_in, live_panel, stored_panel
from annotation.models import Dismissal, Item
from annotation.texts import Written
from core.refusal import Refused
from tests.factories import COMPLETION, PROMPT, Cast, fresh, texts

pytestmark = pytest.mark.django_db

# Numbered citation marks are a `should` finding of the artifacts check.
WITH_SHOULD = COMPLETION.replace("one month.", "one month [3].")


def panel_of(item: Item, completion: str, prompt: str = PROMPT):
    return live_panel(fresh(item), Written.of(prompt, completion), guideline_version=0)


def should_of(item: Item, completion: str = WITH_SHOULD):
    return next(row for row in panel_of(item, completion).rows if row.severity == "should")


def dismiss(cast: Cast, item: Item, fingerprint: str, *, completion: str = WITH_SHOULD, reason: str = "quoted") -> None:
    dismissing.dismiss(
        person=cast.author,
        item=fresh(item),
        written=Written.of(PROMPT, completion),
        fingerprint=fingerprint,
        reason=reason,
        note="From the ruling.",
    )


def test_text_without_faults_has_no_rows_and_its_tokens(cast: Cast) -> None:
    panel = panel_of(cast.start(cast.author).item, COMPLETION)
    assert panel.rows == []
    assert panel.prompt_tokens > 10
    assert panel.completion_tokens > panel.prompt_tokens
    assert panel.unavailable == []


def test_empty_desk_is_not_scolded_for_being_empty(cast: Cast) -> None:
    panel = panel_of(cast.start(cast.author).item, "", prompt="")
    assert panel.rows == []
    assert not panel.checked


def test_must_comes_first_and_offers_no_dismissal(cast: Cast) -> None:
    rows = panel_of(cast.start(cast.author).item, "Yes [3].").rows
    assert rows[0].severity == "must"
    assert rows[0].dismiss_url == ""


def test_dismissed_finding_moves_to_the_end_with_its_reason(cast: Cast) -> None:
    item = cast.start(cast.author).item
    row = should_of(item)
    dismiss(cast, item, row.fingerprint)
    now = next(each for each in panel_of(item, WITH_SHOULD).rows if each.fingerprint == row.fingerprint)
    assert now.dismissed
    assert now.dismissed_reason == "It is a quotation: From the ruling."
    assert panel_of(item, WITH_SHOULD).rows[-1].fingerprint == row.fingerprint


def test_reviewers_panel_shows_the_dismissal_without_controls(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    dismiss(cast, assignment.item, should_of(assignment.item).fingerprint)
    item = cast.submit(assignment, Written.of(PROMPT, WITH_SHOULD))
    checking.check_item(item.pk)
    panel = stored_panel(fresh(item))
    assert [row.dismissed for row in panel.rows] == [True]
    html = render_to_string("qa/_findings.html", {"panel": panel, "can_apply": False, "can_dismiss": False})
    assert "It is a quotation" in html
    assert "data-dismiss " not in html
    assert "Apply" not in html


def test_must_finding_cannot_be_dismissed_even_by_hand(cast: Cast) -> None:
    item = cast.start(cast.author).item
    must = panel_of(item, "Yes.").rows[0]
    with pytest.raises(Refused, match="cannot be dismissed"):
        dismiss(cast, item, must.fingerprint, completion="Yes.")
    assert not Dismissal.objects.exists()


def test_finding_that_is_not_in_the_text_cannot_be_dismissed(cast: Cast) -> None:
    item = cast.start(cast.author).item
    with pytest.raises(Refused, match="is gone"):
        dismiss(cast, item, "0" * 24)


def test_dismissal_needs_one_of_the_reasons(cast: Cast) -> None:
    item = cast.start(cast.author).item
    with pytest.raises(Refused, match="Say why"):
        dismiss(cast, item, should_of(item).fingerprint, reason="because")


def test_only_whoever_has_the_text_in_hand_dismisses(cast: Cast) -> None:
    item = cast.start(cast.author).item
    fingerprint = should_of(item).fingerprint
    for person in (cast.other_author, cast.editor, cast.manager):
        with pytest.raises(Refused, match="in hand"):
            dismissing.dismiss(
                person=person,
                item=item,
                written=texts(completion=WITH_SHOULD),
                fingerprint=fingerprint,
                reason="quoted",
            )


def test_dismissing_twice_keeps_one_row_with_the_newest_reason(cast: Cast) -> None:
    item = cast.start(cast.author).item
    fingerprint = should_of(item).fingerprint
    dismiss(cast, item, fingerprint)
    dismiss(cast, item, fingerprint, reason="wanted")
    assert [each.reason for each in dismissals_in(item).values()] == ["wanted"]


def test_undismissed_finding_is_open_again(cast: Cast) -> None:
    item = cast.start(cast.author).item
    fingerprint = should_of(item).fingerprint
    dismiss(cast, item, fingerprint)
    dismissing.undismiss(person=cast.author, item=item, fingerprint=fingerprint)
    assert dismissals_in(item) == {}


def test_blank_and_long_suggestions_are_shown_by_what_they_do(cast: Cast) -> None:
    item = cast.start(cast.author).item
    rows = panel_of(item, COMPLETION.replace("one month", "one\u200b month")).rows
    shown = {suggestion.shown for row in rows for suggestion in row.suggestions}
    assert shown
    assert all(label.strip() == label and label for label in shown)


def test_hostile_text_in_findings_is_escaped(cast: Cast) -> None:
    item = cast.start(cast.author).item
    completion = COMPLETION + ' See [<script>alert("x")</script>](http://<img src=x onerror=1>) \u202eevil [1].'
    html = render_to_string(
        "qa/_findings.html", {"panel": panel_of(item, completion), "can_apply": True, "can_dismiss": True}
    )
    assert "<script>" not in html
    assert "<img" not in html
