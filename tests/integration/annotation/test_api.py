"""The API of people at work: claims, drafts, submissions and judgements with the rules of the pages."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from annotation import handing_out
from annotation.models import Cell, Draft, Item
from annotation.rubric import CRITERIA
from annotation.workflow import State
from tests.factories import COMPLETION, PASSWORD, PROMPT, Cast, desk, fresh

pytestmark = pytest.mark.django_db

CLAIM_STATEMENTS, SUBMIT_STATEMENTS = 12, 15
SCORES = dict.fromkeys(CRITERIA, 4)


def api_of(person: User) -> APIClient:
    client = APIClient()
    client.force_login(person)
    return client


@pytest.fixture
def expert(cast: Cast) -> APIClient:
    return api_of(cast.author)


def call(client: APIClient, cast: Cast, path: str, method: str = "post", **body: Any):
    return getattr(client, method)(f"/api/p/{cast.project.slug}/{path}", body, format="json")


def started(client: APIClient, cast: Cast, stage: str = "writing", **body: Any) -> dict[str, Any]:
    answer = call(client, cast, f"start/{stage}", **body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def pair(given: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"token": given["token"], "prompt": PROMPT, "completion": COMPLETION, **more}


def test_me_names_projects_and_roles(cast: Cast, expert: APIClient) -> None:
    me = expert.get("/api/me").json()
    assert me["projects"] == [{"slug": "order-1", "name": cast.project.name, "roles": ["expert"]}]


def test_anonymous_gets_nothing(cast: Cast) -> None:
    assert APIClient().get("/api/me").status_code == 403
    assert call(APIClient(), cast, "start/writing").status_code == 403


def test_posts_of_a_session_need_the_csrf_token(cast: Cast) -> None:
    client = APIClient(enforce_csrf_checks=True)
    assert client.login(email=cast.author.email, password=PASSWORD)
    assert call(client, cast, "start/writing").status_code == 403


def test_start_gives_all_that_is_needed_to_write(cast: Cast, expert: APIClient) -> None:
    cast.cell.contexts.create(project=cast.project, text="A passage.", licence="CC0-1.0", added_by=cast.manager)
    given = started(expert, cast)
    assert given["state"] == "writing"
    assert given["cell"]["skill"] == "open_qa"
    assert given["cell"]["completion_tokens"] == [5, 1200]
    assert given["context"]["text"] == "A passage."
    assert given["why"]["fit"] == 1.0
    assert (given["prompt"], given["version"]) == ("", 0)
    assert started(expert, cast)["item"] == given["item"]
    assert started(expert, cast, another=True)["item"] != given["item"]


def test_draft_then_submit(cast: Cast, expert: APIClient) -> None:
    given = started(expert, cast)
    saved = call(expert, cast, f"items/{given['item']}/draft", "put", **pair(given, version=0, signals={"typed": 9}))
    assert saved.status_code == 200
    assert saved.json()["version"] == 1
    assert started(expert, cast)["prompt"] == PROMPT
    done = call(expert, cast, f"items/{given['item']}/submit", **pair(given, version=1))
    assert done.json() == {"item": given["item"], "state": "checking"}
    assert call(expert, cast, f"items/{given['item']}/submit", **pair(given)).status_code == 200
    assert Item.objects.get().revisions.count() == 1


def test_draft_of_another_window_is_given_back(cast: Cast, expert: APIClient) -> None:
    given = started(expert, cast)
    call(expert, cast, f"items/{given['item']}/draft", "put", **pair(given, prompt="First", version=0))
    answer = call(expert, cast, f"items/{given['item']}/draft", "put", **pair(given, prompt="Second", version=0))
    assert answer.status_code == 409
    assert answer.json()["reason"] == "version"
    assert answer.json()["theirs"]["prompt"] == "First"


def test_lapsed_lease_is_told_and_the_draft_kept(cast: Cast, expert: APIClient) -> None:
    given = started(expert, cast)
    handing_out.hand_back(desk(cast.author, cast.project), given["item"], given["token"], "no_time")
    for path, method in (("draft", "put"), ("submit", "post"), ("heartbeat", "post")):
        answer = call(expert, cast, f"items/{given['item']}/{path}", method, **pair(given))
        assert (answer.status_code, answer.json()["reason"]) == (409, "lease"), path
    assert Draft.objects.get().prompt == PROMPT


def test_heartbeat_and_skip(cast: Cast, expert: APIClient) -> None:
    given = started(expert, cast)
    beat = call(expert, cast, f"items/{given['item']}/heartbeat", token=given["token"])
    assert beat.json()["leased_until"] > given["leased_until"]
    skipped = call(expert, cast, f"items/{given['item']}/skip", token=given["token"], reason="not_my_field")
    assert skipped.json()["state"] == "set_aside"


def test_reviewer_judges_through_the_api(cast: Cast) -> None:
    item = cast.write()
    reviewer = api_of(cast.reviewers[0])
    given = started(reviewer, cast, "review")
    assert given["completion"] == COMPLETION
    remark = {"reason": "factually_wrong", "start": 4, "end": 14, "text": "Which of the two controllers?"}
    body = {"token": given["token"], "verdict": "return", "scores": SCORES, "reasons": [], "remarks": [remark]}
    answer = call(reviewer, cast, f"items/{item.pk}/judge", **body)
    assert answer.json() == {"item": item.pk, "state": "returned"}
    assert item.comments.get().quote == "controller"
    assert fresh(item).state == State.RETURNED


def test_refusals_carry_a_code_a_reason_and_a_remedy(cast: Cast, expert: APIClient) -> None:
    Cell.objects.update(target=0)
    cast.cell.places.all().delete()
    answer = call(expert, cast, "start/writing")
    assert answer.status_code == 409
    assert answer.json()["reason"] == "empty"
    assert answer.json()["remedy"]


@pytest.mark.parametrize("stage", ["review", "editing", "adjudication"])
def test_role_decides_what_may_be_started(cast: Cast, expert: APIClient, stage: str) -> None:
    assert call(expert, cast, f"start/{stage}").status_code == 403


def test_outsiders_find_nothing_and_other_people_hold_nothing(cast: Cast, expert: APIClient) -> None:
    given = started(expert, cast)
    outsider = api_of(cast.outsider)
    assert call(outsider, cast, "start/writing").status_code == 404
    assert call(outsider, cast, f"items/{given['item']}/submit", **pair(given)).status_code == 404
    other = call(api_of(cast.other_author), cast, f"items/{given['item']}/submit", **pair(given))
    assert (other.status_code, other.json()["reason"]) == (409, "lease")
    assert call(expert, cast, "items/999999/submit", **pair(given)).status_code == 404


def test_item_is_submitted_under_its_own_project_only(cast: Cast, expert: APIClient) -> None:
    other = Cast("order-2")
    given = started(expert, cast)
    assert call(expert, other, f"items/{given['item']}/submit", **pair(given)).status_code == 404
    assert fresh(Item.objects.get()).state == State.WRITING


@pytest.mark.parametrize(
    "body", [{}, {"token": "x"}, {"token": 1, "prompt": None}, {"prompt": [], "signals": {"typed": "many"}}]
)
def test_malformed_bodies_are_explained(cast: Cast, expert: APIClient, body: dict[str, Any]) -> None:
    given = started(expert, cast)
    answer = call(expert, cast, f"items/{given['item']}/submit", **body)
    assert answer.status_code == 400
    assert "token" in answer.json() or "prompt" in answer.json()


def test_claim_and_submit_take_a_fixed_number_of_statements(cast: Cast, expert: APIClient) -> None:
    given = started(expert, cast)
    call(expert, cast, f"items/{given['item']}/submit", **pair(given))
    with CaptureQueriesContext(connection) as claim:
        given = started(expert, cast)
    with CaptureQueriesContext(connection) as submit:
        call(expert, cast, f"items/{given['item']}/submit", **pair(given, prompt=PROMPT + " Say why."))
    for captured, most in ((claim, CLAIM_STATEMENTS), (submit, SUBMIT_STATEMENTS)):
        seen = [query["sql"][:110] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]
        assert len(seen) <= most, "\n".join(f"{number} {sql}" for number, sql in enumerate(seen, 1))
