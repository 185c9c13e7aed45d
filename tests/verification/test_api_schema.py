"""The API against its own description: whatever a program sends, the answer is one that the description names."""

import pytest
import schemathesis
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from annotation.models import Assignment
from config.wsgi import application
from tests.factories import Cast

# Each request ends as in production and gives its connection back, so the data has to be committed.
pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = 12
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
OPERATIONS = 7
CSRF = "a" * 32


@pytest.fixture
def schema(cast: Cast):
    return schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)


@pytest.fixture
def session(cast: Cast) -> dict[str, str]:
    browser = Client()
    browser.force_login(cast.author)
    return {"sessionid": browser.cookies["sessionid"].value, settings.CSRF_COOKIE_NAME: CSRF}


def test_description_lists_every_operation(schema) -> None:
    operations = {each.ok().label for each in schema.get_all_operations()}
    assert len([one for one in operations if "/api/p/" in one]) == 6
    assert "GET /api/me" in operations


def test_no_request_breaks_the_api_or_gets_an_undescribed_answer(schema, session, cast: Cast) -> None:
    assignment = cast.start(cast.author)
    statuses: dict[str, set[int]] = {}
    for found in schema.include(path_regex="^/api/(p/|me)").get_all_operations():
        statuses[found.ok().label] = _try(found.ok(), session, cast, assignment)
    assert len(statuses) == OPERATIONS
    reached = set().union(*statuses.values())
    assert {200, 400, 409} <= reached, statuses
    assert not any(status >= 500 for status in reached), statuses


def _try(operation, session: dict[str, str], cast: Cast, assignment: Assignment) -> set[int]:
    """The statuses that were answered; each answer is compared with the description."""
    statuses: set[int] = set()

    @hypothesis_settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def attempt(case) -> None:
        case.path_parameters |= {"slug": cast.project.slug} if "slug" in case.path_parameters else {}
        if "item_id" in case.path_parameters:
            case.path_parameters["item_id"] = assignment.item_id
        if isinstance(case.body, dict) and "token" in case.body:
            case.body["token"] = str(assignment.token)
        response = case.call(cookies=session, headers={"X-CSRFToken": CSRF})
        case.validate_response(response, checks=CHECKS)
        statuses.add(response.status_code)

    attempt()
    return statuses
