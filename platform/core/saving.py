"""A page with one form that saves what it shows."""

from typing import Any

from django.contrib import messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def is_saved(request: HttpRequest, form: "ModelForm[Any]", said: str) -> bool:
    """Whether the form was sent and is right: then it is saved and `said` stands on the next page."""
    if request.method != "POST" or not form.is_valid():
        return False
    form.save()
    messages.success(request, said)
    return True


def render_with_form(
    request: HttpRequest, template: str, form: "ModelForm[Any]", context: dict[str, Any]
) -> HttpResponse:
    """422 with the errors beside their fields where it was sent and is not right."""
    return render(request, template, {**context, "form": form}, status=422 if form.is_bound else 200)
