"""Tests as those who lead see them: pools, settings and items."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from annotation.access import Desk, get_item, requires
from annotation.learning import testing_board as board
from annotation.learning import testing_items
from annotation.learning.testing_forms import TestForm, TestItemForm
from annotation.learning.testing_results import lapses_in
from annotation.models import Attempt, Test, TestItem
from core.refusal import refuse_if
from core.saving import is_saved, render_with_form

PEOPLE_SHOWN = 50


@require_safe
@requires(Permission.SEE_ITEMS)
def tests(request: HttpRequest, desk: Desk) -> HttpResponse:
    context = {
        "rows": board.rows_of(desk.project),
        "candidates": testing_items.candidates(desk.project),
        "waiting": board.pieces_waiting(desk.project),
        "lapses": lapses_in(desk.project),
        "now": timezone.now(),
    }
    return render(request, "annotation/testing/tests.html", context)


@require_POST
@requires(Permission.SEE_ITEMS)
def use_in_test(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    """The first of the two clicks; the second opens the test."""
    item, found = testing_items.use_in_test(get_item(desk, item_id), desk.user)
    text = format_html(
        "In the test <a href='{}'>{}</a>. <a href='{}'>Edit its explanation</a>.",
        reverse("annotation:test", args=[desk.project.slug, found.pk]),
        str(found),
        reverse("annotation:test-item", args=[desk.project.slug, item.pk]),
    )
    messages.success(request, text)
    if request.POST.get("next") == "tests":
        return redirect("annotation:tests", desk.project.slug)
    return redirect("annotation:item", desk.project.slug, item_id)


def _test(desk: Desk, test_id: int) -> Test:
    tests = Test.objects.select_related("language", "domain", "project")
    return get_object_or_404(tests, pk=test_id, project=desk.project)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_ITEMS)
def test(request: HttpRequest, desk: Desk, test_id: int) -> HttpResponse:
    found = _test(desk, test_id)
    form = TestForm(request.POST or None, instance=_test(desk, test_id))
    if is_saved(request, form, "The test is saved. Tries under way keep the marks they began with."):
        return redirect("annotation:test", desk.project.slug, test_id)
    attempts = Attempt.objects.filter(test=found).select_related("person").order_by("-started_at")
    context = {
        "test": found,
        "row": board.rows_of(desk.project, [found])[0],
        "items": board.item_figures(found),
        "attempts": attempts[:PEOPLE_SHOWN],
    }
    return render_with_form(request, "annotation/testing/test.html", form, context)


test.__test__ = False  # type: ignore[attr-defined]  # a page, not a test of pytest


@require_POST
@requires(Permission.SEE_ITEMS)
def test_open(request: HttpRequest, desk: Desk, test_id: int) -> HttpResponse:
    found = _test(desk, test_id)
    refuse_if(board.rows_of(desk.project, [found])[0].refusal, status=409)
    Test.objects.filter(pk=found.pk, opened_at=None).update(opened_at=timezone.now())
    messages.success(request, "The test is open: applicants and experts find it on their page.")
    return redirect("annotation:test", desk.project.slug, test_id)


@require_POST
@requires(Permission.SEE_ITEMS)
def test_close(request: HttpRequest, desk: Desk, test_id: int) -> HttpResponse:
    Test.objects.filter(pk=_test(desk, test_id).pk).update(opened_at=None)
    messages.success(request, "Nobody can begin it now. Tries under way can be finished; results hold.")
    return redirect("annotation:test", desk.project.slug, test_id)


def _item(desk: Desk, test_item_id: int) -> TestItem:
    items = TestItem.objects.select_related("language", "domain", "project")
    return get_object_or_404(items, pk=test_item_id, project=desk.project)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_ITEMS)
def test_item(request: HttpRequest, desk: Desk, test_item_id: int) -> HttpResponse:
    item = _item(desk, test_item_id)
    form = TestItemForm(request.POST or None, instance=_item(desk, test_item_id), project=desk.project)
    if is_saved(request, form, "Saved. Answers that were given keep their points."):
        return redirect("annotation:test-item", desk.project.slug, item.pk)
    of = Test.objects.filter(
        project=desk.project, language=item.language, domain=item.domain, skills__contains=[item.skill]
    )
    context = {"item": item, "tests": of.select_related("language", "domain")}
    return render_with_form(request, "annotation/testing/item_edit.html", form, context)


@require_POST
@requires(Permission.SEE_ITEMS)
def test_item_retire(request: HttpRequest, desk: Desk, test_item_id: int) -> HttpResponse:
    testing_items.retire(_item(desk, test_item_id))
    messages.success(request, "Retired: it is drawn no more. Answers that were given keep their points.")
    return redirect("annotation:test-item", desk.project.slug, test_item_id)


@require_POST
@requires(Permission.SEE_ITEMS)
def test_item_confirm(request: HttpRequest, desk: Desk, test_item_id: int) -> HttpResponse:
    testing_items.confirm(_item(desk, test_item_id))
    messages.success(request, "Confirmed: it is drawn again, with the clause as it reads now.")
    return redirect("annotation:test-item", desk.project.slug, test_item_id)
