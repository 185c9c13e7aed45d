"""The style guide's page: choices, clauses, the preview, glossary and licences; the format of a cell."""

import pytest
from django.test import Client

from annotation.copilot import style_guide
from annotation.models import Clause, Guideline, Project
from annotation.workflow import State
from qa.checks.base import Severity
from tests.factories import Cast
from tests.integration.annotation.test_manager_pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(cast: Cast) -> Client:
    return signed_in(cast.manager)


def address(cast: Cast) -> str:
    return f"/p/{cast.project.slug}/style/"


def filled(client: Client, cast: Cast) -> dict[str, object]:
    """What the form would send back unchanged."""
    form = client.get(address(cast)).context["form"]
    values = {bound.name: bound.value() for bound in form}
    return {name: "" if value is None else value for name, value in values.items() if value is not False}


def test_saving_the_unchanged_guide_changes_nothing(cast: Cast, client: Client) -> None:
    before = Project.objects.values().get(pk=cast.project.pk)
    assert client.post(address(cast), filled(client, cast)).status_code == 302
    assert Project.objects.values().get(pk=cast.project.pk) == before


def test_choices_are_saved_and_only_what_differs_from_the_default(cast: Cast, client: Client) -> None:
    cast.project.style = {"of_others": 1}
    cast.project.save()
    assert client.post(address(cast), filled(client, cast) | {"top_heading": "9"}).status_code == 422
    posted = filled(client, cast) | {
        "bold": "avoid", "headings": "require", "source_fields": ["title"],
        "glossary": "tofu\nMietrecht\ntofu\n", "licences": "CC-BY-4.0", "check_links": "on", "llm_daily_budget": "2.50",
    }  # fmt: skip
    assert client.post(address(cast), posted).status_code == 302
    project = Project.objects.get(pk=cast.project.pk)
    assert project.style == {"of_others": 1, "bold": "avoid", "headings": "require", "source_fields": ["title"]}
    assert (project.glossary, project.licences, project.check_links) == (["tofu", "Mietrecht"], ["CC-BY-4.0"], True)
    assert str(project.llm_daily_budget) == "2.50"


def test_a_finding_points_to_the_clause_its_rule_names_and_keeps_its_switch(cast: Cast, client: Client) -> None:
    guideline = Guideline.objects.filter(project=cast.project).first() or Guideline.objects.create(project=cast.project)
    Clause.objects.create(guideline=guideline, code="STY-2", title="No emphasis")
    cast.project.tuning = {"artifacts.italics": {"severity": "must"}, "length": {"severity": "note"}}
    cast.project.save()
    client.post(address(cast), filled(client, cast) | {"italics": "avoid", "clause-italics": "STY-2"})
    project = Project.objects.get(pk=cast.project.pk)
    assert project.tuning["artifacts.italics"] == {"severity": "must", "clause": "STY-2"}
    assert project.tuning["length"] == {"severity": "note"}
    (finding,) = style_guide.example_findings(project, "An *odd* word.", "en", project.style)
    assert (finding.clause, finding.severity) == ("STY-2", Severity.MUST)
    client.post(address(cast), filled(client, cast) | {"clause-italics": ""})
    assert Project.objects.get(pk=cast.project.pk).tuning["artifacts.italics"] == {"severity": "must"}


def test_the_preview_counts_recent_items_and_tries_the_text_without_saving(cast: Cast, client: Client) -> None:
    cast.item_at(State.IN_REVIEW)
    asked = filled(client, cast) | {"bold": "avoid", "example": "A **bold** word."}
    answer = client.get(address(cast), asked, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert "<form" not in html
    assert "of the last 1 item" in html
    assert "The style guide wants no bold." in html
    assert Project.objects.get(pk=cast.project.pk).style == {}


def test_the_preview_looks_at_no_more_items_than_it_may(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        cast.item_at(State.IN_REVIEW)
    monkeypatch.setattr(style_guide, "LOOKED_AT", 2)
    assert style_guide.preview(cast.project, {}).looked_at == 2


def test_what_cannot_be_is_explained_beside_its_field(cast: Cast, client: Client) -> None:
    answer = client.post(address(cast), filled(client, cast) | {"italics": "often", "glossary": "x" * 99})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "At most 80 characters to a line" in html
    assert Project.objects.get(pk=cast.project.pk).style == {}


def test_a_cell_takes_prose_only_and_a_schema_that_is_one(cast: Cast, client: Client) -> None:
    url = f"/p/{cast.project.slug}/cells/{cast.cell.pk}/"
    form = client.get(url).context["form"]
    posted = {bound.name: "" if bound.value() is None else bound.value() for bound in form} | {"format_schema": ""}
    assert client.post(url, posted | {"format": "prose"}).status_code == 302
    cast.cell.refresh_from_db()
    assert (cast.cell.format, cast.cell.format_schema) == ("prose", None)
    wrong = client.post(url, posted | {"format": "json", "format_schema": '{"type": "no such type"}'})
    assert wrong.status_code == 422
    assert "Not a JSON Schema" in wrong.content.decode()
    assert client.post(url, posted | {"format": "json", "format_schema": '{"type": "object"}'}).status_code == 302
    cast.cell.refresh_from_db()
    assert cast.cell.format_schema == {"type": "object"}
