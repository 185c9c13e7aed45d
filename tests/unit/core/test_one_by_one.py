import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from core.one_by_one import one_by_one

pytestmark = pytest.mark.django_db


@transaction.atomic
def rename(row_id: int) -> int:
    ContentType.objects.filter(pk=row_id).update(model=f"new{row_id}")
    # Refused by the database where it is too long.
    ContentType.objects.filter(pk=row_id).update(app_label="x" * row_id)
    return row_id


def test_a_row_that_the_database_refuses_is_undone_alone(caplog: pytest.LogCaptureFixture) -> None:
    ContentType.objects.all().delete()
    for row_id in (1, 101, 2):
        ContentType.objects.create(pk=row_id, app_label="app", model=f"old{row_id}")
    assert one_by_one("Row", [1, 101, 2], rename) == [1, 2]
    assert list(ContentType.objects.order_by("pk").values_list("model", flat=True)) == ["new1", "new2", "old101"]
    assert "Row 101 was left" in caplog.text
