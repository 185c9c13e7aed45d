"""What a finished try does: who passes is admitted, and stays so until a major change of the guideline touches what
was tested. Then the result holds for a time of grace; after it only the skills rest, and no item in hand is lost."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import SpokenLanguage, User
from annotation.learning.testing_access import join_as_applied
from annotation.models import Attempt, Guideline, GuidelineChange, Lapse, Project, Test, TestAnswer, TestItem
from core.one_by_one import one_by_one
from experts.models import Qualification
from experts.qualifications import extend

# A re-test that nobody has prepared is no fault of the person: the time of grace goes on.
EXTENSION = timedelta(days=7)
# A re-test without a clock is one under way for this long after its start or its last answer.
LEFT_LYING = timedelta(days=7)


def settle(attempt: Attempt, *, passed: bool, now: datetime) -> None:
    """In the caller's transaction."""
    attempt.state = Attempt.State.PASSED if passed else Attempt.State.FAILED
    attempt.answered_at = attempt.answered_at or now
    attempt.finished_at = now
    attempt.save(update_fields=["state", "score", "answered_at", "finished_at"])
    if passed:
        # The lapses before the qualification, as the end of a time of grace has it: neither waits for the other.
        _open_lapses(attempt.test, attempt.person).update(renewed_at=now)
        _admit(attempt)
        join_as_applied(attempt.person, attempt.test)


def _admit(attempt: Attempt) -> None:
    """Adds the test's skills to what the person has in this language and domain."""
    test = attempt.test
    extend(attempt.person, language=test.language, domain=test.domain, skills=test.skills, native=attempt.native)


def known_native(person: User, language_id: str) -> bool | None:
    return known_natives(person)(language_id)


def known_natives(person: User) -> Callable[[str], bool | None]:
    """Of each language, from the profile, else from what a person was admitted to before; None where they have to be
    asked. Two statements at the most."""
    spoken = list(SpokenLanguage.objects.filter(profile__user=person).values_list("language_code", "level"))
    if spoken:
        return lambda language: (language, SpokenLanguage.Level.NATIVE) in spoken
    admitted: dict[str, bool] = {}
    for language, native in Qualification.objects.filter(user=person).values_list("language_id", "native"):
        admitted[language] = native or admitted.get(language, False)
    return admitted.get


# --- major changes


@transaction.atomic
def record_major_change(guideline: Guideline, *, clauses: Collection[str], note: str, by: User) -> GuidelineChange:
    """The new version touches these clauses: results that tested them lapse, items that test them are looked at again
    before they are drawn."""
    now = timezone.now()
    change = GuidelineChange.objects.create(
        project=guideline.project, version=guideline.version, clauses=sorted(set(clauses)), note=note, by=by, at=now
    )
    Lapse.objects.bulk_create(
        Lapse(attempt=attempt, change=change, due_at=now + timedelta(days=attempt.test.grace_days))
        for attempt in touched_results(guideline.project, change.clauses)
    )
    TestItem.objects.filter(
        project=guideline.project, clause_code__in=change.clauses, retired_at=None, outdated_at=None
    ).update(outdated_at=now)
    return change


def touched_results(project: Project, clauses: Collection[str]) -> list[Attempt]:
    """Per test and person the passed test, where it or a re-test asked about one of these clauses. Not of people who
    were withdrawn from it: a re-test gives nobody back what a person has taken."""
    asked = TestAnswer.objects.filter(
        attempt__test__project=project, attempt__state=Attempt.State.PASSED, item__clause_code__in=list(clauses)
    )
    pairs = set(asked.values_list("attempt__test_id", "attempt__person_id"))
    passed = Attempt.objects.filter(
        test__project=project, state=Attempt.State.PASSED, kind=Attempt.Kind.FULL
    ).select_related("test")
    held = _held_of({person for _, person in pairs})
    return list(
        {
            (one.test_id, one.person_id): one for one in passed if (one.test_id, one.person_id) in pairs and held(one)
        }.values()
    )


