"""Who takes part in a project: roles, qualifications, and how much of what each has in hand."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation.item_lists import counted_items, held_now
from annotation.learning import testing_results
from annotation.models import ApplicationField, Call, Membership, Project, Review, Verdict
from annotation.onboarding import quotas
from annotation.workflow import State
from catalog.models import Domain, Language
from core.refusal import Refusal, Refused, refuse_if
from experts.models import Qualification
from experts.qualifications import qualify


@dataclass
class Person:
    """A member with the figures a manager wants; each is the length of a list of items."""

    user: User
    since: datetime
    roles: list[Role] = field(default_factory=list)
    qualifications: list[Qualification] = field(default_factory=list)
    in_hand: int = 0
    returned_open: int = 0
    accepted: int = 0
    returned: int = 0
    rejected: int = 0

    @property
    def languages(self) -> list[str]:
        return sorted({one.language.name for one in self.qualifications})

    @property
    def domains(self) -> list[str]:
        return sorted({one.domain.name for one in self.qualifications})

    @property
    def skills(self) -> set[str]:
        return {skill for one in self.qualifications for skill in one.skills}


def people_of(project: Project, *, q: str = "", role: str = "") -> list[Person]:
    """Five queries, however many people. By name."""
    members = User.objects.filter(memberships__project=project)
    if q:
        members = members.filter(Q(name__icontains=q) | Q(email__icontains=q))
    if role:
        members = members.filter(memberships__project=project, memberships__role=role)
    users = members.annotate(joined=Min("memberships__since")).order_by("name", "pk")
    people = {user.pk: Person(user, user.joined) for user in users}
    _add_roles(project, people)
    _add_qualifications(people)
    _add_work(project, people)
    return list(people.values())


def person_of(project: Project, user_id: int) -> Person | None:
    user = (
        User.objects.filter(memberships__project=project, pk=user_id).annotate(joined=Min("memberships__since")).first()
    )
    if user is None:
        return None
    people = {user.pk: Person(user, user.joined)}
    _add_roles(project, people)
    _add_qualifications(people)
    _add_work(project, people)
    return people[user.pk]


def _add_roles(project: Project, people: dict[int, Person]) -> None:
    for one in Membership.objects.filter(project=project, user_id__in=list(people)):
        people[one.user_id].roles.append(Role(one.role))
    for person in people.values():
        person.roles.sort(key=list(Role).index)


def _add_qualifications(people: dict[int, Person]) -> None:
    found = Qualification.objects.filter(user_id__in=list(people)).select_related("language", "domain")
    for one in found.order_by("language__name", "domain__name"):
        people[one.user_id].qualifications.append(one)


def _add_work(project: Project, people: dict[int, Person]) -> None:
    held = held_now(project).filter(person_id__in=list(people)).order_by()
    for person_id, count in held.values_list("person_id").annotate(count=Count("item", distinct=True)):
        people[person_id].in_hand = count
    written = counted_items(project).filter(author_id__in=list(people)).order_by().values("author_id")
    for row in written.annotate(
        accepted=Count("pk", filter=Q(state=State.ACCEPTED)),
        rejected=Count("pk", filter=Q(state=State.REJECTED)),
        returned_open=Count("pk", filter=Q(state=State.RETURNED)),
    ):
        person = people[row["author_id"]]
        person.accepted, person.rejected, person.returned_open = row["accepted"], row["rejected"], row["returned_open"]
    returns = Review.objects.filter(
        item__project=project, item__is_control=False, item__author_id__in=list(people), verdict=Verdict.RETURN
    ).order_by()
    for author_id, count in returns.values_list("item__author_id").annotate(count=Count("item", distinct=True)):
        people[author_id].returned = count


@transaction.atomic
def set_roles(project: Project, user: User, wanted: Collection[Role]) -> None:
    """Gives what is wanted and takes the rest. Raises Refused for the last manager."""
    remove_roles(project, user, [role for role in Role if role not in wanted])
    for role in wanted:
        Membership.objects.get_or_create(project=project, user=user, role=role)


def refusal_to_remove(project: Project, user: User, roles: Collection[Role]) -> Refusal | None:
    """A project keeps at least one manager who can sign in."""
    if Role.MANAGER not in roles:
        return None
    managers = Membership.objects.filter(project=project, role=Role.MANAGER)
    if not managers.filter(user=user).exists():
        return None
    if managers.exclude(user=user).filter(user__is_active=True).exists():
        return None
    return Refusal(f"{user} is the only manager of “{project}”.", "Make somebody else a manager first.")


@transaction.atomic
def remove_roles(project: Project, user: User, roles: Iterable[Role]) -> None:
    """Items in hand stay until they are finished or their lease lapses. Raises Refused for the last manager."""
    # Locked, so that two managers who remove each other at once leave one.
    list(Membership.objects.select_for_update().filter(project=project, role=Role.MANAGER).order_by("pk"))
    gone = list(roles)
    refuse_if(refusal_to_remove(project, user, gone), status=409)
    Membership.objects.filter(project=project, user=user, role__in=gone).delete()


@transaction.atomic
def remove(project: Project, user: User) -> list[ApplicationField]:
    """Out of the project, and out of its calls: no test lets them in again by themselves. Returns who moved up to the
    places they held. Raises Refused for the last manager."""
    now, calls = timezone.now(), list(Call.objects.filter(project=project, applications__user=user).order_by("pk"))
    # The quotas before the memberships, as everybody does who lets people in.
    quotas.lock([call.pk for call in calls])
    remove_roles(project, user, list(Role))
    mine = ApplicationField.objects.filter(application__user=user, application__call__in=calls)
    mine.exclude(state__in=ApplicationField.ENDED).update(state=ApplicationField.State.DECLINED, ended_at=now)
    return [moved for call in calls for moved in quotas.move_up(call, now)]


def consequence_of_removing(person: Person) -> str:
    """What the question says before somebody leaves a project."""
    parts = [f"{person.user} leaves the project; what they wrote and judged stays."]
    if person.in_hand:
        parts.append(f"What is in hand ({_items(person.in_hand)}) lapses with its lease; drafts are kept.")
    if person.returned_open:
        parts.append(f"{_items(person.returned_open)} returned to them can be released to others on the item's page.")
    return " ".join(parts)


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


@transaction.atomic
def admit(
    user: User,
    *,
    languages: Iterable[Language],
    domains: Collection[Domain],
    skills: Collection[str],
    native: bool = False,
) -> int:
    """Every language with every domain, for these skills. Returns how many pairs."""
    pairs = [(language, domain) for language in languages for domain in domains]
    if not pairs or not skills:
        raise Refused(Refusal("A qualification needs a language, a domain and a skill.", "Choose one of each."), 409)
    for language, domain in pairs:
        qualify(user, language=language, domain=domain, skills=skills, native=native)
    return len(pairs)


@transaction.atomic
def withdraw(user: User, qualification_id: int) -> bool:
    """What is in hand may be finished; nothing new of this language and domain is handed out, and no re-test brings it
    back."""
    found = Qualification.objects.filter(user=user, pk=qualification_id).first()
    if found is None:
        return False
    # The lapses before the qualification, as everywhere.
    testing_results.forget(user, found.language_id, found.domain_id)
    found.delete()
    return True
