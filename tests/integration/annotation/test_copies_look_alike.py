"""A copy and a real item, lived through twice by the same reviewer: whatever the reviewer may ask for, at every moment,
says the same. Both lives begin with the same rows and the same numbers, so even a number that jumps would show.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation import handing_out, queues, serving
from annotation.demo import payments
from annotation.fairness import digests
from annotation.models import Assignment, DigestChoice, Item, Look, Project, Review
from annotation.pay import ledger
from annotation.reviewers import controls, copies
from annotation.workflow import Stage, State
from tests.access_table import TABLE
from tests.access_world import COMPLETE, FORM, parameters
from tests.factories import PASSWORD, Cast, desk, fresh, member

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]

NOBODY_S = "00000000-0000-4000-8000-000000000000"
# What names rows of its own in the two lives, or moments: each becomes one word.
SPOKEN = [
    # Entries are numbered by their item, minute by minute.
    (r"\d+(?=,ITEM,)", "ENTRY"),
    (r"<time [^>]*>[^<]*</time>", "TIME"),
    (r"\d{4}-\d\d-\d\dT[0-9:.+Z]+|\d{4}-\d\d-\d\d[ ,]+\d\d:\d\d|yours until \d\d:\d\d", "TIME"),
    (r"(value|content)=\"[A-Za-z0-9]{40,}\"|nonce=\"[^\"]+\"|nonce-[\w+/=-]+|[0-9a-f]{8}-[0-9a-f-]{27}", "TOKEN"),
    (r"\(Case \d+(\.\)|…)", "(Case)"),
    (r"\"(age|score)\": ?[\d.]+", "AGE"),
    # What an editor says of a dispute is everybody's own.
    ("Both have a point; the guideline decides.|" + "|".join(re.escape(one) for one in copies.RULINGS), "RULING"),
]


@dataclass
class Life:
    """Everything the reviewer was told, by what they asked for and when."""

    cast: Cast
    person: User
    answers: dict[str, str] = field(default_factory=dict)
    item: Item | None = None

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        self.client.login(username=self.person.email, password=PASSWORD) or self.client.force_login(self.person)

    @property
    def assignment(self) -> Assignment:
        return Assignment.objects.filter(item=self.item, person=self.person).latest("pk")

    def ask(self, moment: str, method: str, path: str, body: dict | None = None, *, keep: bool = False) -> HttpResponse:
        is_api = path.startswith("/api/")
        sent = json.dumps(body) if is_api and body else urlencode(body or {})
        with transaction.atomic():
            answer = self.client.generic(method, path, sent, content_type="application/json" if is_api else FORM)
            transaction.set_rollback(not keep)
        self.answers[f"{moment}: {method} {self.plain(path)} {sorted(body or {})}"] = self.told(answer)
        return answer

    def told(self, answer: HttpResponse) -> str:
        body = b"".join(answer) if answer.streaming else answer.content
        headers = {name: value for name, value in answer.headers.items() if name not in ("Server-Timing",)}
        return self.plain(f"{answer.status_code}\n{json.dumps(headers, sort_keys=True)}\n{body.decode()}")

    def plain(self, text: str) -> str:
        if self.item is not None:
            item = fresh(self.item)
            for words in (item.current.prompt, item.current.completion):
                text = text.replace(words, "WORDS").replace(words[:110], "WORDS").replace(words[:159], "WORDS")
            for number in (item.pk,):
                text = re.sub(rf"(?<![\d.]){number}(?!\d)", "ITEM", text)
            for review in Review.objects.filter(item=item, reviewer=self.person):
                text = re.sub(rf"(?<=[-/]){review.pk}(?!\d)", "REVIEW", text)
        for pattern, word in SPOKEN:
            text = re.sub(pattern, word, text)
        return re.sub(r"Content-Length\": \"\d+", "Content-Length", text)

    def walk(self, moment: str) -> None:
        """Every address of the access table that a reviewer may ask for, each method it takes, with this item wherever
        one is named. Where the table says 403 the item has not been looked at."""
        for line in TABLE.strip().splitlines():
            words = line.split()
            if words[0] == "#" or words[0].startswith(OTHERS) or not _concerns(words):
                continue
            name, method = words[0], words[-8]
            path = self.path(name, words[1] if len(words) > 9 else "review")
            body = {**COMPLETE, "token": str(self.assignment.token)} if method != "GET" else None
            self.ask(f"{moment} {name}", method, path, body)

    def path(self, name: str, word: str) -> str:
        own = Review.objects.filter(item=self.item, reviewer=self.person).first()
        values = {
            "slug": self.cast.project.slug, "item_id": self.item.pk, "stage": word if word in Stage else "review",
            "user_id": self.person.pk, "topic": "review", "ref": own.pk if own else 0, "fingerprint": "0" * 24,
            "secret": "x", "kind": "length.short", "source": "review", "source_id": own.pk if own else 0,
            "signed": "x", "token": NOBODY_S,
        }  # fmt: skip
        return reverse(name, kwargs={one: values.get(one, 0) for one in parameters(name)})


# The way in and what stands outside projects know of no items.
OTHERS = ("annotation:call", "annotation:application", "annotation:mail-stop", "annotation:join", "annotation:test-",
          "annotation:attempt", "annotation:training", "annotation:digest", "api-docs", "api-schema")  # fmt: skip


def _concerns(words: list[str]) -> bool:
    return words[-4] == "in" or (words[-4] == "404" and "item_id" in parameters(words[0]))


@contextmanager
def same_numbers() -> Iterator[None]:
    """Whatever happens inside is undone, and numbers begin where they began."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences")
        sequences = cursor.fetchall()
        # So high that no other number on a page is one of a row.
        for place, (name, *_) in enumerate(sequences):
            cursor.execute("SELECT setval(%s::regclass, %s)", [f'"{name}"', 5_000_000 + 10_000 * place])
    # What this process remembers of a project, by its number.
    queues._counted.clear()
    serving._known.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        for name, value, is_called in sequences:
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [f'"{name}"', value, is_called])