def _held_of(people: Collection[int]) -> Callable[[Attempt], bool]:
    """Does the result still admit to something, or rest until a re-test?"""
    rows = Qualification.objects.filter(user__in=people).values_list("user_id", "language_id", "domain_id", "skills")
    admitted = {(user, language, domain): skills for user, language, domain, skills in rows}
    resting = set(Lapse.objects.filter(renewed_at=None).values_list("attempt_id", flat=True))

    def holds(one: Attempt) -> bool:
        skills = admitted.get((one.person_id, one.test.language_id, one.test.domain_id), [])
        return one.pk in resting or not set(skills).isdisjoint(one.test.skills)

    return holds


def forget(person: User, language_id: str, domain_id: str) -> None:
    """A person has withdrawn the qualification: no re-test that was asked for brings it back."""
    open_ones = Lapse.objects.filter(attempt__person=person, renewed_at=None)
    open_ones.filter(attempt__test__language=language_id, attempt__test__domain=domain_id).delete()


def _open_lapses(test: Test, person: User) -> QuerySet[Lapse]:
    return Lapse.objects.filter(attempt__test=test, attempt__person=person, renewed_at=None)


def open_lapse(test: Test, person: User) -> Lapse | None:
    """The earliest that waits for a re-test; withdrawn ones wait too."""
    return _open_lapses(test, person).select_related("change").order_by("due_at", "pk").first()


def touched_clauses(lapse: Lapse) -> list[str]:
    """Of every change that the re-test has to cover."""
    open_ones = Lapse.objects.filter(attempt=lapse.attempt_id, renewed_at=None).select_related("change")
    return sorted({code for one in open_ones for code in one.change.clauses})


def lapses_of(person: User, project: Project) -> list[Lapse]:
    found = Lapse.objects.filter(attempt__person=person, attempt__test__project=project, renewed_at=None)
    return list(found.select_related("change", "attempt__test__language", "attempt__test__domain").order_by("due_at"))


def lapses_in(project: Project) -> list[Lapse]:
    """For those who lead: who has to take a re-test."""
    found = Lapse.objects.filter(attempt__test__project=project, renewed_at=None)
    related = ("change", "attempt__person", "attempt__test__language", "attempt__test__domain")
    return list(found.select_related(*related).order_by("due_at"))


def end_grace(now: datetime, may_be_taken: Callable[[Lapse], bool]) -> int:
    """Withdraws what is due; waits for a re-test under way, and for one that nobody has prepared. Returns how many."""
    due = Lapse.objects.filter(due_at__lte=now, withdrawn_at=None, renewed_at=None).values_list("pk", flat=True)
    return sum(one_by_one("Lapse", due, lambda pk: _end_grace(pk, now, may_be_taken)))


@transaction.atomic
def _end_grace(lapse_id: int, now: datetime, may_be_taken: Callable[[Lapse], bool]) -> bool:
    lapses = Lapse.objects.select_for_update(of=("self",)).select_related("attempt__test__project", "attempt__person")
    lapse = lapses.get(pk=lapse_id)
    if lapse.withdrawn_at or lapse.renewed_at or _is_under_way(lapse.attempt, now):
        return False
    if not may_be_taken(lapse):
        lapse.due_at = now + EXTENSION
        lapse.save(update_fields=["due_at"])
        return False
    lapse.withdrawn_at = now
    lapse.save(update_fields=["withdrawn_at"])
    _withdraw(lapse.attempt)
    return True


def _is_under_way(attempt: Attempt, now: datetime) -> bool:
    """A try that waits to be scored, or that the person is at; one they have left lying holds nothing off."""
    tries = Attempt.objects.filter(test=attempt.test_id, person=attempt.person_id, finished_at=None)
    taken_up = tries.annotate(last=Greatest("started_at", Max("answers__answered_at")))
    return taken_up.filter(Q(state=Attempt.State.WAITING) | Q(last__gt=now - LEFT_LYING)).exists()


def _withdraw(attempt: Attempt) -> None:
    """Nothing new of these skills is handed out; what is in hand may be finished."""
    test = attempt.test
    for there in Qualification.objects.filter(
        user=attempt.person_id, language=test.language_id, domain=test.domain_id
    ).select_for_update():
        there.skills = _without(there.skills, test.skills)
        if there.skills:
            there.save(update_fields=["skills"])
        else:
            there.delete()


def _without(skills: Iterable[str], gone: Collection[str]) -> list[str]:
    return [skill for skill in skills if skill not in gone]
