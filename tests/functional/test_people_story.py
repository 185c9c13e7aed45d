"""One expert's way: invited, tested, qualified, at work, slipping, held back with the reason shown, back by a training
set and by good work. What others do to them happens through the stage functions, what they do in their browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from annotation import checking
from annotation.models import Application, Item, Place
from annotation.workflow import State
from experts.models import Standing
from tests import learned
from tests.callers import open_call
from tests.factories import COMPLETION as ANSWER
from tests.factories import PROMPT as QUESTION
from tests.factories import Cast, fresh, user
from tests.functional.applicant import admit, begin, send
from tests.functional.learner import answer_test, take_training
from tests.functional.site import COMPLETION, PROMPT, Site, ready, saved, type_at_end
from tests.judged import ACCEPTED, judge, recompute
from tests.servers import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EMAIL = "expert-on-the-way@example.org"
SLIPS = 10


@pytest.fixture
def cast() -> Cast:
    """A project with a call, a test and a training set, and colleagues whose work is accepted."""
    cast = Cast("people-story", target=60, open_cap=3)
    learned.pool(cast.project, cast.cell, cast.editor)
    learned.open_test(cast.project, cast.cell, cast.editor, brief="")
    for number in range(4):
        judge(cast.project, user(f"colleague-{number}"), [ACCEPTED] * 20)
    return cast


def test_an_expert_is_invited_slips_is_held_back_and_recovers(site: Site, cast: Cast) -> None:
    page = qualified(site, cast)
    person = User.objects.get(email=EMAIL)
    accepted_at_first(site, cast, page, person)
    for _ in range(SLIPS):
        rejected(cast, person)
    standing = recompute(cast.project, person)
    assert (standing.state, standing.weight < 0.5) == ("deprioritized", True)
    is_told_why(site, cast, page)
    gets_less_than_a_peer(site, cast, page, standing)
    takes_the_training(site, cast, page, person)
    goes_on_well(site, cast, page, person)


def qualified(site: Site, cast: Cast) -> Page:
    call, secret = open_call(cast, {("en", "law"): 3})
    page, _ = begin(site, secret, EMAIL)
    send(page)
    admit(site, cast, Application.objects.get(call=call))
    page.reload()
    page.get_by_role("link", name="To the test").click()
    page.get_by_role("button", name="Begin").click()
    answer_test(page, items=3)
    return page


def accepted_at_first(site: Site, cast: Cast, page: Page, person: User) -> None:
    page.goto(site.address("annotation:expert-home", cast.project.slug))
    page.get_by_role("button", name="Start next").first.click()
    ready(page)
    type_at_end(page, PROMPT, QUESTION)
    type_at_end(page, COMPLETION, ANSWER)
    saved(page)
    submit(page)
    item = Item.objects.get(author=person)
    eventually(lambda: fresh(item).state != State.WRITING)
    checking.check_item(item.pk)
    for reviewer in cast.reviewers[:2]:
        item = cast.judge(fresh(item), reviewer, "accept")
    assert item.state == State.ACCEPTED


def submit(page: Page) -> None:
    """With the preview, as the reviewer will see it."""
    with page.expect_response("**/preview"):
        page.keyboard.press("Control+Enter")
    expect(page.locator("#preview-body .prose").first).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("is submitted")


def rejected(cast: Cast, person: User) -> None:
    item = cast.write(person)
    for reviewer in cast.reviewers[:2]:
        item = cast.judge(item, reviewer, "reject", reasons=["adds_facts"])
    assert item.state == State.REJECTED


def is_told_why(site: Site, cast: Cast, page: Page) -> None:
    """In the same words as the manager reads."""
    page.goto(site.address("annotation:my-standing", cast.project.slug))
    sentence = page.locator("[data-sentence]")
    expect(sentence).to_have_text(re.compile(rf"You get fewer Open QA tasks: {SLIPS} of your last {SLIPS + 1}"))
    expect(sentence).to_have_text(re.compile("adds facts not in the context", re.IGNORECASE))
    expect(page.get_by_role("heading", name="Two ways back")).to_be_visible()
    lead = site.page_of(cast.manager)
    lead.goto(site.address("annotation:expert-page", cast.project.slug, User.objects.get(email=EMAIL).pk))
    assert sentence.inner_text() in lead.locator("main").inner_text()


def gets_less_than_a_peer(site: Site, cast: Cast, page: Page, standing: Standing) -> None:
    """Two hours old places: open to the colleague, not yet to the person held back."""
    places_wait_since(cast, timedelta(hours=2))
    page.goto(site.address("annotation:expert-home", cast.project.slug))
    start = page.get_by_role("button", name="Start next").first
    expect(start).to_be_disabled()
    expect(start).to_have_attribute("data-refusal", re.compile("your standing says why"))
    peer = site.page_of(cast.other_author)
    peer.goto(site.address("annotation:expert-home", cast.project.slug))
    peer.get_by_role("button", name="Start next").first.click()
    ready(peer)
    assert Item.objects.filter(author=cast.other_author, state=State.WRITING).count() == 1
    assert not Item.objects.filter(author=standing.user, state=State.WRITING).exists()


def places_wait_since(cast: Cast, ago: timedelta) -> None:
    Place.objects.filter(cell=cast.cell, taken=False).update(ready_at=timezone.now() - ago)


def takes_the_training(site: Site, cast: Cast, page: Page, person: User) -> None:
    before = Standing.objects.get(user=person, project_id=cast.project.pk)
    learned.training_set(cast.project, cast.cell, cast.editor)
    page.goto(site.address("annotation:my-standing", cast.project.slug))
    page.get_by_role("link", name="Take it").click()
    take_training(page)
    after = recompute(cast.project, person)
    assert after.weight > before.weight
    places_wait_since(cast, timedelta(hours=5))
    page.goto(site.address("annotation:expert-home", cast.project.slug))
    page.get_by_role("button", name="Start next").first.click()
    ready(page)


def goes_on_well(site: Site, cast: Cast, page: Page, person: User) -> None:
    """The first of the ten is the one just taken in the browser."""
    for _ in range(10):
        places_wait_since(cast, timedelta(hours=5))
        item = cast.write(person)
        for reviewer in cast.reviewers[:2]:
            item = cast.judge(item, reviewer, "accept")
    standing = recompute(cast.project, person)
    assert (standing.state, standing.weight) == ("active", 1.0)
    page.goto(site.address("annotation:my-standing", cast.project.slug))
    expect(page.locator("[data-sentence]")).not_to_contain_text("fewer")
