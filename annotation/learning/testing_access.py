"""Who may take tests: who writes or reviews in the project, and applicants who were admitted to the test."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk, desk_of, refusal_without
from annotation.models import ApplicationField, Membership, Project, Test
from core.refusal import refuse_if

P = ParamSpec("P")
DeskView = Callable[Concatenate[HttpRequest, Desk, P], HttpResponseBase]
SlugView = Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]


def admitted_fields(user: User, project: Project) -> QuerySet[ApplicationField]:
    """The fields in which an applicant was admitted to the test."""
    return ApplicationField.objects.filter(
        application__user=user, application__call__project=project, state=ApplicationField.State.ADMITTED
    )


def taker_desk(user: User, slug: str) -> Desk:
    """A member's desk, or one without any role for an admitted applicant. Raises Http404 for everybody else."""
    try:
        return desk_of(user, slug)
    except Http404:
        project = Project.objects.filter(slug=slug).first()
        if project is None or not admitted_fields(user, project).exists():
            raise
        return Desk(user, project, frozenset())


def for_takers(view: DeskView[P]) -> SlugView[P]:
    """Like `access.requires`: 404 outside the project, 403 for roles that take no tests."""

    @login_required
    @wraps(view)
    def with_desk(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        assert isinstance(request.user, User)
        desk = taker_desk(request.user, slug)
        if desk.roles:
            refuse_if(refusal_without(desk, Permission.WRITE, Permission.REVIEW))
        request.desk = desk  # type: ignore[attr-defined]  # for the side rail
        return view(request, desk, *args, **kwargs)

    return with_desk  # type: ignore[return-value]  # wraps() keeps the view's own first argument in its type


def tests_for(desk: Desk) -> QuerySet[Test]:
    """Open tests and those the person has begun; applicants see their own fields'."""
    tests = Test.objects.filter(project=desk.project).select_related("language", "domain", "project")
    tests = tests.filter(opened_at__isnull=False) | tests.filter(attempts__person=desk.user)
    if not desk.roles:
        own = admitted_fields(desk.user, desk.project)
        tests = tests.filter(Exists(own.filter(language=OuterRef("language"), domain=OuterRef("domain"))))
    return tests.distinct()


def join_as_applied(person: User, test: Test) -> None:
    """Who passes a test they applied for is in the project from then on, in the roles of the call."""
    if Membership.objects.filter(project=test.project_id, user=person).exists():
        return
    own = admitted_fields(person, test.project).filter(language=test.language_id, domain=test.domain_id)
    for field in own.select_related("application__call"):
        for role in field.application.call.roles:
            Membership.objects.get_or_create(project=test.project, user=person, role=role)
