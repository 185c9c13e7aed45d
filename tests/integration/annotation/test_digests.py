"""Mails of what was said: at their time, once, quiet when nothing is new, with no name and no way into a header."""

import threading
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.core import mail
from django.core.signing import Signer
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from annotation.fairness import digests, feedback
from annotation.models import Digest, DigestChoice
from annotation.workflow import State
from core.refusal import Refused
from tests.factories import Cast, desk
from tests.failing import fails_for

pytestmark = pytest.mark.django_db

HOSTILE = "Hello\r\nBcc: everybody@example.org\r\n\r\n<script>alert(1)</script> \x1b[31m \u202eevil"
Every = DigestChoice.Every


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "now", "expected"),
    [
        ("immediate", "2026-05-06T10:07:31", "2026-05-06T10:05:00"),
        ("daily", "2026-05-06T05:59:59", "2026-05-05T06:00:00"),
        ("daily", "2026-05-06T06:00:00", "2026-05-06T06:00:00"),
        ("weekly", "2026-05-06T10:00:00", "2026-05-04T06:00:00"),  # a Wednesday
        ("weekly", "2026-05-04T05:00:00", "2026-04-27T06:00:00"),
        ("never", "2026-05-06T10:00:00", None),
    ],
)
def test_when_a_mail_is_due(every: str, now: str, expected: str | None) -> None:
    assert digests.latest_time(every, at(now)) == (at(expected) if expected else None)


def wants(person: User, every: str = Every.IMMEDIATE) -> None:
    DigestChoice.objects.update_or_create(
        person=person, defaults={"every": every, "covered_until": timezone.now() - timedelta(minutes=1)}
    )


def later(**more: int) -> datetime:
    return timezone.now() + timedelta(**(more or {"minutes": 12}))


def test_everybody_is_told_daily_until_they_choose(cast: Cast) -> None:
    digests.write_due(timezone.now())
    assert set(DigestChoice.objects.values_list("every", flat=True)) == {"daily"}
    feedback.send(cast.project, cast.author, cast.manager, "A word.")
    assert digests.write_due(later(minutes=10) if timezone.now().hour != 5 else timezone.now()) == 0
    assert digests.write_due(later(days=1, minutes=2)) == 1
    assert digests.send_waiting(timezone.now()) == 1
    assert [message.to[0] for message in mail.outbox] == ["expert-en-law <expert-en-law@example.org>"]


def test_a_mail_is_written_and_sent_once_however_often_one_looks(cast: Cast) -> None:
    wants(cast.author)
    feedback.send(cast.project, cast.author, cast.manager, "A word.")
    for _ in range(3):
        digests.write_due(later())
        digests.send_waiting(later())
    assert len(mail.outbox) == 1
    digests.write_due(later(minutes=30))
    assert Digest.objects.count() == 1, "quiet when nothing is new"
    feedback.send(cast.project, cast.author, cast.manager, "Another.")
    assert digests.write_due(later(minutes=60)) == 0, "what is written belongs to its time, which was covered"


def test_what_follows_comes_in_the_next_one(cast: Cast) -> None:
    wants(cast.author)
    feedback.send(cast.project, cast.author, cast.manager, "The first word.")
    DigestChoice.objects.update(covered_until=timezone.now() - timedelta(hours=2))
    first = feedback.entries(feedback.Reader(cast.author, cast.project))[0].at
    digests.write_due(first + timedelta(minutes=12))
    digest = Digest.objects.get()
    assert "The first word." in digest.body
    assert digest.since < first <= digest.until


def test_what_was_read_meanwhile_is_not_mailed(cast: Cast) -> None:
    wants(cast.author)
    feedback.send(cast.project, cast.author, cast.manager, "A word.")
    feedback.mark_all_read(feedback.Reader(cast.author, cast.project))
    assert digests.write_due(later()) == 0


def test_never_is_never(cast: Cast) -> None:
    wants(cast.author, Every.NEVER)
    feedback.send(cast.project, cast.author, cast.manager, "A word.")
    assert digests.write_due(later(days=30)) == 0


def test_a_worker_that_dies_neither_doubles_nor_loses(cast: Cast) -> None:
    wants(cast.author)
    feedback.send(cast.project, cast.author, cast.manager, "A word.")
    with patch.object(digests, "_compose", side_effect=SystemExit), pytest.raises(SystemExit):
        digests.write_due(later())
    assert not Digest.objects.exists()
    assert digests.write_due(later()) == 1
    now = later()
    with patch.object(digests, "_mail", side_effect=SystemExit), pytest.raises(SystemExit):
        digests.send_waiting(now)
    assert digests.send_waiting(now) == 0, "it is taken"
    assert digests.send_waiting(now + digests.TAKEN_FOR + timedelta(seconds=1)) == 1
    assert len(mail.outbox) == 1


def test_dead_between_sending_and_marking_the_repetition_has_the_same_id(cast: Cast) -> None:
    wants(cast.author)
    feedback.send(cast.project, cast.author, cast.manager, "A word.")
    digests.write_due(later())
    now = later()
    send = digests._mail

    def send_and_die(digest: Digest) -> None:
        send(digest)
        raise SystemExit

    with patch.object(digests, "_mail", send_and_die), pytest.raises(SystemExit):
        digests.send_waiting(now)
    digests.send_waiting(now + digests.TAKEN_FOR + timedelta(seconds=1))
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert first.body == second.body


