"""Setting a project up: settings, cells by hand and from a CSV, the guideline."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.roles import Role
from annotation.burn_up import burn_up
from annotation.models import Cell, Clause, Guideline, Membership, Place, Project
from annotation.workflow import State
from catalog.models import Domain, Language
from tests.factories import Cast, cell
from tests.integration.annotation.test_manager_pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(cast: Cast) -> Client:
    return signed_in(cast.manager)


def address(cast: Cast, rest: str) -> str:
    return f"/p/{cast.project.slug}/{rest}"


# Projects and settings


def test_staff_open_a_project_and_are_its_first_manager(cast: Cast) -> None:
    cast.outsider.is_staff = True
    cast.outsider.save()
    answer = signed_in(cast.outsider).post(
        "/projects/new", {"name": "Zweiter Auftrag", "slug": "", "due_on": "2030-01-31"}
    )
    assert answer["Location"] == "/p/zweiter-auftrag/cells/"
    project = Project.objects.get(slug="zweiter-auftrag")
    assert Membership.objects.get(project=project).role == Role.MANAGER
    assert Guideline.objects.get(project=project).version == 1
    assert signed_in(cast.outsider).get("/p/zweiter-auftrag/pipeline/").status_code == 200


def test_a_taken_or_empty_address_is_explained(cast: Cast) -> None:
    cast.manager.is_staff = True
    cast.manager.save()
    client = signed_in(cast.manager)
    html = client.post("/projects/new", {"name": "Order 1", "slug": ""}).content.decode()
    assert "There is a project at “order-1” already" in html
    assert "Latin letters" in client.post("/projects/new", {"name": "訂單"}).content.decode()


def test_others_do_not_open_projects(cast: Cast) -> None:
    assert signed_in(cast.manager).get("/projects/new").status_code == 403
    assert Client().get("/projects/new").status_code == 302


def settings_of(client: Client, cast: Cast) -> dict[str, str]:
    """What the form would send back unchanged."""
    form = client.get(address(cast, "settings/")).context["form"]
    values = {bound.name: bound.value() for bound in form}
    return {name: "" if value is None else str(value) for name, value in values.items() if value is not False}


def test_settings_without_effect_on_running_work_are_saved_at_once(cast: Cast, client: Client) -> None:
    posted = settings_of(client, cast) | {"name": "Order one", "due_on": "2030-05-01"}
    assert client.post(address(cast, "settings/"), posted).status_code == 302
    cast.project.refresh_from_db()
    assert (cast.project.name, cast.project.due_on) == ("Order one", date(2030, 5, 1))


def test_saving_unchanged_settings_changes_nothing(cast: Cast, client: Client) -> None:
    before = Project.objects.values().get(pk=cast.project.pk)
    assert client.post(address(cast, "settings/"), settings_of(client, cast)).status_code == 302
    assert Project.objects.values().get(pk=cast.project.pk) == before


def test_what_a_change_does_to_running_work_is_named_before_it_is_saved(cast: Cast, client: Client) -> None:
    cast.item_at(State.IN_REVIEW)
    posted = settings_of(client, cast) | {"overlap": "3"}
    answer = client.post(address(cast, "settings/"), posted)
    assert answer.status_code == 422
    assert "1 item in review will need 3 approvals instead of 2." in answer.content.decode()
    assert Project.objects.get(pk=cast.project.pk).overlap == 2
    assert client.post(address(cast, "settings/"), posted | {"confirmed": "1"}).status_code == 302
    assert Project.objects.get(pk=cast.project.pk).overlap == 3


def test_a_lower_cap_and_closing_name_whom_they_meet(cast: Cast, client: Client) -> None:
    cast.item_at(State.WRITING)
    other = cast.start(cast.other_author)
    assert other.pk
    posted = settings_of(client, cast) | {"is_closed": "on", "lease_minutes": "30"}
    html = client.post(address(cast, "settings/"), posted).content.decode()
    assert "Nothing more is handed out. 2 items in hand" in html
    assert "then 30 minutes" in html
    client.post(address(cast, "settings/"), posted | {"confirmed": "1"})
    assert Project.objects.get(pk=cast.project.pk).closed_at is not None
    posted = settings_of(client, cast)
    posted.pop("is_closed")
    client.post(address(cast, "settings/"), posted | {"confirmed": "1"})
    assert Project.objects.get(pk=cast.project.pk).closed_at is None


@pytest.mark.parametrize(("name", "value"), [("overlap", "1"), ("spot_check_percent", "101")])
def test_settings_out_of_range_are_refused(cast: Cast, client: Client, name: str, value: str) -> None:
    answer = client.post(address(cast, "settings/"), settings_of(client, cast) | {name: value, "confirmed": "1"})
    assert answer.status_code == 422
    assert f'id="id_{name}_error"' in answer.content.decode()


# Cells


def test_targets_are_changed_in_the_grid_all_or_none(cast: Cast, client: Client) -> None:
    cast.item_at(State.IN_REVIEW)
    second = cell(cast.project, domain="medicine", target=5)
    answer = client.post(address(cast, "cells/"), {f"target-{cast.cell.pk}": "0", f"target-{second.pk}": "8"})
    assert answer.status_code == 409
    assert "1 places are accepted or in the pipeline" in answer.content.decode()
    assert list(Cell.objects.order_by("pk").values_list("target", flat=True)) == [10, 5]
    assert client.post(
        address(cast, "cells/"), {f"target-{cast.cell.pk}": "1", f"target-{second.pk}": "8"}
    ).status_code == 302  # fmt: skip
    assert [Place.objects.filter(cell=one).count() for one in (cast.cell, second)] == [1, 8]


@pytest.mark.parametrize("typed", ["-1", "1.5", "x", "", "999999999999", "٣"])
def test_what_is_no_target_is_refused(cast: Cast, client: Client, typed: str) -> None:
    answer = client.post(address(cast, "cells/"), {f"target-{cast.cell.pk}": typed})
    assert answer.status_code == 409
    assert Cell.objects.get().target == 10


def test_another_projects_cell_is_not_touched(cast: Cast, client: Client) -> None:
    other = Cast("order-2", target=4)
    Membership.objects.filter(project=other.project, user=cast.manager).delete()
    client.post(address(cast, "cells/"), {f"target-{other.cell.pk}": "9"})
    assert Cell.objects.get(pk=other.cell.pk).target == 4
    for rest in (f"cells/{other.cell.pk}/", f"cells/{other.cell.pk}/remove"):
        assert client.post(address(cast, rest)).status_code == 404
    assert client.get(f"/p/{other.project.slug}/cells/").status_code == 404


CELL = {
    "target": "6", "prompt_min": "3", "prompt_max": "90", "completion_min": "5", "completion_max": "200",
    "format": "json", "brief": "One object with the keys `duty` and `article`.",
}  # fmt: skip


def test_a_cell_is_added_with_its_places_bounds_and_brief(cast: Cast, client: Client) -> None:
    posted = CELL | {"language": "fi", "domain": "law", "skill": "extraction"}
    assert client.post(address(cast, "cells/new"), posted).status_code == 302
    new = Cell.objects.get(language="fi")
    assert (new.target, new.prompt_max, new.format, new.places.count()) == (6, 90, "json", 6)
    again = client.post(address(cast, "cells/new"), posted)
    assert again.status_code == 422
    assert "exists already" in again.content.decode()


def test_a_cells_bounds_and_target_change_together_or_not_at_all(cast: Cast, client: Client) -> None:
    cast.item_at(State.IN_REVIEW)
    rest = f"cells/{cast.cell.pk}/"
    assert client.post(address(cast, rest), CELL | {"target": "0"}).status_code == 409
    cast.cell.refresh_from_db()
    assert (cast.cell.target, cast.cell.format) == (10, "free")
    assert client.post(address(cast, rest), CELL).status_code == 302
    cast.cell.refresh_from_db()
    assert (cast.cell.target, cast.cell.format, cast.cell.prompt_max) == (6, "json", 90)
    wrong = client.post(address(cast, rest), CELL | {"prompt_min": "91"})
    assert "has to be at least 91" in wrong.content.decode()


def test_a_cell_with_items_is_not_removed(cast: Cast, client: Client) -> None:
    empty = cell(cast.project, domain="medicine", target=3)
    cast.item_at(State.REJECTED)
    assert client.post(address(cast, f"cells/{cast.cell.pk}/remove")).status_code == 409
    assert client.post(address(cast, f"cells/{empty.pk}/remove")).status_code == 302
    assert list(Cell.objects.all()) == [cast.cell]


# Cells from a CSV

GOOD = "language,domain,skill,target,prompt_max,format\nEnglish,Law,Open QA,12,,\nfi,medicine,closed_qa,30,200,JSON\n"


def send(client: Client, cast: Cast, text: str, **more: object) -> str:
    answer = client.post(address(cast, "cells/import"), {"text": text, **more})
    return answer.content.decode() if answer.status_code != 302 else answer["Location"]


def test_a_csv_is_previewed_and_then_taken(cast: Cast, client: Client) -> None:
    html = send(client, cast, GOOD)
    assert re.findall(r'data-tone="(?:accent|warn|quiet)">(New|Changed|As it is)<', html) == ["Changed", "New"]
    assert Cell.objects.count() == 1
    assert send(client, cast, GOOD, confirmed="1") == address(cast, "cells/")
    new = Cell.objects.get(language="fi")
    assert (new.target, new.prompt_max, new.format, new.places.count()) == (30, 200, "json", 30)
    assert Cell.objects.get(language="en").target == 12
    assert send(client, cast, GOOD, confirmed="1") == address(cast, "cells/")
    assert Place.objects.count() == 42


def test_a_file_may_be_uploaded_with_semicolons_and_a_byte_order_mark(cast: Cast, client: Client) -> None:
    content = "\ufeff" + GOOD.replace(",", ";")
    upload = SimpleUploadedFile("cells.csv", content.encode(), "text/csv")
    html = send(client, cast, "", file=upload)
    assert "2 cells" in html
    assert 'role="alert"' not in html


def test_every_error_names_row_column_and_fix_and_nothing_is_saved(cast: Cast, client: Client) -> None:
    text = (
        "language,domain,skill,target,prompt_min,prompt_max,format\n"
        "en,law,open_qa,20,,,\n"
        "en,law,summarisation,x,,,\n"
        "\n"
        "en,medicine,open_qa,5,300,20,\n"
        "en,medicine,rewriting,5,,,yaml\n"
        "en,law,Open QA,20,,,\n"
        "Klingon!,law,open_qa,1,,,\n"
    )
    answer = client.post(address(cast, "cells/import"), {"text": text, "confirmed": "1"})
    assert answer.status_code == 422
    errors = [(error.row, error.column) for error in answer.context["reading"].errors]
    assert errors == [
        (3, "skill"), (3, "target"), (5, "prompt_min"), (6, "format"), (7, "skill"), (8, "language"),
    ]  # fmt: skip
    assert all(error.fix for error in answer.context["reading"].errors)
    assert Cell.objects.count() == 1
    assert Cell.objects.get().target == 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The column is missing."),
        ("language,domain,skill\nen,law,open_qa", "The column is missing."),
        ("language,domain,skill,target,colour\nen,law,open_qa,1,red", "Nobody knows this column."),
        ("language,domain,skill,target,target\nen,law,open_qa,1,2", "The column stands twice."),
        ("language,domain,skill,target", "The file has no rows."),
        ("language,domain,skill,target\n" + "en,law,open_qa,1\n" * 2001, "More than 2000 rows."),
        ("x" * 1_000_001, "more than a million characters"),
    ],
)
def test_a_file_that_is_no_list_of_cells_is_explained(cast: Cast, client: Client, text: str, words: str) -> None:
    assert words in send(client, cast, text, confirmed="1")
    assert Cell.objects.count() == 1


def test_unknown_languages_and_domains_are_offered_and_added_when_ticked(cast: Cast, client: Client) -> None:
    text = "language,domain,skill,target\nsw,Tax law,open_qa,4\n"
    html = send(client, cast, text, confirmed="1")
    assert "Add the language" in html
    assert "Tax law" in html
    assert Cell.objects.count() == 1
    added = {"add_language": ["sw"], "language-sw": "Swahili", "add_domain": ["tax-law"], "domain-tax-law": "Tax law"}
    assert "1 cell" in send(client, cast, text, **added)
    assert Language.objects.get(code="sw").name == "Swahili"
    assert Domain.objects.get(slug="tax-law").name == "Tax law"
    assert send(client, cast, text, confirmed="1") == address(cast, "cells/")
    assert Cell.objects.get(language="sw").target == 4


def test_a_target_below_what_people_hold_refuses_the_whole_file(cast: Cast, client: Client) -> None:
    cast.item_at(State.IN_REVIEW)
    text = "language,domain,skill,target\nfi,law,open_qa,4\nen,law,open_qa,0\n"
    assert "Choose 1 or more." in send(client, cast, text, confirmed="1")
    assert Cell.objects.count() == 1


def test_markup_in_a_file_is_shown_as_text(cast: Cast, client: Client) -> None:
    hostile = "<script>alert(1)</script>"
    html = send(client, cast, f'language,domain,skill,target,brief\n{hostile},law,open_qa,1,"{hostile}"\n')
    assert hostile not in html
    assert "&lt;script&gt;" in html


# The guideline

CLAUSE = {"code": "EXT-4", "title": "Adds nothing", "skill": "extraction", "position": "10", "body": "Only **this**."}


def test_a_clause_is_written_previewed_read_by_everybody_and_removed(cast: Cast, client: Client) -> None:
    preview = client.post(address(cast, "guideline/preview"), CLAUSE).content.decode()
    assert "<strong>this</strong>" in preview
    assert "<html" not in preview
    assert client.post(address(cast, "guideline/edit/new"), CLAUSE).status_code == 302
    for person in (cast.author, cast.reviewers[0], cast.editor, cast.client):
        html = signed_in(person).get(address(cast, "guideline/")).content.decode()
        assert 'id="clause-EXT-4"' in html
    clause = Clause.objects.get()
    changed = CLAUSE | {"title": "Adds nothing at all"}
    assert client.post(address(cast, f"guideline/edit/{clause.pk}/"), changed).status_code == 302
    assert Clause.objects.get().title == "Adds nothing at all"
    assert "There is a clause ext-4 already" in client.post(
        address(cast, "guideline/edit/new"), CLAUSE | {"code": "ext-4"}
    ).content.decode()  # fmt: skip
    client.post(address(cast, f"guideline/edit/{clause.pk}/remove"))
    assert not Clause.objects.exists()


def test_a_skill_shows_its_own_clauses_and_those_for_all(cast: Cast, client: Client) -> None:
    for code, skill in (("GEN-1", ""), ("EXT-4", "extraction"), ("REW-1", "rewriting")):
        client.post(address(cast, "guideline/edit/new"), CLAUSE | {"code": code, "skill": skill})
    reader = signed_in(cast.author)
    html = reader.get(address(cast, "guideline/?skill=extraction"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html
    assert set(re.findall(r'id="clause-([A-Z0-9-]+)"', html)) == {"GEN-1", "EXT-4"}


def test_markdown_of_the_guideline_cannot_carry_scripts(cast: Cast, client: Client) -> None:
    hostile = '<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) "><svg onload=alert(1)>'
    client.post(address(cast, "guideline/edit/new"), CLAUSE | {"body": hostile, "title": hostile[:150], "code": "<b>"})
    client.post(address(cast, "guideline/edit/"), {"introduction": hostile})
    for html in (
        client.get(address(cast, "guideline/")).content.decode(),
        client.get(address(cast, "guideline/edit/")).content.decode(),
        client.post(address(cast, "guideline/preview"), CLAUSE | {"body": hostile}).content.decode(),
    ):
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<svg onload" not in html
        assert 'href="javascript' not in html


@pytest.mark.parametrize(
    "rest", ["settings/", "cells/", "cells/new", "cells/import", "guideline/edit/", "guideline/edit/new"]
)
def test_setting_up_is_the_managers_business(cast: Cast, rest: str) -> None:
    for person, status in ((cast.manager, 200), (cast.author, 403), (cast.editor, 403), (cast.outsider, 404)):
        assert signed_in(person).get(address(cast, rest)).status_code == status
    for person, status in ((cast.client, 403), (cast.outsider, 404)):
        assert signed_in(person).post(address(cast, rest)).status_code == status


# The burn-up


def test_days_without_an_acceptance_count_and_earlier_ones_are_carried_over() -> None:
    chart = burn_up(
        {date(2030, 1, 3): 4}, before=6, target=40, first=date(2030, 1, 1), today=date(2030, 1, 4), due=date(2030, 1, 9)
    )
    assert [(day.accepted, day.total) for day in chart.days] == [(0, 6), (0, 6), (4, 10), (0, 10)]
    assert chart.pace == 1
    assert chart.needed == 6
    assert chart.is_late
    assert chart.finish == date(2030, 2, 3)
    assert chart.line.split()[0] == "44.0,137.2"
    assert chart.needed_line.endswith("640.0,8.0")


def test_a_project_of_today_without_targets_or_due_date_can_be_drawn() -> None:
    chart = burn_up({}, before=0, target=0, first=date(2030, 1, 1), today=date(2030, 1, 1), due=None)
    assert chart.line == "44.0,160.0"
    assert (chart.needed, chart.finish, chart.is_late, chart.needed_line) == (None, None, False, "")


def test_a_due_date_that_has_passed_needs_everything_at_once() -> None:
    chart = burn_up({}, before=5, target=9, first=date(2030, 1, 1), today=date(2030, 2, 1), due=date(2030, 1, 9))
    assert chart.needed == 4
    assert chart.is_late
    assert chart.needed_line == ""
