from decimal import Decimal

import pytest

from annotation.checking import collection_of, subject_of
from tests.factories import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("budget", [Decimal("2.50"), None])
def test_a_check_pays_from_its_projects_budget(budget):
    item = Cast().write()
    item.project.llm_daily_budget = budget
    subject = subject_of(item, "A prompt", "A completion")
    assert subject.llm_budget == budget
    assert subject.collection == collection_of(item.project_id)
