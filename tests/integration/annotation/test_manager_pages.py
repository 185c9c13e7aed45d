"""The pipeline and the list of items: every number is the length of the list behind it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from annotation.dashboards import cell_figures, needs
from annotation.item_lists import PIPELINE_STATES, Flag
from annotation.models import Item, Revision
from annotation.workflow import State
from tests.factories import Cast, cell, member, user

pytestmark = pytest.mark.django_db

ROW = re.compile(r'<a class="row-link" href="/p/[^"]+/items/(\d+)/"')
TILE = re.compile(
    r'<a class="tile" href="([^"]+)">\s*<span class="label">[^<]*</span>\s*<span class="value"[^>]*>(\d+)<'
)
NEXT = re.compile(r'rel="next" href="([^"]+)"')


def signed_in(person: object) -> Client:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    return client


def listed(client: Client, address: str) -> list[int]:
    """All items of a list, page after page."""
    found: list[int] = []
    path = address.split("?")[0]
    while address:
        html = client.get(address).content.decode()
        found += [int(number) for number in ROW.findall(html)]
        following = NEXT.search(html)
        address = path + unescape(following[1]) if following else ""
    return found


@pytest.fixture
def filled(cast: Cast) -> Cast:
    """One item in every state; the queues are kept apart by finishing each before the next."""
    for state in (State.ACCEPTED, State.REJECTED, State.RETURNED, State.IN_EDITING, State.DISPUTED, State.IN_REVIEW):
        cast.item_at(state)
        author = member(cast.project, f"expert-{state}", Role.EXPERT)
        cast.author = author
    cast.item_at(State.SET_ASIDE)
    cast.item_at(State.CHECKING)
    cast.author = cast.other_author
    cast.item_at(State.WRITING)
    return cast


def test_every_tile_counts_exactly_the_items_behind_its_link(filled: Cast) -> None:
    client = signed_in(filled.manager)
    html = client.get(f"/p/{filled.project.slug}/pipeline/").content.decode()
    tiles = TILE.findall(html)
    assert len(tiles) == len(State)
    for address, number in tiles:
        assert len(listed(client, unescape(address))) == int(number) == 1


def test_every_number_of_the_grid_is_the_length_of_its_list(filled: Cast) -> None:
    client = signed_in(filled.manager)
    html = client.get(f"/p/{filled.project.slug}/pipeline/").content.decode()
    in_cell = re.findall(rf'href="([^"]*\?cell={filled.cell.pk}&amp;[^"]*)" aria-label="(\d+) ', html)
    in_language = re.findall(r'href="([^"]*\?language=en&amp;[^"]*)">(\d+) ', html)
    assert [int(number) for _, number in in_cell] == [1, 6]
    assert [int(number) for _, number in in_language] == [1, 6]
    for address, number in in_cell + in_language:
        assert len(listed(client, unescape(address))) == int(number)
    assert Item.objects.filter(state__in=PIPELINE_STATES).count() == 6


def test_a_long_list_is_paged_without_losing_or_repeating_an_item(cast: Cast) -> None:
    big = cell(cast.project, domain="medicine", target=200)
    cast.item_at(State.IN_REVIEW)
    pattern = Item.objects.get()
    revision = Revision.objects.get()
    at = timezone.now()
    for _ in range(130):  # rows of a full project, without its two minutes of clicking
        place = big.places.filter(taken=False).first()
        place.taken = True
        place.save()
        item = Item.objects.create(
            project=cast.project, cell=big, place=place, author=pattern.author, current=revision, state=State.IN_REVIEW,
            state_since=at, created_at=at, event_count=1,
        )  # fmt: skip
        assert item.pk
    found = listed(signed_in(cast.manager), f"/p/{cast.project.slug}/items/?state=in_review")
    assert len(found) == len(set(found)) == 131


@pytest.mark.parametrize(
    ("query", "state"),
    [
        ("flag=appealable", State.REJECTED),
        ("flag=was_returned", State.RETURNED),
        ("flag=in_hand", State.WRITING),
        ("state=disputed", State.DISPUTED),
        ("state=accepted&language=en&domain=law&skill=open_qa", State.ACCEPTED),
    ],
)
def test_a_filter_shows_what_it_says(filled: Cast, query: str, state: State) -> None:
    found = listed(signed_in(filled.manager), f"/p/{filled.project.slug}/items/?{query}")
    assert [Item.objects.get(pk=number).state for number in found] == [state]


@pytest.mark.parametrize(
    ("query", "count"),
    [("state=nonsense", 9), ("cell=x", 9), ("author=99999999999999999999", 9), ("language=xx", 0), ("cursor=%00", 9)],
)
def test_nonsense_in_an_address_does_no_harm(filled: Cast, query: str, count: int) -> None:
    assert len(listed(signed_in(filled.manager), f"/p/{filled.project.slug}/items/?{query}")) == count


def test_items_are_found_by_words_of_either_text(filled: Cast) -> None:
    client = signed_in(filled.manager)
    address = f"/p/{filled.project.slug}/items/"
    item = Item.objects.filter(state=State.ACCEPTED).get()
    number = re.search(r"\(Case \d+\.\)", item.current.prompt)
    assert number is not None
    assert listed(client, f"{address}?q={number[0]}") == [item.pk]
    assert len(listed(client, f"{address}?q=EXTEND+THIS+BY")) == 7
    assert listed(client, f"{address}?q=%25%00") == []


def test_items_stuck_in_checking_or_waiting_for_a_day_need_the_manager(filled: Cast) -> None:
    yesterday = timezone.now() - timedelta(hours=25)
    Item.objects.filter(state__in=[State.CHECKING, State.IN_EDITING]).update(state_since=yesterday)
    client = signed_in(filled.manager)
    html = client.get(f"/p/{filled.project.slug}/pipeline/").content.decode()
    assert "1 item is stuck in checking" in html
    assert "1 item has waited longer than a day" in html
    assert "1 item is disputed" in html
    assert "1 rejected item may be appealed" in html
    assert len(listed(client, f"/p/{filled.project.slug}/items/?flag={Flag.STUCK}")) == 1
    assert len(listed(client, f"/p/{filled.project.slug}/items/?flag={Flag.WAITING}")) == 1


def test_a_cell_that_nobody_may_write_or_review_is_named(cast: Cast) -> None:
    cell(cast.project, language="fi", domain="medicine", skill="rewriting", target=3)
    titles = [need.title for need in needs(cast.project, cell_figures(cast.project), timezone.now())]
    assert "Rewriting · Finnish · Medicine has nobody to write" in titles
    assert "Rewriting · Finnish · Medicine has too few reviewers" in titles
    assert not [title for title in titles if "Law" in title]


def test_many_unmanned_cells_are_one_line(cast: Cast) -> None:
    for domain in ("medicine", "finance", "history", "physics"):
        cell(cast.project, domain=domain, target=3)
    titles = [need.title for need in needs(cast.project, cell_figures(cast.project), timezone.now())]
    assert titles == ["4 cells have nobody to write", "4 cells have too few reviewers"]


def test_the_client_sees_progress_without_items_and_people(filled: Cast) -> None:
    client = signed_in(filled.client)
    html = client.get(f"/p/{filled.project.slug}/pipeline/").content.decode()
    assert "Accepted" in html
    assert "/items/" not in html
    assert "expert-en" not in html
    assert "Needs you" not in html
    assert client.get(f"/p/{filled.project.slug}/items/").status_code == 403


def test_control_items_count_nowhere(filled: Cast) -> None:
    item = Item.objects.get(state=State.ACCEPTED)
    Item.objects.filter(pk=item.pk).update(is_control=True, place=None)
    client = signed_in(filled.manager)
    html = client.get(f"/p/{filled.project.slug}/pipeline/").content.decode()
    assert {unescape(a).split("=")[-1]: n for a, n in TILE.findall(html)}["accepted"] == "0"
    assert item.pk not in listed(client, f"/p/{filled.project.slug}/items/")


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_pipeline_takes_as_many_statements_for_a_large_project_as_for_a_small_one(filled: Cast) -> None:
    client = signed_in(filled.manager)
    address = f"/p/{filled.project.slug}/pipeline/"
    few = statements(client, address)
    for domain in ("medicine", "finance", "history", "physics", "education"):
        new = cell(filled.project, domain=domain, target=5)
        member(filled.project, f"expert-en-{domain}", Role.EXPERT)
        assert new.pk
    assert statements(client, address) == few
    assert few <= 12


def test_the_list_takes_as_many_statements_for_fifty_rows_as_for_one(filled: Cast) -> None:
    client = signed_in(filled.manager)
    address = f"/p/{filled.project.slug}/items/"
    assert statements(client, address) == statements(client, f"{address}?state=accepted") <= 8


@pytest.mark.parametrize("page", ["pipeline/", "items/"])
def test_pages_are_closed_to_the_wrong_role_and_the_wrong_project(filled: Cast, page: str) -> None:
    address = f"/p/{filled.project.slug}/{page}"
    assert signed_in(filled.author).get(address).status_code == 403
    assert signed_in(filled.reviewers[0]).get(address).status_code == 403
    assert signed_in(filled.outsider).get(address).status_code == 404
    other = Cast("order-2")
    stranger = user("manager-of-order-2")
    member(other.project, "manager-of-order-2", Role.MANAGER)
    assert signed_in(stranger).get(address).status_code == 404
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("page", ["pipeline/", "items/"])
def test_htmx_gets_the_part_that_the_page_includes(filled: Cast, page: str) -> None:
    client = signed_in(filled.manager)
    part = client.get(f"/p/{filled.project.slug}/{page}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "in_review" in part or "In review" in part


def test_hostile_names_and_texts_are_shown_as_they_are_written(cast: Cast) -> None:
    hostile = "<script>alert(1)</script>"
    cast.author.name = hostile
    cast.author.save()
    item = cast.item_at(State.IN_REVIEW)
    client = signed_in(cast.manager)
    for address in ("items/", f"items/{item.pk}/", "people/", f"people/{cast.author.pk}/", "pipeline/"):
        assert hostile not in client.get(f"/p/{cast.project.slug}/{address}").content.decode()
    assert "&lt;script&gt;" in client.get(f"/p/{cast.project.slug}/items/?q={hostile}").content.decode()
