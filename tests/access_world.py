"""A project with something behind every address, one person per role, and what an answer means for access."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import cv
from annotation.copilot import routing, switching
from annotation.fairness import digests, threads
from annotation.models import (
    CallInvitation,
    Clause,
    Control,
    Guideline,
    GuidelineTask,
    Invitation,
    Job,
    Look,
    PaymentRun,
    Route,
    Scope,
)
from annotation.onboarding import mail_stops
from annotation.onboarding.inviting import hash_of
from annotation.reviewing import Remark
from annotation.rubric import CRITERIA
from annotation.workflow import Stage, State
from experts.models import Alert
from qa.tuning import Switch
from tests import learned
from tests.callers import applied, open_call
from tests.factories import Cast, desk

WHO = ("anonymous", "outsider", "expert", "reviewer", "editor", "manager", "client")
FORM = "application/x-www-form-urlencoded"
# The API looks at what was sent before it looks at who may: everything is there, with a token of nobody's.
COMPLETE = {
    "token": "00000000-0000-4000-8000-000000000000", "prompt": "p", "completion": "c", "version": 0,
    "reason": "no_time", "verdict": "accept", "scores": dict.fromkeys(CRITERIA, 4), **dict.fromkeys(CRITERIA, 4),
}  # fmt: skip
# Values for the groups of addresses that other packages bring along.
ANYTHING = {
    "key": "1-a", "uidb36": "1", "app_label": "auth", "url": "x", "object_id": "1", "content_type_id": "1",
}  # fmt: skip


class World:
    def __init__(self) -> None:
        cast = Cast(target=20)
        rejected = cast.item_at(State.REJECTED)
        disputed = cast.item_at(State.DISPUTED)
        cast.start(cast.editor, Stage.ADJUDICATION)
        editing = cast.item_at(State.IN_EDITING)
        cast.start(cast.editor, Stage.EDITING)
        reviewing = cast.write()
        cast.start(cast.reviewers[0], Stage.REVIEW)
        held = cast.start(cast.author)
        remark = Remark("unsafe", text="Is this still the law?")
        returned = cast.judge(cast.write(cast.other_author), cast.reviewers[1], "return", remarks=[remark])
        type(returned).objects.filter(pk=returned.pk).update(author=cast.author)
        self.items = {
            "rejected": rejected, "disputed": disputed, "editing": editing, "returned": returned,
            "reviewing": reviewing, "writing": held.item,
        }  # fmt: skip
        self.cast = cast
        self.people = {
            "outsider": cast.outsider, "expert": cast.author, "reviewer": cast.reviewers[0],
            "editor": cast.editor, "manager": cast.manager, "client": cast.client,
        }  # fmt: skip
        self.clients = {who: Client(raise_request_exception=False) for who in WHO}
        for who, person in self.people.items():
            self.clients[who].force_login(person)
        self.values = self._values()

    def _values(self) -> dict[str, object]:
        cast = self.cast
        guideline = Guideline.objects.create(project=cast.project)
        invitation = Invitation.objects.create(
            project=cast.project, email="new@example.org", roles=["expert"], invited_by=cast.manager,
            secret_hash=sha256(b"secret").hexdigest(), expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
        return {
            "slug": cast.project.slug,
            "cell_id": cast.cell.pk,
            "clause_id": Clause.objects.create(guideline=guideline, code="GEN-1", title="One").pk,
            "comment_id": self.items["returned"].comments.get().pk,
            "revision_id": self.items["returned"].current_id,
            "invitation_id": invitation.pk,
            "user_id": cast.author.pk,
            "qualification_id": cast.author.qualifications.first().pk,
            "secret": "secret",
            "item_id": self.items["writing"].pk,
            "other_id": self.items["returned"].pk,
            "job_id": self._uploaded_job(),
            "kind": "artifacts.citation_mark",
            "change_id": self._switch_change(),
            "fingerprint": "0" * 24,
            "alert_id": self._alert(),
            "rule_id": 0,
            "number": self._payment_run(),
            **self._routed(),
            **self._measured(),
            **self._learned(),
            **self._called(),
            **self._said(),
        }

    def _said(self) -> dict[str, object]:
        """The author talks with the editors; the outsider may stop their own mails."""
        returned = self.items["returned"]
        returned.refresh_from_db()
        subject = threads.about(returned, "item", returned.pk)
        thread = threads.start(desk(self.cast.author, self.cast.project), subject, "May I use a table?")
        task = GuidelineTask.objects.create(
            project=self.cast.project, item=returned, unclear="What counts as a table?",
            opened_by=self.cast.editor, opened_at=timezone.now(),
        )  # fmt: skip
        return {
            "topic": "item",
            "ref": returned.pk,
            "thread_id": thread.pk,
            "task_id": task.pk,
            "signed": digests.stop_path(self.cast.outsider).split("/")[-2],
        }

    def _called(self) -> dict[str, object]:
        """The outsider has applied, with a CV; open and personal link have the same secret."""
        call, _ = open_call(self.cast)
        type(call).objects.filter(pk=call.pk).update(secret_hash=hash_of("secret"))
        invitation = CallInvitation.objects.create(
            call=call, email="new@example.org", source="list", secret_hash=hash_of("secret"), sent_at=timezone.now()
        )
        cv.keep(self.cast.outsider, SimpleUploadedFile("cv.txt", b"Twenty years at the bar."))
        return {
            "call_id": call.pk,
            "call_invitation_id": invitation.pk,
            "application_id": applied(call, "outsider").pk,
            "token": mail_stops.stop_link("new@example.org", "").split("/")[-2],
        }

    def _learned(self) -> dict[str, object]:
        cast = self.cast
        found = learned.fill(cast.project, cast.cell, by=cast.editor, person=cast.author, other=cast.other_author)
        return {
            "test_id": found.test.pk, "attempt_id": found.attempt.pk, "position": 2, "test_item_id": found.item.pk,
            "piece_id": found.piece.pk, "set_id": found.training_set.pk, "assignment_id": found.assignment.pk,
            "training_task_id": found.task.pk, "source": "review",
            "source_id": self.items["returned"].reviews.get().pk,
        }  # fmt: skip

    def _measured(self) -> dict[str, object]:
        """A control item of a text of its own, and a second look that waits."""
        rejected, item = self.items["rejected"], self.items["returned"]
        control = Control.objects.create(
            project=self.cast.project, cell=self.cast.cell, source=item, revision=item.current, verdict="return",
            reasons=["unsafe"], made_by=self.cast.manager, made_at=timezone.now(),
        )  # fmt: skip
        look = Look.objects.create(
            kind=Look.Kind.SECOND, project=self.cast.project, cell=self.cast.cell, source=rejected,
            revision=rejected.current, wanted_at=timezone.now(),
        )  # fmt: skip
        return {"control_id": control.pk, "look_id": look.pk}

    def _alert(self) -> int:
        now = timezone.now()
        numbers = {"times": 3, "of": 10}
        return Alert.objects.create(
            user=self.cast.author, project_id=self.cast.project.pk, kind=Alert.Kind.REASONS, about="adds_facts",
            numbers=numbers, first_at=now, last_at=now,
        ).pk  # fmt: skip

    def _payment_run(self) -> int:
        now = timezone.now()
        return PaymentRun.objects.create(
            project=self.cast.project, number=1, until=now.date(), made_by=self.cast.manager, made_at=now
        ).number

    def _routed(self) -> dict[str, object]:
        route = Route.objects.create(
            project=self.cast.project, cell=self.cast.cell, item=self.items["returned"], text_hash="0" * 64,
            scope=Scope.UNSURE, read_as=Scope.UNSURE, score=0.5, engine="vocabulary 1", read_at=timezone.now(),
        )  # fmt: skip
        decision = routing.overrule(route, Scope.GENERAL, by=self.cast.manager)
        return {"route_id": route.pk, "decision_id": decision.pk}

    def _switch_change(self) -> int:
        change = switching.save(
            by=self.cast.manager, project=self.cast.project, kind="artifacts", switch=Switch("note")
        )
        assert change is not None
        return change.pk

    def _uploaded_job(self) -> int:
        file = SimpleUploadedFile("contexts.csv", b"text,licence\nA passage.,CC0-1.0\n")
        address = reverse("annotation:import-upload", args=[self.cast.project.slug])
        self.clients["manager"].post(address, {"kind": Job.Kind.IMPORT_CONTEXTS, "file": file})
        return Job.objects.get(kind=Job.Kind.IMPORT_CONTEXTS).pk

    def _export_job(self) -> int:
        job, _ = Job.objects.get_or_create(
            project=self.cast.project, kind=Job.Kind.EXPORT, created_by=self.cast.manager
        )
        return job.pk

    def ask(self, who: str, method: str, path: str) -> str:
        """What this person gets; the world is the same afterwards."""
        with transaction.atomic():
            is_api = path.startswith("/api/") and method != "GET"
            body, kind = (json.dumps(COMPLETE), "application/json") if is_api else ("", FORM)
            response = self.clients[who].generic(method, path, body, content_type=kind)
            transaction.set_rollback(True)
        return meaning(response, path)

    def path(self, name: str, words: list[str]) -> str:
        """`words` after the method: which item, stage or job the address is about."""
        wanted, values = parameters(name), dict(self.values)
        for word in words:
            if "stage" in wanted:
                values["stage"] = word
            elif word == "export":
                values["job_id"] = self._export_job()
            else:
                values["item_id"] = self.items[word].pk
        return reverse(name, kwargs={key: values[key] for key in wanted})


def meaning(response: HttpResponse, path: str) -> str:
    """sign-in: say who you are · 404: not among yours · 403: not your role · 405 · in: let through, whatever comes."""
    status = response.status_code
    target = response.headers.get("Location", "")
    if status == 401 or (300 <= status < 400 and re.match(r"/(accounts|admin)/login/", target)):
        return "sign-in"
    if status in (403, 404, 405):
        return str(status)
    return "in" if status < 500 else f"ERROR {status}"


def every_address() -> Iterator[tuple[str, URLPattern]]:
    """(full name, pattern) of all addresses that have a name."""
    yield from _below(get_resolver(), ())


def _below(resolver: URLResolver, namespaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join((*namespaces, pattern.name or f"<{pattern.pattern}>")), pattern
        else:
            yield from _below(pattern, (*namespaces, pattern.namespace) if pattern.namespace else namespaces)


def parameters(name: str) -> list[str]:
    pattern = next(pattern for full, pattern in every_address() if full == name)
    own = list(pattern.pattern.regex.groupindex)
    return own if own or not pattern.pattern.converters else list(pattern.pattern.converters)
