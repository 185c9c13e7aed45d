"""A test and a training set as people take them: with the mouse, with the keyboard, and in two tabs."""

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Role
from annotation.models import Attempt, Test, TrainingAssignment
from annotation.pay import ledger
from annotation.workflow import State
from experts.models import Qualification, Training
from tests import learned
from tests.factories import Cast, member
from tests.functional.learner import answer_rightly, press, take_training
from tests.functional.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_two_clicks_make_and_open_a_test(site: Site) -> None:
    cast = Cast(target=20)
    items = [cast.adjudicate(cast.item_at(State.DISPUTED), decision) for decision in ("accept", "reject")]
    page = site.page_of(cast.editor)
    page.goto(site.address("annotation:tests", cast.project.slug))
    for item in items:
        page.get_by_role("button", name=f"Use item {item.pk} in a test").click()
    page.get_by_role("row", name="Open QA").get_by_role("link").first.click()
    expect(page.get_by_text("The pool has 2 of the 6 items")).to_be_visible()
    page.get_by_label("items to judge").fill("2")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_text("Not open")).to_have_count(0)
    assert Test.objects.get().is_open


def test_a_test_by_keys_and_mouse_with_an_explanation_after_each_answer(site: Site) -> None:
    cast = Cast(target=20)
    newcomer = member(cast.project, "expert-new", Role.EXPERT, admitted=False)
    learned.pool(cast.project, cast.cell, cast.editor)
    learned.open_test(cast.project, cast.cell, cast.editor, brief="")
    page = site.page_of(newcomer)
    page.goto(site.address("annotation:my-tests", cast.project.slug))
    page.get_by_label("is a native language of mine").check()
    page.get_by_role("button", name="Begin").click()
    for number in range(3):
        expect(page.get_by_text(f"item {number + 1} of 3")).to_be_visible()
        answer_rightly(page, by_key=number != 1)
        expect(page.get_by_label("Explanation")).to_contain_text("GEN-1")
        if number == 0:
            comes_back_after_closing(site, page, cast)
        press(page, "n")
    expect(page.get_by_text("You are qualified")).to_be_visible()
    admitted = Qualification.objects.get(user=newcomer)
    assert (admitted.skills, admitted.native) == (["open_qa"], True)


def comes_back_after_closing(site: Site, page: Page, cast: Cast) -> None:
    """The other tab goes on where this one is, and an answer given there stands."""
    page.goto(site.address("annotation:my-tests", cast.project.slug))
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_text("item 2 of 3")).to_be_visible()
    page.go_back()
    page.goto(site.address("annotation:attempt", cast.project.slug, Attempt.objects.get().pk) + "?position=1")


def test_a_training_set_with_one_wrong_answer_is_repeated_and_passed(site: Site) -> None:
    cast = Cast(target=20)
    cast.item_at(State.IN_REVIEW)
    learned.training_set(cast.project, cast.cell, cast.editor)
    page = site.page_of(cast.author)
    page.goto(site.address("annotation:training-home", cast.project.slug))
    take_training(page)
    assert TrainingAssignment.objects.get().had_effect
    assert Training.objects.filter(user=cast.author).count() == 1


def test_a_reviewer_scores_a_piece_by_keys_and_sees_what_it_pays(site: Site) -> None:
    cast = Cast(target=20)
    newcomer = member(cast.project, "expert-new", Role.EXPERT, admitted=False)
    learned.pool(cast.project, cast.cell, cast.editor)
    learned.open_test(cast.project, cast.cell, cast.editor)
    piece = learned.piece_of(newcomer)
    learned.rate_of_pieces(cast.project, cast.manager, 350)
    page = site.page_of(cast.reviewers[0])
    page.goto(site.address("annotation:reviewer-home", cast.project.slug))
    page.get_by_role("button", name="Score next piece").click()
    expect(page.get_by_text(newcomer.name)).to_have_count(0)
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    for key in "54444":
        page.locator("body").press(key)
    expect(page.get_by_role("radio", checked=True)).to_have_count(5)
    page.get_by_label("Note").fill("Clear, and every claim has its source.")
    page.reload()
    expect(page.get_by_role("radio", checked=True)).to_have_count(5)
    press(page, "Control+Enter")
    expect(page.get_by_text("Scored: passed")).to_be_visible()
    expect(page.locator("#pieces")).to_have_count(0)
    assert Qualification.objects.filter(user=newcomer).exists()
    ledger.settle_ledger(cast.project)
    page.get_by_role("link", name="My pay").first.click()
    row = page.get_by_role("row", name=f"piece {piece.pk}")
    expect(row).to_contain_text("Score a test piece")
    expect(row).to_contain_text("Payable")
    expect(row).to_contain_text("3.50")


def test_a_sentence_is_rewritten_and_compared_with_its_correction(site: Site) -> None:
    cast = Cast(target=20)
    cast.item_at(State.IN_REVIEW)
    learned.rewrite_set(cast.project, cast.cell, cast.editor)
    page = site.page_of(cast.author)
    page.goto(site.address("annotation:training-home", cast.project.slug))
    page.get_by_role("button", name="Take it").click()
    mended = page.get_by_label("Completion, to be mended")
    given = mended.input_value()
    press(page, "Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nothing is changed yet")
    mended.fill(given.replace("It may extend this by two", "The law lets it add up to two"))
    page.get_by_role("button", name="Hand it in").click()
    expect(page.get_by_label("Explanation")).to_contain_text("The sentenceis changed")
    expect(page.get_by_label("Explanation")).to_contain_text("GEN-1")
    expect(page.locator("ins").last).to_contain_text("once")
    assert TrainingAssignment.objects.get().passed_at
