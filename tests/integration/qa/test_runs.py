import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from qa import runs
from qa.checks import CHECKS
from qa.checks.base import Bounds, Check, Field, Finding, Severity, Subject
from qa.keys import key_of
from qa.models import CheckRun

pytestmark = pytest.mark.django_db
SUBJECT = Subject("How long is the Nile?", "It is 6,650 km long.[3]", language="en", languages=("en", "fi"))
ALL = list(CHECKS.values())


class Counted:
    """A real check that counts how often it looked at a text."""

    def __init__(self, name="counted", version=1, raises=None):
        self.looked = 0
        self.raises = raises
        self.check = Check(name, version, "fast", "Counted", self.look)

    def look(self, subject):
        self.looked += 1
        if self.raises:
            raise self.raises
        return [
            Finding(self.check.name, "seen", Severity.NOTE, "Seen.", Field.COMPLETION, 0, 2, subject.completion[:2])
        ]


def test_results_are_stored_with_their_findings():
    results = runs.run_all(SUBJECT, ALL)
    assert [result.check_name for result in results] == list(CHECKS)
    assert {result.status for result in CheckRun.objects.all()} == {"done"}
    (finding,) = CheckRun.objects.get(check_name="artifacts").found()
    assert (finding.code, finding.excerpt) == ("citation_mark", "[3]")
    assert [row.engine for row in results] == ["o200k_base", "rules", "lingua", "rules", "rules"]


def test_the_same_text_is_never_checked_twice():
    counted = Counted()
    first = runs.run(counted.check, SUBJECT)
    again = runs.run(counted.check, SUBJECT)
    assert counted.looked == 1
    assert again.pk == first.pk


def test_other_text_version_settings_or_guideline_make_another_result():
    counted, newer = Counted(), Counted(version=2)
    length = CHECKS["length"]
    runs.run(counted.check, SUBJECT)
    runs.run(counted.check, Subject(SUBJECT.prompt, SUBJECT.completion + " "))
    runs.run(counted.check, SUBJECT, guideline_version=2)
    runs.run(newer.check, SUBJECT)
    assert (counted.looked, newer.looked) == (3, 1)
    runs.run(length, SUBJECT)
    runs.run(length, Subject(SUBJECT.prompt, SUBJECT.completion, completion_bounds=Bounds(1, 2)))
    assert CheckRun.objects.filter(check_name="length").count() == 2


def test_texts_cannot_borrow_from_one_another():
    assert runs.text_hash(Subject("ab", "c")) != runs.text_hash(Subject("a", "bc"))
    assert runs.text_hash(Subject("a", "b", "")) != runs.text_hash(Subject("a", "", "b"))
    assert runs.text_hash(SUBJECT) == runs.text_hash(Subject(SUBJECT.prompt, SUBJECT.completion, language="fi"))


def test_statement_counts(django_assert_num_queries):
    with django_assert_num_queries(2):
        runs.run_all(SUBJECT, ALL)
    with django_assert_num_queries(1):
        runs.run_all(SUBJECT, ALL)
    with django_assert_num_queries(1):
        assert len(runs.results_for(SUBJECT, ALL)) == len(ALL)
    fresh = Subject("New?", "New.")
    with django_assert_num_queries(1):
        runs.live(fresh, ALL)
    with django_assert_num_queries(0):
        runs.live(fresh, ALL)


def test_results_for_leaves_out_what_has_not_run():
    runs.run(CHECKS["length"], SUBJECT)
    assert [result.check_name for result in runs.results_for(SUBJECT, ALL)] == ["length"]
    assert runs.results_for(SUBJECT, ALL, guideline_version=7) == []
    assert runs.results_for(SUBJECT, []) == []


def test_a_text_checked_live_is_not_checked_again_at_submit():
    counted = Counted()
    (shown,) = runs.live(SUBJECT, [counted.check])
    assert not shown.reused
    assert not CheckRun.objects.exists()
    stored = runs.run(counted.check, SUBJECT)
    assert counted.looked == 1
    assert tuple(stored.found()) == shown.findings