def test_a_mail_server_that_is_away_is_asked_again(cast: Cast) -> None:
    wants(cast.author)
    feedback.send(cast.project, cast.author, cast.manager, "A word.")
    digests.write_due(later())
    with patch.object(digests, "_mail", side_effect=ConnectionRefusedError):
        assert digests.send_waiting(later()) == 0
    assert digests.send_waiting(later(minutes=30)) == 1


def test_a_mail_that_cannot_be_written_or_sent_keeps_no_other_waiting(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    people = cast.author, cast.other_author
    for person in people:
        wants(person)
        feedback.send(cast.project, person, cast.manager, "A word.")
    with fails_for(digests, "_compose", lambda choice, *_: choice.person_id == cast.author.pk):
        assert digests.write_due(later()) == 1
    assert "Digest choice" in caplog.text
    assert digests.write_due(later()) == 1, "the next time, with all that was said"
    first = Digest.objects.get(person=cast.author)
    with fails_for(digests, "_mail", lambda digest: digest.pk == first.pk):
        assert digests.send_waiting(later()) == 1
    assert f"Digest {first.pk} was left" in caplog.text
    assert digests.send_waiting(later(minutes=30)) == 1
    assert len(mail.outbox) == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_writes_and_one_sends() -> None:
    cast = Cast()
    wants(cast.author)
    feedback.send(cast.project, cast.author, cast.manager, "A word.")
    now, barrier, counts = later(), threading.Barrier(2), []

    def work() -> None:
        try:
            barrier.wait()
            counts.append(digests.write_due(now))
            barrier.wait()
            counts.append(10 * digests.send_waiting(now))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 11
    assert len(mail.outbox) == 1


def test_the_mail_names_nobody_and_quotes_as_data(cast: Cast) -> None:
    cast.project.name = "Order\r\nBcc: x@example.org"
    cast.project.save()
    wants(cast.author)
    item = cast.judge(cast.write(), cast.reviewers[0], "return", note=HOSTILE)
    cast.edit(cast.judge(cast.rework(item), cast.reviewers[0], "edit"), completion="Within one month, says article 12.")
    feedback.send(cast.project, cast.author, cast.manager, HOSTILE)
    digests.write_due(later())
    assert digests.send_waiting(later()) == 1
    message = mail.outbox[0].message()
    assert message["Bcc"] is None
    assert mail.outbox[0].subject.startswith("Feedback: 4 new in “Order Bcc: x@example.org”")
    body = mail.outbox[0].body
    assert "  > Bcc: everybody@example.org" in body
    assert "\nBcc" not in body
    assert "\x1b" not in body
    for name in ("reviewer-1", "editor-1", "manager-1"):
        assert name not in body
    assert "(a reviewer)" in body
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.get_content_type() == "text/plain"


def test_the_link_in_a_mail_stops_them_by_post_without_signing_in(cast: Cast) -> None:
    wants(cast.author)
    client = Client(enforce_csrf_checks=True)
    path = digests.stop_path(cast.author)
    assert client.get(path).status_code == 200
    assert DigestChoice.objects.get(person=cast.author).every == Every.IMMEDIATE, "looking stops nothing"
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert DigestChoice.objects.get(person=cast.author).every == Every.NEVER
    assert client.post(path.rstrip("/") + "x/").status_code == 404
    other = Signer(salt="something else").sign(str(cast.author.pk))
    assert client.post(f"/digests/stop/{other}/").status_code == 404


def test_a_person_chooses_and_old_news_is_not_sent_after_them(cast: Cast) -> None:
    client = Client()
    assert client.get("/digests/").status_code == 302
    client.force_login(cast.author)
    assert client.post("/digests/", {"every": "hourly"}).status_code == 422
    client.post("/digests/", {"every": "never"})
    feedback.send(cast.project, cast.author, cast.manager, "A word.")
    client.post("/digests/", {"every": "immediate"})
    assert digests.write_due(later()) == 0
    assert "Once a week" in client.get("/digests/").content.decode()


def test_the_appeal_reaches_both_sides_by_mail_without_names(cast: Cast) -> None:
    for person in (cast.author, cast.reviewers[0]):
        wants(person)
    cast.adjudicate(cast.appeal(cast.item_at(State.REJECTED)), "reject")
    digests.write_due(later())
    digests.send_waiting(later())
    bodies = {message.to[0].partition(" ")[0]: message.body for message in mail.outbox}
    assert set(bodies) == {"expert-en-law", "reviewer-1"}
    for owner, body in bodies.items():
        assert "Appeal decided: the rejection stands" in body
        assert not [
            name for name in ("expert-en-law", "reviewer-1", "reviewer-2", "editor-2") if name != owner and name in body
        ]


def test_a_message_to_somebody_who_left_is_refused(cast: Cast) -> None:
    cast.project.memberships.filter(user=cast.author).delete()
    with pytest.raises(Refused):
        feedback.send(cast.project, cast.author, desk(cast.manager, cast.project).user, "A word.")


@pytest.mark.django_db(transaction=True)
def test_who_chooses_while_a_mail_is_written_is_not_told_twice() -> None:
    cast = Cast()
    wants(cast.author)
    feedback.send(cast.project, cast.author, cast.manager, "A word.")
    chosen = threading.Thread(target=_choose_weekly, args=[cast.author])
    with transaction.atomic():
        assert digests.write_due(later()) == 1
        chosen.start()
        chosen.join(timeout=0.5)
    chosen.join()
    wants_now = DigestChoice.objects.get(person=cast.author)
    assert wants_now.every == Every.WEEKLY
    assert wants_now.covered_until == Digest.objects.get().until


def _choose_weekly(person: User) -> None:
    try:
        digests.choose(person, Every.WEEKLY)
    finally:
        connections.close_all()