def prepared(truth: State, *, pretends: bool, planted: bool) -> Life:
    """A control item, eight items that wait, and a reviewer whose next one is a copy, or not."""
    cast = Cast(target=40, control_percent_new=0, control_percent=0, second_look_percent=0)
    payments.fill(cast.project, cast.manager)
    source = cast.item_at(truth)
    controls.make(desk(cast.manager, cast.project), source)
    for _ in range(copies.BORN_PER_NUMBER):
        cast.write(cast.other_author)
    copies.lay_by_numbers(cast.project.pk)
    copies.stand_ins()
    people = [member(cast.project, f"judge-{number}", Role.REVIEWER) for number in range(12)]
    person = next(one for one in people if (copies.draw("position", source.pk, one.pk, below=2) == 1) is pretends)
    if pretends:
        for _ in range(copies.BORN_PER_NUMBER):
            cast.judge(cast.start(cast.reviewers[2], Stage.REVIEW).item, cast.reviewers[2], "accept")
    Project.objects.filter(pk=cast.project.pk).update(control_percent_new=100 if planted else 0)
    digests.choose(person, DigestChoice.Every.IMMEDIATE)
    return Life(cast, person)


def lived(life: Life, verdict: str, *, planted: bool) -> None:
    slug = life.cast.project.slug
    for name in ("reviewer-home", "my-standing", "my-pay", "feedback"):
        life.ask("before", "GET", reverse(f"annotation:{name}", args=[slug]))
    handed = life.client.post(reverse("annotation:start-next", args=[slug, "review"]))
    life.item = Item.objects.get(pk=re.search(r"/review/(\d+)/", handed["Location"]).group(1))
    assert life.item.is_control is planted
    Project.objects.filter(pk=life.cast.project.pk).update(control_percent_new=0)
    lease = life.assignment
    life.answers["lease"] = str(lease.leased_until - lease.claimed_at)
    life.answers["why"] = json.dumps({**lease.why, "age": 0, "score": 0}, sort_keys=True)
    life.walk("in hand")
    handing_out.hand_back(desk(life.person, life.cast.project), life.item.pk, str(lease.token), "no_time")
    life.walk("given back")
    again = life.client.post(reverse("annotation:start-next", args=[slug, "review"]))
    life.answers["again"] = life.plain(again["Location"])
    life.cast.judge(life.item, life.person, verdict)
    ledger.settle_ledger(life.cast.project)
    life.walk("judged")
    life.answers["emptied"] = _emptied(life)