def test_a_stored_text_is_not_checked_again_live():
    counted = Counted()
    stored = runs.run(counted.check, SUBJECT)
    (shown,) = runs.live(SUBJECT, [counted.check])
    assert shown.reused
    assert counted.looked == 1
    assert shown.findings == tuple(stored.found())


class Panic(BaseException):
    """What a crash in a Rust engine looks like from Python."""


@pytest.mark.parametrize("error", [ValueError("the secret text"), TimeoutError("the secret text"), Panic("secret")])
def test_a_check_that_raises_is_unavailable_and_says_nothing_of_the_text(error, caplog):
    counted = Counted(raises=error)
    result = runs.run(counted.check, SUBJECT)
    assert result.status == CheckRun.Status.UNAVAILABLE
    assert result.error.startswith(f"{type(error).__name__} at ")
    assert result.next_try_at > timezone.now()
    assert "secret" not in result.error + caplog.text
    (shown,) = runs.live(SUBJECT, [counted.check])
    assert (shown.status, shown.findings) == ("unavailable", ())


def test_one_failing_check_keeps_no_other_from_running():
    results = runs.run_all(SUBJECT, [Counted(raises=ValueError()).check, *ALL])
    assert [result.status for result in results] == ["unavailable"] + ["done"] * len(ALL)


def test_an_unavailable_check_is_tried_again_when_due_with_growing_pauses():
    counted = Counted(raises=ValueError())
    runs.run(counted.check, SUBJECT)
    runs.run(counted.check, SUBJECT)
    assert counted.looked == 1
    CheckRun.objects.update(next_try_at=timezone.now())
    again = runs.run(counted.check, SUBJECT)
    assert (counted.looked, again.attempts) == (2, 2)
    assert again.next_try_at - again.created_at == timedelta(minutes=1)
    CheckRun.objects.update(next_try_at=timezone.now())
    counted.raises = None
    mended = runs.run(counted.check, SUBJECT)
    assert (mended.status, mended.attempts, mended.error, mended.next_try_at) == ("done", 3, "", None)
    assert CheckRun.objects.count() == 1


def test_a_done_result_never_changes():
    done = runs.run(CHECKS["length"], SUBJECT)
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckRun.objects.update(findings=[{"forged": True}])
    done.refresh_from_db()
    assert done.findings == []


def test_characters_postgresql_refuses_do_not_break_a_result():
    subject = Subject("x", "bell \0 and \ud800 and \x07 here")
    assert {result.status for result in runs.run_all(subject, ALL)} == {"done"}


def test_everything_works_without_the_cache(settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    with pytest.raises(RedisError):
        cache.get("anything")
    assert [shown.status for shown in runs.live(SUBJECT, ALL)] == ["done"] * len(ALL)
    assert [result.status for result in runs.run_all(SUBJECT, ALL)] == ["done"] * len(ALL)


@pytest.mark.django_db(transaction=True)
def test_two_who_store_one_key_at_once_leave_one_row_and_agree():
    both_looking = threading.Barrier(2, timeout=20)

    def look(_subject):
        both_looking.wait()
        name = threading.current_thread().name
        return [Finding("raced", "seen", Severity.NOTE, name)]

    raced, agreed = Check("raced", 1, "fast", "Raced", look), []

    def store():
        try:
            agreed.append(runs.run(raced, SUBJECT))
        finally:
            connection.close()

    threads = [threading.Thread(target=store, name=f"writer-{number}") for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert CheckRun.objects.count() == 1
    assert len(agreed) == 2
    assert agreed[0].pk == agreed[1].pk
    assert agreed[0].findings == agreed[1].findings


def test_live_results_are_kept_for_an_hour_and_no_longer():
    runs.live(SUBJECT, [CHECKS["length"]])
    remaining = cache._cache.get_client().ttl(cache.make_key(key_of(CHECKS["length"], SUBJECT).in_cache()))
    assert 3500 < remaining <= 3600
