"""The side rail: where a person may go in the project they are in, by role."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk
from annotation.fairness.feedback import MOST_COUNTED, Reader, Waiting, waiting_for
from annotation.models import Membership


@dataclass(frozen=True)
class Entry:
    group: str
    label: str
    url: str
    current: bool
    # How much waits there, and what it is: "12 unread".
    count: str = ""
    counted: str = ""


INBOX, DECISIONS = "annotation:feedback", "annotation:editor-home"

# (permission, group, label, name of the address); an entry shows to whoever has the permission, without one to all.
ENTRIES: tuple[tuple[Permission | None, str, str, str], ...] = (
    (Permission.WRITE, "Work", "Write", "annotation:expert-home"),
    (Permission.REVIEW, "Work", "Review", "annotation:reviewer-home"),
    (Permission.EDIT, "Work", "Edit", "annotation:editor-home"),
    (None, "Work", "Guideline", "annotation:guideline"),
    (Permission.WRITE, "You", "My standing", "annotation:my-standing"),
    (Permission.REVIEW, "You", "My standing", "annotation:my-standing"),
    (Permission.WRITE, "You", "Feedback", "annotation:feedback"),
    (Permission.REVIEW, "You", "Feedback", "annotation:feedback"),
    (Permission.EDIT, "You", "Feedback", "annotation:feedback"),
    (Permission.MANAGE_PEOPLE, "You", "Feedback", "annotation:feedback"),
    (Permission.WRITE, "You", "Training", "annotation:training-home"),
    (Permission.REVIEW, "You", "Training", "annotation:training-home"),
    (Permission.WRITE, "You", "My pay", "annotation:my-pay"),
    (Permission.REVIEW, "You", "My pay", "annotation:my-pay"),
    (Permission.EDIT, "You", "My pay", "annotation:my-pay"),
    (Permission.MANAGE_PEOPLE, "People", "Experts", "annotation:experts"),
    (Permission.MANAGE_PEOPLE, "People", "Reviewers", "annotation:reviewers"),
    (Permission.SEE_ITEMS, "People", "Tests", "annotation:tests"),
    (Permission.MANAGE_PEOPLE, "People", "Onboarding", "annotation:onboarding"),
    (Permission.MANAGE_PEOPLE, "People", "Ledger", "annotation:ledger"),
    (Permission.MANAGE_PEOPLE, "People", "People", "annotation:people"),
    (Permission.SEE_PIPELINE, "Manage", "Pipeline", "annotation:pipeline"),
    (Permission.SEE_ITEMS, "Manage", "Items", "annotation:items"),
    (Permission.SET_UP_PROJECT, "Manage", "Cells", "annotation:cells"),
    (Permission.SET_UP_PROJECT, "Manage", "Checks", "annotation:checks"),
    (Permission.SET_UP_PROJECT, "Manage", "Diversity", "annotation:diversity"),
    (Permission.SET_UP_PROJECT, "Manage", "Routing", "annotation:routing"),
    (Permission.IMPORT, "Manage", "Imports", "annotation:imports"),
    (Permission.EXPORT, "Manage", "Exports", "annotation:exports"),
    (Permission.SET_UP_PROJECT, "Manage", "Settings", "annotation:project-settings"),
)


def rail(request: HttpRequest) -> dict[str, Any]:
    """Nothing outside a project. `access.requires` leaves the desk on the request."""
    desk: Desk | None = getattr(request, "desk", None)
    user = getattr(request, "user", None)
    if desk is None or not isinstance(user, User):
        return {}
    return {
        "desk": desk,
        "rail": entries_for(desk, request.path, _waiting(desk) if _wants_whole_page(request) else Waiting()),
        "rail_project": desk.project.name,
        "rail_projects": _projects_of(user, desk) if _wants_whole_page(request) else [],
    }


def _waiting(desk: Desk) -> Waiting:
    """One statement a page, for whom it can say something."""
    decides = desk.may(Permission.EDIT)
    if not any(desk.may(permission) for permission, _, _, name in ENTRIES if name == INBOX and permission):
        return Waiting()
    return waiting_for(Reader.at(desk), decides=decides)


def entries_for(desk: Desk, path: str, waiting: Waiting = Waiting()) -> list[Entry]:  # noqa: B008  (a tuple)
    counts = {INBOX: (waiting.unread, "unread"), DECISIONS: (waiting.appeals, "to decide")}
    found = []
    for permission, group, label, name in ENTRIES:
        if permission is None or desk.may(permission):
            url = reverse(name, args=[desk.project.slug])
            count, of_what = counts.get(name, (0, ""))
            shown = capped(count) if count else ""
            found.append(Entry(group, label, url, path.startswith(url), shown, of_what if shown else ""))
    # What several roles have stands once.
    return list(dict.fromkeys(found))


def capped(count: int) -> str:
    return str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


def _projects_of(user: User, desk: Desk) -> list[dict[str, Any]]:
    projects = (
        Membership.objects.filter(user=user)
        .order_by("project__name")
        .values_list("project__name", "project__slug")
        .distinct()
    )
    return [
        {"name": name, "url": reverse("annotation:project", args=[slug]), "current": slug == desk.project.slug}
        for name, slug in projects
    ]


def _wants_whole_page(request: HttpRequest) -> bool:
    return not getattr(request, "htmx", False)
