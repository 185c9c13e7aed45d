"""Tests that meet at the wrong moment: two passed at once, a result that a person has withdrawn, eighty on one page."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from annotation.learning import offers, testing, testing_access, testing_results, training
from annotation.models import Attempt, Clause, Guideline, Lapse, Test, TrainingSet, TrainingTask
from annotation.onboarding import people
from annotation.setup.setting_up import guideline_of
from catalog.models import Domain, Language
from catalog.skills import Skill
from experts.models import Qualification
from experts.qualifications import extend
from tests.factories import Cast, desk, member, user
from tests.integration.annotation.test_races import at_once
from tests.integration.annotation.test_tests import finished, opened, pool

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cast = Cast()
    guideline = Guideline.objects.create(project=cast.project)
    Clause.objects.create(guideline=guideline, code="GEN-1", title="Rule", body="Every claim has a source.")
    return cast


@pytest.fixture
def newcomer(cast: Cast) -> User:
    return member(cast.project, "expert-new", "expert", admitted=False)  # type: ignore[arg-type]


def change(cast: Cast) -> None:
    """A major change of the one clause."""
    old = guideline_of(cast.project)
    new = Guideline.objects.create(project=cast.project, version=old.version + 1)
    testing_results.record_major_change(new, clauses={"GEN-1"}, note="Sources are named.", by=cast.manager)


def withdraw(person: User) -> None:
    assert people.withdraw(person, Qualification.objects.get(user=person).pk)


@pytest.mark.django_db(transaction=True)
def test_tests_that_are_passed_at_once_admit_to_all_their_skills() -> None:
    Cast()
    person, language, domain = user("expert-new"), Language.objects.get(pk="en"), Domain.objects.get(pk="law")
    at_once(
        [
            lambda skill=skill: extend(person, language=language, domain=domain, skills=[skill], native=False)  # type: ignore[misc]
            for skill in Skill.values
        ]
    )
    assert sorted(Qualification.objects.get(user=person).skills) == sorted(Skill.values)


def test_a_result_is_renewed_before_the_qualification_is_touched(cast: Cast, newcomer: User) -> None:
    """In the order of the end of a time of grace, so that the two never wait for each other."""
    pool(cast)
    attempt = testing.start(opened(cast), newcomer)
    with CaptureQueriesContext(connection) as asked:
        testing_results.settle(attempt, passed=True, now=timezone.now())
    statements = [one["sql"] for one in asked]
    lapse = next(n for n, sql in enumerate(statements) if sql.startswith('UPDATE "annotation_lapse"'))
    admitted = next(n for n, sql in enumerate(statements) if "experts_qualification" in sql)
    assert lapse < admitted


def test_what_a_person_has_withdrawn_no_major_change_brings_back(cast: Cast, newcomer: User) -> None:
    pool(cast)
    finished(opened(cast), newcomer)
    withdraw(newcomer)
    change(cast)
    assert not Lapse.objects.exists()


def test_a_retest_that_was_asked_for_goes_with_the_qualification(cast: Cast, newcomer: User) -> None:
    pool(cast)
    test = opened(cast)
    finished(test, newcomer)
    change(cast)
    assert testing_results.open_lapse(test, newcomer) is not None
    withdraw(newcomer)
    refusal = testing.refusal_to_start(test, newcomer)
    assert refusal is not None
    assert "passed" in refusal.reason


def test_who_rests_is_asked_about_a_second_change_too(cast: Cast, newcomer: User) -> None:
    pool(cast)
    finished(opened(cast), newcomer)
    change(cast)
    Qualification.objects.filter(user=newcomer).delete()
    change(cast)
    assert Lapse.objects.count() == 2


def test_my_tests_take_as_many_statements_for_many_tests(cast: Cast, newcomer: User) -> None:
    client, there = Client(), reverse("annotation:my-tests", args=[cast.project.slug])
    client.force_login(newcomer)
    pool(cast)
    opened(cast)

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(there).status_code == 200
        return len(asked)

    statements()
    one = statements()
    for skill in ("rewriting", "extraction", "inference", "summarization", "classification"):
        opened_of(cast, skill)
    assert statements() == one


def opened_of(cast: Cast, skill: str) -> Test:
    now = timezone.now()
    language, domain = Language.objects.get(pk="en"), Domain.objects.get(pk="law")
    return Test.objects.create(
        project=cast.project, language=language, domain=domain, skills=[skill], made_by=cast.editor, made_at=now,
        opened_at=now, items=4,
    )  # fmt: skip


def test_the_page_and_the_start_refuse_for_the_same_reason(cast: Cast, newcomer: User) -> None:
    pool(cast)
    first, second = opened(cast, tries=1), opened_of(cast, "rewriting")
    finished(first, newcomer, right=False)
    at = desk(newcomer, cast.project)
    shown = offers.offers(newcomer, cast.project, testing_access.tests_for(at), timezone.now())
    assert {one.test.pk: one.refusal for one in shown} == {
        test.pk: testing.refusal_to_start(test, newcomer) for test in (first, second)
    }
    assert [one.state for one in next(one for one in shown if one.test == first).attempts] == [Attempt.State.FAILED]


def test_training_takes_as_many_statements_for_many_sets_in_hand(cast: Cast, newcomer: User) -> None:
    client, there = Client(), reverse("annotation:training-home", args=[cast.project.slug])
    client.force_login(newcomer)

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(there).status_code == 200
        return len(asked)

    in_hand(cast, newcomer, 1)
    statements()
    one = statements()
    in_hand(cast, newcomer, 5)
    assert statements() == one


def in_hand(cast: Cast, person: User, count: int) -> None:
    now, language, domain = timezone.now(), Language.objects.get(pk="en"), Domain.objects.get(pk="law")
    for number in range(count):
        made = {"made_by": cast.editor, "made_at": now}
        new = TrainingSet.objects.create(project=cast.project, title=f"Set {number} of {count}", opened_at=now, **made)
        TrainingTask.objects.create(
            project=cast.project, training_set=new, language=language, domain=domain, skill="open_qa", position=1,
            prompt="p", completion="c", verdict="accept", explanation="e", kind="judge", source="review",
            source_id=100 * count + number, **made,
        )  # fmt: skip
        training.begin(person, new)
