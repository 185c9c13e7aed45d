"""My standing: the manager's numbers and words, for the person they are about."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from annotation.access import Desk, requires
from annotation.standing.my_standing import own_standing


@require_safe
@requires(Permission.WRITE, Permission.REVIEW)
def my_standing(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "annotation/standing/my_standing.html", own_standing(desk))
