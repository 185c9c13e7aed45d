"""Mails that say what was said: at once, daily, weekly or never, as each person chose.

Beat looks once a minute. For everybody whose time has come one row is written with the mail's text, in the same
transaction that moves on what they have been told until: neither can happen without the other, so nothing is told
twice and nothing left out. Sending is a second step, per row: taken for some minutes, handed to the mail server,
marked. A worker that dies in between is followed by another with the same Message-ID, by which mail systems know a
repetition.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.utils import formataddr
from smtplib import SMTPException
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import Signer
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission, Role, permissions_of
from annotation.fairness import feedback
from annotation.fairness.feedback_words import Group, grouped, told
from annotation.models import Digest, DigestChoice, Membership, Project
from core.one_by_one import one_by_one

logger = logging.getLogger(__name__)

Every = DigestChoice.Every

HOUR = 6  # of the installation's time zone
BATCH = timedelta(minutes=5)
# What a running transaction is still writing belongs to a time that is over: wait for it.
SETTLE = timedelta(minutes=1)
TAKEN_FOR = timedelta(minutes=5)
MOST_ATTEMPTS = 20
MOST_ENTRIES = 60
AT_ONCE = 200
LONGEST_QUOTE = 600

_signer = Signer(salt="annotation.digests.stop")


def latest_time(every: str, now: datetime) -> datetime | None:
    """The last moment, not after `now`, at which such a mail is due. Pure."""
    if every == Every.IMMEDIATE:
        return now - timedelta(seconds=now.timestamp() % BATCH.total_seconds())
    if every == Every.NEVER:
        return None
    local = timezone.localtime(now)
    today = datetime.combine(local.date(), time(HOUR), tzinfo=local.tzinfo)
    latest = today if today <= local else today - timedelta(days=1)
    return latest if every == Every.DAILY else latest - timedelta(days=latest.weekday())


def choice_of(person: User) -> DigestChoice:
    found, _ = DigestChoice.objects.get_or_create(person=person, defaults={"covered_until": timezone.now()})
    return found


@transaction.atomic
def choose(person: User, every: DigestChoice.Every) -> None:
    """From never to anything else: what was said meanwhile is in the inbox and not sent after them."""
    # Locked: a mail that is being written at this moment moves on what they were told until.
    choice = DigestChoice.objects.select_for_update().get(pk=choice_of(person).pk)
    if choice.every == Every.NEVER and every != Every.NEVER:
        choice.covered_until = timezone.now()
    choice.every = every
    choice.save(update_fields=["every", "covered_until"])


def stop_path(person: User) -> str:
    return reverse("annotation:digest-stop", args=[_signer.sign(str(person.pk))])


def person_of(signed: str) -> User:
    """Raises BadSignature or User.DoesNotExist."""
    return User.objects.get(pk=int(_signer.unsign(signed)))


def write_due(now: datetime) -> int:
    """Writes the mails whose time has come; returns how many there are something in."""
    _meet_newcomers(now)
    due = Q()
    for every in (Every.IMMEDIATE, Every.DAILY, Every.WEEKLY):
        due |= Q(every=every, covered_until__lt=latest_time(every, now - SETTLE))
    waiting = DigestChoice.objects.filter(due, person__is_active=True).order_by("covered_until")
    return sum(one_by_one("Digest choice", waiting.values_list("pk", flat=True)[:AT_ONCE], lambda pk: _write(pk, now)))


def _meet_newcomers(now: datetime) -> None:
    """Who has no choice yet is told daily, from now on."""
    new = Membership.objects.exclude(user__in=DigestChoice.objects.values("person")).values_list("user", flat=True)
    rows = [DigestChoice(person_id=person, covered_until=now) for person in new.order_by("user").distinct()[:AT_ONCE]]
    DigestChoice.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def _write(choice_id: int, now: datetime) -> bool:
    choices = DigestChoice.objects.select_for_update(of=("self",), skip_locked=True).select_related("person")
    choice = choices.filter(pk=choice_id).first()
    until = latest_time(choice.every, now - SETTLE) if choice else None
    if choice is None or until is None or choice.covered_until >= until:
        return False  # another worker was faster, or the person has chosen anew
    parts = list(_parts(choice.person, choice.covered_until, until))
    if parts:
        _compose(choice, parts, until)
    choice.covered_until = until
    choice.save(update_fields=["covered_until"])
    return bool(parts)


@dataclass(frozen=True)
class Part:
    """What was said in one project."""

    project: Project
    groups: list[Group]
    count: int
    more: bool


def _parts(person: User, since: datetime, until: datetime) -> Iterable[Part]:
    roles: dict[int, set[Role]] = {}
    members = Membership.objects.filter(user=person).select_related("project").order_by("project__name")
    projects = {one.project.pk: one.project for one in members}
    for one in members:
        roles.setdefault(one.project.pk, set()).add(Role(one.role))
    for pk, project in projects.items():
        leads = Permission.OPEN_APPEALS in permissions_of(frozenset(roles[pk]))
        found = feedback.entries(
            feedback.Reader(person, project, leads), only_unread=True, since=since, until=until, limit=MOST_ENTRIES + 1
        )
        if found:
            lines = told(person.pk, project, found[:MOST_ENTRIES])
            yield Part(project, grouped(lines), len(found[:MOST_ENTRIES]), len(found) > MOST_ENTRIES)


def _compose(choice: DigestChoice, parts: list[Part], until: datetime) -> None:
    count = sum(part.count for part in parts)
    words = {
        "parts": parts,
        "site": settings.SITE_URL,
        "stop": settings.SITE_URL + stop_path(choice.person),
        "choose": settings.SITE_URL + reverse("annotation:digest-settings"),
        "most": LONGEST_QUOTE,
    }
    names = one_line(", ".join(f"“{part.project}”" for part in parts))[:120]
    Digest.objects.create(
        person=choice.person,
        since=choice.covered_until,
        until=until,
        entries=count,
        subject=f"Feedback: {count} new in {names}" if count > 1 else f"Feedback: one new in {names}",
        body=render_to_string("annotation/feedback/mail/digest.txt", words),
        message_id=f"<digest-{uuid4()}@{settings.SITE_URL.partition('//')[2].partition(':')[0] or 'localhost'}>",
    )


def one_line(text: str) -> str:
    """Fit for a header: no line ends, no control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def send_waiting(now: datetime) -> int:
    """Sends what is written and not sent; returns how many the mail server took."""
    waiting = Digest.objects.filter(sent_at=None, attempts__lt=MOST_ATTEMPTS).filter(_free(now)).order_by("until")
    return sum(one_by_one("Digest", waiting.values_list("pk", flat=True)[:AT_ONCE], lambda pk: _send(pk, now)))


def _free(now: datetime) -> Q:
    return Q(taken_until=None) | Q(taken_until__lt=now)


def _send(digest_id: int, now: datetime) -> bool:
    """Takes it in one statement, so that of several workers one sends."""
    free = Digest.objects.filter(_free(now), pk=digest_id, sent_at=None)
    if not free.update(taken_until=now + TAKEN_FOR, attempts=F("attempts") + 1):
        return False
    digest = Digest.objects.select_related("person").get(pk=digest_id)
    try:
        _mail(digest)
    except (SMTPException, OSError) as error:
        logger.warning("Digest %s is not sent yet: %s", digest_id, type(error).__name__)
        return False
    Digest.objects.filter(pk=digest_id).update(sent_at=timezone.now())
    return True


def _mail(digest: Digest) -> None:
    stop = settings.SITE_URL + stop_path(digest.person)
    headers = {
        "Message-ID": digest.message_id,
        "Date": digest.until.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000"),
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    to = formataddr((one_line(digest.person.name), digest.person.email))
    EmailMessage(digest.subject, digest.body, None, [to], headers=headers).send()
