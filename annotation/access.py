"""Who may do what to which project and item. Three questions: may this person, does the state allow it
(steps.py), may they see it yet."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.models import User
from accounts.roles import Permission, Role, permissions_of
from annotation.models import Assignment, Item, Project, Review
from annotation.workflow import STAGE_ROLE, STAGE_STATE, Stage
from core.refusal import Refusal, Refused
from core.statements import fetch_row


@dataclass(frozen=True)
class Desk:
    """A person at work in a project: what every view of a project starts from."""

    user: User
    project: Project
    roles: frozenset[Role]

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(self.roles)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


# Every request passes here, so the statements are written out: building them anew costs more than running them.
_PROJECT_WITH_ROLES = """
    SELECT project.*, mine.roles FROM annotation_project project
    JOIN (SELECT project_id, array_agg(role::text) AS roles FROM annotation_membership
          WHERE user_id = %s GROUP BY project_id) mine ON mine.project_id = project.id
    WHERE project.slug = %s
"""


_HAS_ROLE = "SELECT 1 FROM annotation_membership WHERE user_id = %s AND project_id = %s AND role = %s"


def desk_of(user: User, slug: str) -> Desk:
    """One query. Raises Http404 for a project the person is not in, as for one that does not exist."""
    found = list(Project.objects.raw(_PROJECT_WITH_ROLES, [user.pk, slug]))
    if not found:
        raise Http404("No such project among yours.")
    roles: list[str] = found[0].roles  # type: ignore[attr-defined]  # an extra column of the statement
    return Desk(user, found[0], frozenset(Role(role) for role in roles))


def has_role(user: User, project_id: int, role: Role) -> bool:
    """As things stand in the database: a role may be taken from somebody while they have an item in hand."""
    return fetch_row(_HAS_ROLE, [user.pk, project_id, role.value]) is not None


P = ParamSpec("P")
DeskView = Callable[Concatenate[HttpRequest, Desk, P], HttpResponseBase]
SlugView = Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]


def requires(*anyof: Permission) -> Callable[[DeskView[P]], SlugView[P]]:
    """The view gets the person's desk in place of the project's slug; 404 outside the project, 403 without any
    of the permissions."""

    def decorate(view: DeskView[P]) -> SlugView[P]:
        @login_required
        @wraps(view)
        def with_desk(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            assert isinstance(request.user, User)
            desk = desk_of(request.user, slug)
            refusal = refusal_without(desk, *anyof)
            if refusal:
                raise Refused(refusal, status=403)
            request.desk = desk  # type: ignore[attr-defined]  # for the side rail
            return view(request, desk, *args, **kwargs)

        return with_desk  # type: ignore[return-value]  # wraps() keeps the view's own first argument in its type

    return decorate


def refusal_without(desk: Desk, *anyof: Permission) -> Refusal | None:
    if not anyof or any(desk.may(permission) for permission in anyof):
        return None
    wanted = sorted(role.label for role in Role if permissions_of(frozenset({role})) & set(anyof))
    return Refusal(
        f"This page is for the role {' or '.join(wanted)} of “{desk.project}”; you are {_roles_in_words(desk.roles)}.",
        "A manager of the project can give you the role.",
    )


def _roles_in_words(roles: frozenset[Role]) -> str:
    return " and ".join(sorted(role.label for role in roles))


def get_item(desk: Desk, item_id: int) -> Item:
    """An item the person may see; raises Http404 for any other, so that numbers tell nothing."""
    items = Item.objects.select_related("cell__language", "cell__domain", "current", "context", "author", "project")
    item = items.filter(project=desk.project, pk=item_id).first()
    if item is None or not may_see(desk, item):
        raise Http404("No such item among yours.")
    return item


def may_see(desk: Desk, item: Item) -> bool:
    """Editors and managers see all items of their project, authors their own, reviewers what they were handed."""
    if desk.may(Permission.SEE_ITEMS) or item.author_id == desk.user.pk:
        return True
    return Assignment.objects.filter(item=item, person=desk.user).exists()


def sees_people(desk: Desk, item: Item) -> bool:
    """Author and reviewers stay unknown to each other for good; editors and managers know both."""
    return desk.may(Permission.SEE_ITEMS) and item.author_id != desk.user.pk


def sees_reviews(desk: Desk, item: Item) -> bool:
    """The blind phase: a reviewer sees no other's judgement until the item has left review."""
    if item.author_id == desk.user.pk or desk.may(Permission.SEE_ITEMS):
        return True
    return item.state != STAGE_STATE[Stage.REVIEW]


def refusal_to_work(desk: Desk, stage: Stage) -> Refusal | None:
    """May this person be handed anything at this stage?"""
    if STAGE_ROLE[stage] not in desk.roles:
        return Refusal(
            f"To {stage.label.lower()} you need the role {STAGE_ROLE[stage].label} in “{desk.project}”.",
            "A manager of the project can give it to you.",
        )
    if desk.project.closed_at:
        return Refusal("The project is closed.", "A manager can open it again.")
    return None


def refusal_to_judge(person: User, item: Item) -> Refusal | None:
    """Nobody judges what they wrote, nor an item twice in a round."""
    if item.author_id == person.pk:
        return Refusal("You wrote this item; somebody else judges it.")
    if Review.objects.filter(item=item, round=item.round, reviewer=person).exists():
        return Refusal("You have judged this item in this round already.")
    return None
