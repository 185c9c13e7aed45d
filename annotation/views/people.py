"""The people of a project: roles, qualifications, and what each has in hand."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission, Role
from annotation.access import Desk, requires
from annotation.onboarding import people as taking_part
from annotation.onboarding.inviting import unanswered_invitations
from annotation.onboarding.people import Person, consequence_of_removing, people_of, person_of, refusal_to_remove
from annotation.setup.setup_forms import QualifyForm
from annotation.views.calls import moved_up_in_words, tell_moved_up
from catalog.skills import Skill
from core.htmx import render_page_or_part
from core.refusal import Refusal, Refused

ROLE_NAMES = frozenset(role.value for role in Role)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def people(request: HttpRequest, desk: Desk) -> HttpResponse:
    q, role = request.GET.get("q", "").replace("\0", "").strip()[:100], request.GET.get("role", "")
    context = {
        "people": people_of(desk.project, q=q, role=role if role in ROLE_NAMES else ""),
        "q": q,
        "role": role,
        "roles": list(Role),
        "invitations": list(unanswered_invitations(desk.project).select_related("invited_by")),
        "now": timezone.now(),
    }
    page, part = "annotation/manager/people.html", "annotation/manager/_people.html"
    return render_page_or_part(request, page, context, part=part)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def person(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    return _page(request, desk, _person(desk, user_id))


def _page(request: HttpRequest, desk: Desk, found: Person, form: QualifyForm | None = None) -> HttpResponse:
    shown = form or QualifyForm(project=desk.project, initial={"skills": list(Skill.values)})
    context = {
        "person": found,
        "roles": [(role, role in found.roles) for role in Role],
        "form": shown,
        "choices": [shown[name] for name in ("languages", "domains", "skills")],
        "consequence": consequence_of_removing(found),
        "remove_refusal": refusal_to_remove(desk.project, found.user, found.roles),
    }
    return render(request, "annotation/manager/person.html", context, status=422 if form else 200)


def _person(desk: Desk, user_id: int) -> Person:
    found = person_of(desk.project, user_id)
    if found is None:
        raise Http404("No such person in this project.")
    return found


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def roles(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """All roles at once, as ticked."""
    found = _person(desk, user_id)
    wanted = {Role(role) for role in request.POST.getlist("roles") if role in ROLE_NAMES}
    if not wanted:
        raise Refused(Refusal(f"{found.user} needs at least one role.", "Or remove them from the project."), 409)
    taking_part.set_roles(desk.project, found.user, wanted)
    messages.success(request, f"{found.user} is now {' and '.join(sorted(role.label.lower() for role in wanted))}.")
    if found.user == desk.user and Role.MANAGER not in wanted:
        return redirect("annotation:project", desk.project.slug)
    return redirect("annotation:person", desk.project.slug, user_id)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def remove(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    found = _person(desk, user_id)
    with transaction.atomic():
        moved = taking_part.remove(desk.project, found.user)
        tell_moved_up(request, desk, moved)
    said = consequence_of_removing(found).replace(" leaves ", " has left ", 1)
    messages.success(request, said + moved_up_in_words(moved))
    if found.user == desk.user:
        return redirect("annotation:start")
    return redirect("annotation:people", desk.project.slug)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def qualify(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    found = _person(desk, user_id)
    form = QualifyForm(request.POST, project=desk.project)
    if not form.is_valid():
        return _page(request, desk, found, form)
    pairs = taking_part.admit(found.user, **form.cleaned_data)
    fields = "1 field" if pairs == 1 else f"{pairs} fields"
    messages.success(request, f"{found.user} is admitted to {fields}.")
    return redirect("annotation:person", desk.project.slug, user_id)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def withdraw(request: HttpRequest, desk: Desk, user_id: int, qualification_id: int) -> HttpResponse:
    found = _person(desk, user_id)
    if taking_part.withdraw(found.user, qualification_id):
        messages.success(request, "Withdrawn: nothing new of it is handed out; what is in hand may be finished.")
    return redirect("annotation:person", desk.project.slug, user_id)
