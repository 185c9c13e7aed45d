"""The style guide of a project, with what it would find as its manager turns the knobs."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from annotation.access import Desk, requires
from annotation.copilot import style_guide as guide
from annotation.copilot.style_form import LONGEST_EXAMPLE, StyleGuideForm
from annotation.models import Cell
from core.htmx import wants_part

PAGE, PART = "annotation/manager/style_guide.html", "annotation/manager/_style_preview.html"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_UP_PROJECT)
def style_guide(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A GET with the form's fields previews them; only a POST saves."""
    if request.method == "POST":
        return _save(request, desk)
    is_asked = "italics" in request.GET
    form = StyleGuideForm(request.GET if is_asked else None, instance=desk.project)
    context = {"form": form, **_preview(request, desk, form)}
    return render(request, PART if wants_part(request) else PAGE, context)


def _save(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = StyleGuideForm(request.POST, instance=desk.project)
    if not form.is_valid():
        return render(request, PAGE, {"form": form, **_preview(request, desk, form)}, status=422)
    guide.save(form)
    messages.success(request, "The style guide is saved. Texts checked from now on are held to it.")
    return redirect("annotation:style-guide", desk.project.slug)


def _preview(request: HttpRequest, desk: Desk, form: StyleGuideForm) -> dict[str, object]:
    style = form.style() if form.is_bound and form.is_valid() else desk.project.style
    text = request.GET.get("example", guide.EXAMPLE)[:LONGEST_EXAMPLE]
    language = Cell.objects.filter(project=desk.project).values_list("language_id", flat=True).first() or "en"
    return {
        "example": text,
        "findings": guide.example_findings(desk.project, text, language, style),
        "preview": guide.preview(desk.project, style),
        "longest_example": LONGEST_EXAMPLE,
    }
