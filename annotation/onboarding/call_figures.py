"""The calls of a project in a list: places, taken, waiting, half filled in."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from annotation.models import Application, ApplicationField, Call, CallQuota, Project


@dataclass(frozen=True)
class CallRow:
    call: Call
    places: int
    taken: int
    waiting: int
    invited: int
    begun: int


def calls_of(project: Project) -> list[CallRow]:
    """Four queries, however many calls. Places and people are counted apart, so that no join multiplies them."""
    calls = list(project.calls.select_related("project").annotate(invited=Count("invitations")))
    places = dict(
        CallQuota.objects.filter(call__project=project).order_by().values_list("call").annotate(Sum("places"))
    )
    fields = ApplicationField.objects.filter(application__call__project=project).order_by()
    held = {
        call: (taken, waiting)
        for call, taken, waiting in fields.values_list("application__call").annotate(
            taken=Count("pk", filter=Q(state__in=ApplicationField.HOLDS_A_PLACE)),
            waiting=Count("pk", filter=Q(state=ApplicationField.State.WAITING)),
        )
    }
    drafts = Application.objects.filter(call__project=project, sent_at=None, withdrawn_at=None).order_by()
    begun = dict(drafts.values_list("call").annotate(Count("pk")))
    return [
        CallRow(call, places.get(call.pk, 0), *held.get(call.pk, (0, 0)), call.invited, begun.get(call.pk, 0))
        for call in calls
    ]
