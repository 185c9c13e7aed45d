"""The demo's call for experts: applicants at every step, through the real functions, with the clock turned back."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from annotation.access import Desk, desk_of
from annotation.demo.clock import turned_to
from annotation.models import Call, CallInvitation, Project
from annotation.onboarding import admitting, applying, calls
from annotation.onboarding.calls import FIRST_TERMS
from annotation.onboarding.inviting import hash_of
from annotation.onboarding.quotas import Pair

LAW: Pair = ("de", "law")
MEDICINE: Pair = ("de", "medicine")
FINANCE: Pair = ("en", "finance")
PLACES = {LAW: 4, MEDICINE: 3, FINANCE: 3}
# A member who applies for a second field.
TRAINED = "expert-de-soft"
OPENED = timedelta(days=20)
EVIDENCE = {
    "law": "Second state examination in 2016, then six years in a chamber for insurance law.",
    "medicine": "Specialist in internal medicine since 2014; two chapters in a handbook on anticoagulation.",
    "finance": "Nine years in credit risk at a savings bank; teaches IFRS 9 at an evening school.",
}
# (name, fields, what becomes of them, days since the application)
APPLICANTS: tuple[tuple[str, tuple[Pair, ...], str, int], ...] = (
    ("applicant-de-law-1", (LAW,), "applied", 1),
    ("applicant-de-law-2", (LAW,), "applied", 6),
    ("applicant-de-law-3", (LAW, MEDICINE), "admitted", 9),
    ("applicant-de-medicine-1", (MEDICINE,), "admitted", 4),
    ("applicant-de-medicine-2", (MEDICINE,), "waiting", 3),
    ("applicant-en-finance-1", (FINANCE,), "qualified", 12),
    ("applicant-en-finance-2", (FINANCE,), "declined", 7),
    ("applicant-en-finance-3", (FINANCE,), "withdrawn", 5),
    # Writes already: of a member's second field and of a first accepted item tell lessons.py and crowd.py.
    ("applicant-en-finance-5", (FINANCE,), "qualified", 14),
    (TRAINED, (MEDICINE,), "admitted", 8),
)
HALF_FILLED_IN = "applicant-de-law-4"
INVITED = "applicant-en-finance-4"


def seed(project: Project, manager: User, now: datetime) -> Call:
    """A dozen people; nobody gets a mail, since nothing is queued."""
    desk = desk_of(manager, project.slug)
    call = Call(
        title="Lawyers, physicians and analysts who write",
        work="You write questions of your field with model answers, from sources or from what you know. Colleagues "
        "review each pair; an editor helps where something is to be mended.",
        effort="The application fifteen minutes, the test about forty; then hours as you like, from two a week.",
        pay="By accepted pair; the rate of each field stands on its test.",
        closes_on=now.date() + timedelta(days=21),
    )
    with turned_to(now - OPENED):
        calls.open_call(desk, call, PLACES, FIRST_TERMS)
    for name, fields, ending, days in sorted(APPLICANTS, key=lambda one: -one[3]):
        _apply(desk, call, name, fields, ending, now - timedelta(days=days))
    with turned_to(now - timedelta(days=4)):
        applying.save(applying.begin(call, _invited(call, HALF_FILLED_IN)), _filled(call, (LAW,)))
    with turned_to(now - timedelta(days=8)):
        _invited(call, INVITED)
    return call


def _invited(call: Call, name: str) -> User:
    """A person on the list, with an account that nobody can sign in with."""
    person = User.objects.filter(email=f"{name}@demo.example").first()
    if person is None:
        person = User.objects.create_user(f"{name}@demo.example", None, name=name)
    now = timezone.now()
    CallInvitation.objects.create(
        call=call, email=person.email, name=name, source=CallInvitation.Source.LIST, invited_by=call.opened_by,
        secret_hash=hash_of(f"{call.pk} {name} {now.isoformat()} {call.secret_hash}"), sent_at=now,
    )  # fmt: skip
    return person


def _filled(call: Call, fields: tuple[Pair, ...]) -> applying.Filled:
    quotas = {(one.language_id, one.domain_id): one.pk for one in call.quotas.all()}
    return {
        "levels": {"de": "native", "en": "C1"},
        "fields": [quotas[pair] for pair in fields],
        "evidence": {domain: EVIDENCE[domain] for _, domain in fields},
        "links": {},
        "waiting": True,
    }


def _apply(desk: Desk, call: Call, name: str, fields: tuple[Pair, ...], ending: str, at: datetime) -> None:
    """Invited two days before, begun the day before, answered the day after."""
    with turned_to(at - timedelta(days=2)):
        person = _invited(call, name)
    with turned_to(at - timedelta(days=1)):
        application = applying.begin(call, person)
        applying.save(application, _filled(call, fields))
    with turned_to(at):
        ids = [field.pk for field in applying.send(application, "1")]
    with turned_to(at + timedelta(days=1)):
        if ending == "admitted":
            admitting.admit_to_test(desk, ids)
        elif ending == "qualified":
            admitting.qualify_at_once(desk, ids)
        elif ending == "declined":
            admitting.decline(desk, ids, admitting.Decline.EVIDENCE, "")
        elif ending == "withdrawn":
            applying.withdraw(application)
