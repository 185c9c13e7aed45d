"""What a lead does about a person: a decision with a note and an end, a message, a training set; and answers to
alerts. A form that carries an alert answers it at the same time."""

from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk, requires
from annotation.fairness import feedback
from annotation.learning import training
from annotation.standing import alerts
from annotation.standing.expert_forms import PERIODS, AssignForm, DecideForm, MessageForm, first_error, sets_to_assign
from annotation.views.experts import expert_of
from core.numbers import id_of
from core.refusal import Refusal, Refused
from experts import alerts as warnings
from experts import overriding
from experts.models import Alert
from experts.states import State

SNOOZE = timedelta(days=3)
ANSWERS = {State.PAUSED: Alert.Answer.PAUSE, State.WATCH: Alert.Answer.WATCH}


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def decide(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """Pause, watch or full weight."""
    person, now = expert_of(desk, user_id).user, timezone.now()
    form = DecideForm(request.POST)
    if not form.is_valid():
        raise Refused(Refusal(first_error(form)), 409)
    decision = form.decision(now)
    with transaction.atomic():
        overriding.override(user=person, project_id=desk.project.pk, by=desk.user, now=now, **decision)
        if decision["state"] in ANSWERS:
            _answer(request, desk, person, ANSWERS[decision["state"]])
    until = f"until {decision['until']:%-d %b %Y}"
    messages.success(request, f"{person}: {decision['state'].label.lower()} {until}. “Lift” takes it back.")
    return redirect("annotation:expert-page", desk.project.slug, user_id)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def lift(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    person = expert_of(desk, user_id).user
    overriding.lift(user=person, project_id=desk.project.pk, by=desk.user, now=timezone.now())
    messages.success(request, f"Lifted: for {person} the numbers hold again.")
    return redirect("annotation:expert-page", desk.project.slug, user_id)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def message(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    person = expert_of(desk, user_id).user
    form = MessageForm(request.POST)
    if not form.is_valid():
        raise Refused(Refusal(first_error(form)), 409)
    with transaction.atomic():
        feedback.send(desk.project, person, desk.user, form.cleaned_data["text"])
        _answer(request, desk, person, Alert.Answer.MESSAGE)
    messages.success(request, f"Sent. {person} finds it under Feedback and can reply.")
    return redirect("annotation:expert-page", desk.project.slug, user_id)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def assign(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    person = expert_of(desk, user_id).user
    form = AssignForm(request.POST, project=desk.project)
    if not form.is_valid():
        raise Refused(Refusal(first_error(form)), 409)
    chosen = form.cleaned_data["training_set"]
    with transaction.atomic():
        training.assign(person, chosen, desk.user, form.cleaned_data["note"])
        _answer(request, desk, person, Alert.Answer.TRAINING)
    messages.success(request, f"“{chosen}” waits for {person} under Training.")
    return redirect("annotation:expert-page", desk.project.slug, user_id)


def _answer(request: HttpRequest, desk: Desk, person: User, how: Alert.Answer) -> None:
    """The alert that the form came from, if it is about this person: nobody else's is closed by it."""
    number = id_of(request.POST.get("alert", ""))
    if number is not None:
        found = _alert(desk, number)
        if found.user_id != person.pk:
            raise Http404("No such alert about this person.")
        warnings.answer(found, how, by=desk.user, now=timezone.now())


def _alert(desk: Desk, alert_id: int) -> Alert:
    found = Alert.objects.filter(project_id=desk.project.pk, pk=alert_id).select_related("user").first()
    if found is None:
        raise Http404("No such alert in this project.")
    return found


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def alert_list(request: HttpRequest, desk: Desk) -> HttpResponse:
    now = timezone.now()
    found = [alerts.shown(one) for one in warnings.open_alerts(desk.project.pk, now)]
    context = {
        "alerts": [one for one in found if one.is_new],
        "seen": [one for one in found if not one.is_new],
        "answered": [alerts.shown(one) for one in warnings.answered(desk.project.pk)],
        "put_off": [alerts.shown(one) for one in warnings.put_off_now(desk.project.pk, now)],
        "periods": PERIODS,
        "training_sets": list(sets_to_assign(desk.project)),
    }
    return render(request, "annotation/manager/alerts.html", context)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def alert_close(request: HttpRequest, desk: Desk, alert_id: int) -> HttpResponse:
    """“Not a problem”, later, or seen and still open."""
    found, now = _alert(desk, alert_id), timezone.now()
    how = request.POST.get("how")
    if how == "seen":
        warnings.see(found, by=desk.user, now=now)
        messages.success(request, "Seen; it stays open below, and is new to nobody any more.")
    elif how == "later":
        warnings.put_off(found, now + SNOOZE, by=desk.user, now=now)
        messages.success(request, "It comes back in three days, if it still holds.")
    else:
        warnings.answer(found, Alert.Answer.NO_PROBLEM, by=desk.user, now=now)
        messages.success(request, "Closed as not a problem; below it can be taken back.")
    return redirect("annotation:alerts", desk.project.slug)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def alert_reopen(request: HttpRequest, desk: Desk, alert_id: int) -> HttpResponse:
    """Takes back whatever was done about it: an answer, a delay, or “seen”."""
    warnings.bring_back(_alert(desk, alert_id), by=desk.user, now=timezone.now())
    messages.success(request, "It is open, and new again.")
    return redirect("annotation:alerts", desk.project.slug)
