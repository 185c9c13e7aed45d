"""Calls and applicants for tests: they come in by real links and send real forms."""

import re
from datetime import timedelta
from typing import Any

from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from annotation import jobs
from annotation.job_tasks import RUNNERS
from annotation.models import Application, ApplicationField, Call, Job
from annotation.onboarding import applying, calls
from annotation.onboarding.calls import FIRST_TERMS
from annotation.onboarding.quotas import Pair
from tests.factories import Cast, desk, user

LINK = re.compile(r"http://testserver(/calls/(?:in/)?[\w-]{43}/)")
EVIDENCE = "Second state examination in 2019, five years at a court of appeal; see the list of decisions."
STRONG = "a long walk to the archive"
LAW: Pair = ("en", "law")
TAX: Pair = ("en", "finance")


def open_call(cast: Cast, places: dict[Pair, int] | None = None, **more: Any) -> tuple[Call, str]:
    """With the secret of its open link."""
    defaults = {
        "title": "Lawyers who write", "work": "Writing questions and answers.", "effort": "Three hours a week.",
        "closes_on": timezone.now().date() + timedelta(days=10), "roles": ["expert"],
    }  # fmt: skip
    call = Call(**(defaults | more))
    secret = calls.open_call(desk(cast.manager, cast.project), call, places or {LAW: 2}, FIRST_TERMS)
    return call, secret


def filled(call: Call, *pairs: Pair, waiting: bool = False) -> dict[str, Any]:
    """The form as a browser sends it."""
    wanted = pairs or (LAW,)
    ids = [call.quotas.get(language=language, domain=domain).pk for language, domain in wanted]
    form: dict[str, Any] = {"field": ids, "terms": "1"}
    for language, domain in wanted:
        form |= {f"level-{language}": "native", f"evidence-{domain}": EVIDENCE}
    return form | ({"waiting": "1"} if waiting else {})


def begun(call: Call, name: str) -> Application:
    return applying.begin(call, user(name))


def applied(call: Call, name: str, *pairs: Pair, waiting: bool = False) -> Application:
    """Sent through the page, as a person does."""
    application = begun(call, name)
    answer = send(application, filled(call, *pairs, waiting=waiting))
    assert answer.status_code == 302, answer.content.decode()
    application.refresh_from_db()
    return application


def send(application: Application, form: dict[str, Any]) -> HttpResponse:
    client = Client()
    client.force_login(application.user)
    return client.post(reverse("annotation:application-send", args=[application.pk]), form)  # type: ignore[return-value]


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def link_in(text: str) -> str:
    found = LINK.search(text)
    assert found is not None, text
    return found[1]


def mails_to(email: str) -> list[str]:
    return [str(message.body) for message in mail.outbox if message.to == [email]]


def run_jobs() -> list[Job]:
    """As a worker does."""
    found = list(Job.objects.filter(state=Job.State.QUEUED, kind__in=Job.LETTERS).order_by("pk"))
    for job in found:
        jobs.run(job.pk, RUNNERS)
        job.refresh_from_db()
    return found


def address(name: str, cast: Cast, *args: object) -> str:
    return reverse(f"annotation:{name}", args=[cast.project.slug, *args])


def field_of(application: Application, pair: tuple[str, str] = LAW) -> ApplicationField:
    return application.fields.get(language=pair[0], domain=pair[1])


LIST = "email,name,languages,domains\nnew@example.org,=HYPERLINK(1),en,law\nother@example.org,,,\n"


def invite(cast: Cast, call: Call, text: str, **more: str) -> str:
    return signed_in(cast.manager).post(address("call-invite", cast, call.pk), {"text": text, **more}).content.decode()


def decide(cast: Cast, decision: str, *fields: ApplicationField, **more: str) -> Any:
    form = {"decision": decision, "field": [field.pk for field in fields], **more}
    return signed_in(cast.manager).post(address("applications-decide", cast), form)