def _emptied(life: Life) -> str:
    """What is said when nothing is left, after all else was judged."""
    with transaction.atomic():
        for number in range(20):
            held = handing_out.start_next(desk(life.person, life.cast.project), Stage.REVIEW) if number < 7 else None
            if held is None:
                break
            life.cast.judge(held.item, life.person, "accept")
        told = str(handing_out._why_no_item(desk(life.person, life.cast.project), Stage.REVIEW, [life.cast.cell.pk]))
        transaction.set_rollback(True)
    return told


def ended(life: Life, verdict: str, truth: State, *, planted: bool) -> None:
    """The copy moves on; the real one is gone on with by others."""
    assert life.item is not None
    now = timezone.now() + timedelta(hours=40)
    if planted:
        controls.move_on(Look.objects.get(item=life.item).pk, now)
    else:
        _AFTER[verdict, truth](life.cast, fresh(life.item))
    ledger.settle_ledger(life.cast.project)
    mail.outbox.clear()
    digests.write_due(now)
    life.answers["digest"] = str([(life.plain(one.subject), life.plain(one.body)) for one in mail.outbox])
    life.walk("ended")


def _by_another(verdict: str) -> Callable[[Cast, Item], Item]:
    def judged(cast: Cast, item: Item) -> Item:
        other, passed = cast.reviewers[2], []
        for _ in range(copies.BORN_PER_NUMBER):
            assignment = cast.start(other, Stage.REVIEW)
            if assignment.item_id == item.pk:
                Item.objects.filter(pk__in=passed).update(leased=False)
                return cast.judge(item, other, verdict)
            handing_out.hand_back(desk(other, cast.project), assignment.item_id, str(assignment.token), "no_time")
            Item.objects.filter(pk=assignment.item_id).update(leased=True)
            passed.append(assignment.item_id)
        raise AssertionError("the item never came")

    return judged


_AFTER: dict[tuple[str, State], Callable[[Cast, Item], Item]] = {
    ("accept", State.ACCEPTED): _by_another("accept"),
    ("reject", State.REJECTED): _by_another("reject"),
    ("reject", State.ACCEPTED): lambda cast, item: cast.adjudicate(_by_another("accept")(cast, item), "accept"),
    ("edit", State.ACCEPTED): lambda cast, item: _by_another("accept")(cast, cast.edit(item)),
}


LIVES = [("return", State.REJECTED, False), ("accept", State.ACCEPTED, True), *((*one, False) for one in _AFTER)]


@pytest.mark.parametrize(("verdict", "truth", "pretends"), LIVES)
def test_nothing_a_reviewer_may_ask_for_tells_a_copy_from_an_item(
    verdict: str, truth: State, pretends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "NEED_SECONDS", 10**9)
    told: list[dict[str, str]] = []
    for planted in (True, False):
        with same_numbers():
            life = prepared(truth, pretends=pretends, planted=planted)
            lived(life, verdict, planted=planted)
            if (verdict, truth) in _AFTER and not pretends:
                ended(life, verdict, truth, planted=planted)
            told.append(life.answers)
    copy, real = told
    assert copy.keys() == real.keys()
    differing = {asked: (copy[asked], real[asked]) for asked in copy if copy[asked] != real[asked]}
    assert not differing, "\n\n".join(f"{asked}\n{_apart(*both)}" for asked, both in list(differing.items())[:8])


def _apart(copy: str, real: str) -> str:
    """Where two answers part, with a little of what is around."""
    at = next((place for place, (one, other) in enumerate(zip(copy, real, strict=False)) if one != other), 0)
    return f"  copy: …{copy[max(0, at - 80) : at + 120]!r}\n  item: …{real[max(0, at - 80) : at + 120]!r}"
