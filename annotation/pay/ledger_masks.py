"""The ledger as a manager reads it who also writes: whoever judged, scored or edited what is their own stays a role."""

from django.db.models import BooleanField, Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from accounts.models import User
from annotation.models import LedgerEntry, PaidStage, Project
from annotation.pay.ledger_figures import LedgerFilter

ROLES = {
    PaidStage.REVIEW: "a reviewer",
    PaidStage.EDITING: "an editor",
    PaidStage.ADJUDICATION: "an editor",
    PaidStage.PIECE: "a reviewer",
}


def entries_for(reader: User, project: Project, wanted: LedgerFilter) -> QuerySet[LedgerEntry]:
    """What is asked for, `is_masked` where the person is not to be named. Asked for by person, such entries are left
    out: the question would name them."""
    rows = wanted.entries(project)
    if wanted.person and int(wanted.person) != reader.pk:
        rows = rows.exclude(_hidden_from(reader))
    return masked(rows, reader)


def masked(rows: QuerySet[LedgerEntry], reader: User) -> QuerySet[LedgerEntry]:
    """With `is_masked`, and `shown_name` and `shown_email` for files."""
    hidden = _hidden_from(reader)
    roles = [When(hidden & Q(stage=stage.value), then=Value(role)) for stage, role in ROLES.items()]
    name, email = Cast(F("person__name"), CharField()), Cast(F("person__email"), CharField())
    return rows.annotate(
        is_masked=Case(When(hidden, then=True), default=False, output_field=BooleanField()),
        shown_name=Case(*roles, default=name, output_field=CharField()),
        shown_email=Case(When(hidden, then=Value("")), default=email, output_field=CharField()),
    )


def _hidden_from(reader: User) -> Q:
    own = Q(item__author=reader) | Q(piece__attempt__person=reader)
    return own & Q(stage__in=[stage.value for stage in ROLES]) & ~Q(person=reader)
