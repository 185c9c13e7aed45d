"""A list of people to invite: read from CSV, every row explained, nothing stored before it is confirmed."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import User
from annotation.models import Application, Call, CallInvitation, CallQuota
from annotation.onboarding.mail_stops import stopped_among
from annotation.setup.cells_csv import RowError, Vocabulary
from annotation.texts import clean
from catalog.models import Domain, Language

COLUMNS = ("email", "name", "languages", "domains")
MOST_ROWS = 1000
LONGEST_FILE = 500_000
LONGEST_NAME = 120
Named = TypeVar("Named", Language, Domain)
SEVERAL = re.compile(r"[;|/]|,\s*")


@dataclass(frozen=True)
class Invitee:
    row: int
    email: str
    name: str
    languages: list[Language]
    domains: list[Domain]


@dataclass
class Reading:
    """What a list says: whom it would invite, and what is to be mended first."""

    invitees: list[Invitee] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return bool(self.invitees) and not self.errors

    def wrong(self, row: int, column: str, problem: str, fix: str) -> None:
        self.errors.append(RowError(row, column, problem, fix))


@dataclass(frozen=True)
class Known:
    """What addresses of the list are already: five queries for the whole list."""

    members: set[str]
    invited: set[str]
    applied: set[str]
    stopped: set[str]
    withdrawn: set[str] = field(default_factory=set)

    def problem_with(self, email: str) -> tuple[str, str] | None:
        if email in self.stopped:
            return "This address has asked for no more mails.", "Take the row out; an open link may be handed over."
        if email in self.applied:
            return "This person has applied already.", "Take the row out; look among the applications."
        if email in self.withdrawn:
            return "The link of this address was withdrawn.", "Take the row out; it takes another call to invite it."
        if email in self.invited:
            return "This address is invited already.", "Take the row out; a reminder is sent from the funnel."
        if email in self.members:
            return "This person is in the project already.", "Take the row out; admit them on their own page."
        return None


def read_list(call: Call, text: str) -> Reading:
    """Lines are counted as a spreadsheet counts rows: the header is row 1."""
    reading = Reading()
    rows = _rows(text, reading)
    if rows is None:
        return reading
    quotas = list(CallQuota.objects.filter(call=call).select_related("language", "domain"))
    vocabulary = Vocabulary([one.language for one in quotas], [one.domain for one in quotas])
    known = _known(call, [row.get("email", "").lower() for _, row in rows])
    seen: dict[str, int] = {}
    for number, row in rows:
        _read_row(number, row, vocabulary, known, seen, reading)
    if not rows:
        reading.wrong(2, "", "The list has no rows.", "Add a row for each person below the header.")
    return reading


def _read_row(
    number: int, row: Mapping[str, str], vocabulary: Vocabulary, known: Known, seen: dict[str, int], reading: Reading
) -> None:
    before = len(reading.errors)
    email = row.get("email", "").lower()
    fault = _address_fault(email, known, seen)
    if fault:
        reading.wrong(number, "email", *fault)
    seen.setdefault(email, number)
    name = " ".join(row.get("name", "").split())
    if len(name) > LONGEST_NAME:
        reading.wrong(number, "name", f"The name is longer than {LONGEST_NAME} letters.", "Shorten it.")
    languages = _several(number, "languages", row, vocabulary.languages, reading)
    domains = _several(number, "domains", row, vocabulary.domains, reading)
    if len(reading.errors) == before:
        reading.invitees.append(Invitee(number, email, name, languages, domains))


def _address_fault(email: str, known: Known, seen: Mapping[str, int]) -> tuple[str, str] | None:
    if not email:
        return "The address is missing.", "Write one, or take the row out."
    if not _is_email(email):
        return f"“{email[:60]}” is no e-mail address.", "Correct it, or take the row out."
    if email in seen:
        return f"The same address stands in row {seen[email]}.", "Keep one of the two rows."
    return known.problem_with(email)


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _several(
    number: int, column: str, row: Mapping[str, str], by_name: Mapping[str, Named], reading: Reading
) -> list[Named]:
    """Parted by semicolons, slashes or commas; each once, in the order of the list."""
    asked = list(dict.fromkeys(part.strip() for part in SEVERAL.split(row.get(column, "")) if part.strip()))
    for name in asked:
        if name.casefold() not in by_name:
            offered = ", ".join(sorted({str(one) for one in by_name.values()})[:8])
            reading.wrong(number, column, f"The call has no places in “{name[:40]}”.", f"Use some of: {offered}.")
    return [by_name[name.casefold()] for name in asked if name.casefold() in by_name]


def _known(call: Call, emails: list[str]) -> Known:
    members = User.objects.filter(memberships__project=call.project_id, email__in=emails)
    invited = CallInvitation.objects.filter(call=call, email__in=emails)
    gone = invited.filter(withdrawn_at__isnull=False)
    applied = Application.objects.filter(call=call, user__email__in=emails)
    return Known(
        set(members.values_list("email", flat=True)),
        set(invited.values_list("email", flat=True)),
        set(applied.values_list("user__email", flat=True)),
        stopped_among(emails),
        set(gone.values_list("email", flat=True)),
    )


def _rows(text: str, reading: Reading) -> list[tuple[int, dict[str, str]]] | None:
    """Rows by column, or None when there is nothing to read them by."""
    if len(text) > LONGEST_FILE:
        reading.wrong(1, "", f"The list holds more than {LONGEST_FILE:,} characters.", "Send it in several rounds.")
        return None
    text = clean(text).removeprefix("\ufeff")
    lines = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    try:
        rows = [(lines.line_num, row) for row in lines if any(value.strip() for value in row)]
    except csv.Error as error:
        reading.wrong(lines.line_num, "", f"Not readable as CSV: {error}.", "Check the quotes of this row.")
        return None
    header = [name.strip().lower() for name in rows[0][1]] if rows else []
    if header and _is_email(header[0]):
        # Bare addresses, one to a line, need no header.
        return _by_column(["email"], rows, reading)
    return _by_column(header, rows[1:], reading)


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _by_column(
    header: list[str], rows: list[tuple[int, list[str]]], reading: Reading
) -> list[tuple[int, dict[str, str]]] | None:
    known = f"Use some of {', '.join(COLUMNS)}."
    if "email" not in header:
        reading.wrong(1, "email", "The column is missing.", "The first row names the columns, email among them.")
    for name in sorted(set(header) - set(COLUMNS)):
        reading.wrong(1, name or "(empty)", "Nobody knows this column.", known)
    for name in sorted({name for name in header if header.count(name) > 1}):
        reading.wrong(1, name, "The column stands twice.", "Keep one of them.")
    if len(rows) > MOST_ROWS:
        reading.wrong(MOST_ROWS + 2, "", f"More than {MOST_ROWS:,} rows.", "Send it in several rounds.")
    for number, row in rows:
        if len(row) > len(header):
            reading.wrong(
                number, "", "The row has more values than the header has columns.", "Quote values with commas."
            )
    if reading.errors:
        return None
    return [(number, dict(zip(header, map(str.strip, row), strict=False))) for number, row in rows]


@transaction.atomic
def take_list(call: Call, invitees: list[Invitee], by: User) -> int:
    """Stores whom the list names; the mails are the job's. Whoever came in meanwhile is left as they are."""
    new = [
        CallInvitation(
            call=call, email=one.email, name=one.name, source=CallInvitation.Source.LIST, invited_by=by,
            languages=[language.pk for language in one.languages], domains=[domain.pk for domain in one.domains],
        )
        for one in invitees
    ]  # fmt: skip
    before = CallInvitation.objects.filter(call=call).count()
    CallInvitation.objects.bulk_create(new, ignore_conflicts=True)
    return CallInvitation.objects.filter(call=call).count() - before
