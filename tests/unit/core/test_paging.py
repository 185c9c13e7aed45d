import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.paging import Page, keyset_page

pytestmark = pytest.mark.django_db
ORDER = ("-app_label", "id")


@pytest.fixture
def rows() -> list[ContentType]:
    ContentType.objects.all().delete()
    return [ContentType.objects.create(app_label=f"app{n % 3}", model=f"model{n}") for n in range(7)]


def page(cursor: str = "", size: int = 3) -> Page[ContentType]:
    return keyset_page(ContentType.objects.all(), ORDER, cursor, size)


def names(found: Page[ContentType]) -> list[str]:
    return [row.model for row in found.rows]


EXPECTED = ["model2", "model5", "model1", "model4", "model0", "model3", "model6"]


def test_every_row_comes_once_and_in_order(rows: list[ContentType]) -> None:
    seen, cursor = [], ""
    while True:
        found = page(cursor)
        seen += names(found)
        cursor = found.next
        if not cursor:
            break
    assert seen == EXPECTED


def test_previous_leads_back_over_the_same_rows(rows: list[ContentType]) -> None:
    first = page()
    second = page(first.next)
    third = page(second.next)
    assert names(page(third.previous)) == names(second)
    back = page(page(third.previous).previous)
    assert names(back) == names(first)
    assert back.previous == ""


def test_the_ends_have_no_further_page(rows: list[ContentType]) -> None:
    assert page().previous == ""
    assert page(size=7).next == ""
    assert page(size=6).next != ""


def test_rows_inserted_before_the_cursor_do_not_shift_the_next_page(rows: list[ContentType]) -> None:
    first = page()
    ContentType.objects.create(app_label="zzz", model="newest")
    assert names(page(first.next)) == EXPECTED[3:6]


def test_nothing_is_counted(rows: list[ContentType]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page(page().next)
    assert len(queries) == 2
    assert not any("COUNT" in query["sql"].upper() for query in queries)


SPOILT = [
    "x",
    "!!!",
    "é",
    *(
        base64.urlsafe_b64encode(json).decode()
        for json in (
            b"[0]",
            b'{"a": 1}',
            b'[0,"a","not a number"]',
            b"[0,null,[1]]",
        )
    ),
]


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_cursor_shows_the_first_page(rows: list[ContentType], spoilt: str) -> None:
    assert names(page(spoilt)) == EXPECTED[:3]


def test_moments_microseconds_apart_are_told_apart() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(4):
        Session.objects.create(pk=f"s{n}", session_data="", expire_date=start + timedelta(microseconds=n))
    order = ("-expire_date", "session_key")
    first = keyset_page(Session.objects.all(), order, size=2)
    second = keyset_page(Session.objects.all(), order, first.next, size=2)
    assert [row.pk for row in first.rows + second.rows] == ["s3", "s2", "s1", "s0"]
