"""Everything that was said to a person in a project, in one list: derived from the rows there are anyway, with a read
marker per person. `annotation.fairness.feedback_words` says each entry in words.

A reviewer hears of a settlement only when the item has left review: until then they may be asked about it again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk
from annotation.fairness import threads
from annotation.models import Inbox, Item, Project, ReadMark, Thread
from core.numbers import is_id
from core.statements import fetch_row, fetch_rows

PAGE = 30
MOST_COUNTED = 100
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)

_OWN_ITEM = """
    JOIN annotation_item item ON item.id = said.item_id AND item.project_id = %(project)s AND NOT item.is_control
     AND item.author_id = %(person)s
"""
_CONCERNS = """
    JOIN annotation_item item ON item.id = said.item_id AND item.project_id = %(project)s AND NOT item.is_control
"""
# Beside what concerns them: what a reviewer would hear of a copy, were it none (annotation/reviewers/copies.py).
_HANDED = """
    JOIN annotation_item item ON item.id = said.item_id AND item.project_id = %(project)s
"""
# They reviewed the item, and it is not in review any more.
_REVIEWED = """(item.state <> 'in_review' AND EXISTS (
        SELECT FROM annotation_review mine WHERE mine.item_id = item.id AND mine.reviewer_id = %(person)s))"""

# Per kind of entry: which rows say something to the person. Columns: kind, key of the row, item, when.
_SAID: dict[str, str] = {
    "review": """SELECT 'review', said.id, said.item_id, said.created_at FROM annotation_review said {own}
        WHERE said.verdict <> 'accept'""",
    "event": """SELECT 'event', said.id, said.item_id, said.at FROM annotation_itemevent said {own}
        WHERE said.action IN ('give_up', 'release')""",
    "ruling": """SELECT 'ruling', said.id, said.item_id, said.created_at FROM annotation_adjudication said {handed}
        WHERE said.by_id <> %(person)s AND (item.author_id = %(person)s OR {reviewed})
          AND NOT EXISTS (SELECT FROM annotation_appeal appeal WHERE appeal.adjudication_id = said.id)""",
    "edit": """SELECT 'edit', said.id, said.item_id, said.created_at FROM annotation_revision said {own}
        WHERE said.kind = 'edited' AND said.author_id <> %(person)s""",
    "reply": """SELECT 'reply', said.id, said.item_id, said.replied_at FROM annotation_comment said {concerns}
        JOIN annotation_review review ON review.id = said.review_id AND review.reviewer_id = %(person)s
        WHERE said.replied_at IS NOT NULL""",
    "thanks": """SELECT 'thanks', edit.id, said.item_id, max(said.responded_at)
        FROM annotation_edithunk said {concerns}
        JOIN annotation_revision edit ON edit.id = said.revision_id AND edit.author_id = %(person)s
        WHERE said.response = 'thanks' GROUP BY edit.id, said.item_id""",
    "message": """SELECT 'message', said.id, thread.item_id, said.at FROM annotation_threadmember mine
        JOIN annotation_thread thread ON thread.id = mine.thread_id AND thread.project_id = %(project)s
        JOIN annotation_message said ON said.thread_id = thread.id AND said.member_id <> mine.id
        WHERE mine.person_id = %(person)s""",
    "appeal": """SELECT 'appeal', said.id, said.item_id, said.opened_at FROM annotation_appeal said {concerns}
        WHERE said.opened_by_id <> %(person)s AND (said.author_id = %(person)s OR %(leads)s)""",
    "answer": """SELECT 'answer', said.id, said.item_id, said.decided_at FROM annotation_appeal said {concerns}
        WHERE said.ending <> '' AND said.decided_by_id <> %(person)s
          AND (%(person)s IN (said.author_id, said.opened_by_id) OR {reviewed}
               OR EXISTS (SELECT FROM annotation_itemevent event WHERE event.item_id = said.item_id
                          AND event.number = said.rejection AND event.by_id = %(person)s
                          AND item.state <> 'in_review'))""",
    "standing": """SELECT 'standing', said.id, NULL::bigint, said.at FROM experts_standingchange said
        WHERE said.user_id = %(person)s AND said.project_id = %(project)s""",
}
_PARTS = {"own": _OWN_ITEM, "concerns": _CONCERNS, "handed": _HANDED, "reviewed": _REVIEWED}
KINDS = tuple(_SAID)

# A sub-select of its own, so that it is asked once and no statement goes before.
_READ_UNTIL = """(SELECT inbox.read_until FROM annotation_inbox inbox
                  WHERE inbox.person_id = %(person)s AND inbox.project_id = %(project)s)"""

_ENTRIES = f"""
    WITH said (kind, ref, item_id, at) AS ({" UNION ALL ".join(one.format(**_PARTS) for one in _SAID.values())}),
    entry AS (
        SELECT said.*, NOT coalesce(mark.is_read, said.at <= {_READ_UNTIL}, false) AS unread
        FROM said LEFT JOIN annotation_readmark mark ON mark.person_id = %(person)s AND mark.project_id = %(project)s
         AND mark.kind = said.kind AND mark.ref = said.ref
    )
"""  # noqa: S608

_PAGE = f"""{_ENTRIES}
    SELECT kind, ref, item_id, at, unread FROM entry
    WHERE at > %(since)s AND at <= %(until)s AND (unread OR NOT %(only_unread)s)
      AND (%(kind)s = '' OR kind = %(kind)s AND ref = ANY (%(refs)s::bigint[]))
      AND (at, kind, ref) < (%(before)s, %(before_kind)s, %(before_ref)s)
    ORDER BY at DESC, kind DESC, ref DESC LIMIT %(limit)s
"""  # noqa: S608

_UNREAD = f"SELECT count(*) FROM (SELECT 1 FROM entry WHERE unread LIMIT {MOST_COUNTED}) found"  # noqa: S608
# As the queue hands them out (annotation.queue_statements), in whose hands they ever are.
_TO_DECIDE = """
    SELECT count(*) FROM annotation_appeal appeal
    JOIN annotation_item item ON item.id = appeal.item_id AND item.project_id = %(project)s
    JOIN annotation_cell cell ON cell.id = item.cell_id
    JOIN experts_qualification admitted ON admitted.user_id = %(person)s AND admitted.language_id = cell.language_id
     AND admitted.domain_id = cell.domain_id AND cell.skill = ANY (admitted.skills)
    WHERE %(decides)s AND appeal.ending = '' AND item.author_id IS DISTINCT FROM %(person)s
      AND NOT EXISTS (SELECT FROM annotation_review review
                      WHERE review.item_id = item.id AND review.reviewer_id = %(person)s)
      AND NOT EXISTS (SELECT FROM annotation_itemevent event WHERE event.item_id = item.id
                      AND event.action IN ('give_up', 'appeal_for_author') AND event.by_id = %(person)s)
      AND NOT EXISTS (SELECT FROM annotation_adjudication settled
                      WHERE settled.item_id = item.id AND settled.by_id = %(person)s)
"""
_WAITING_FOR = f"{_ENTRIES} SELECT ({_UNREAD}), ({_TO_DECIDE})"


class Entry(NamedTuple):
    """One thing said: a row of another table by its kind and key."""

    kind: str
    ref: int
    item_id: int | None
    at: datetime
    unread: bool


class Before(NamedTuple):
    """Where a page begins: after the entry with these."""

    at: datetime = datetime.max.replace(tzinfo=UTC)
    kind: str = ""
    ref: int = 0

    @classmethod
    def of(cls, cursor: str) -> "Before":
        """A spoilt cursor shows the first page."""
        try:
            at, kind, ref = cursor.split("~")
            moment = datetime.fromisoformat(at)
            return cls(moment, kind, int(ref)) if moment.tzinfo and kind in KINDS and len(ref) < 19 else cls()
        except ValueError:
            return cls()


def cursor_of(entry: Entry) -> str:
    return f"{entry.at.astimezone(UTC).isoformat()}~{entry.kind}~{entry.ref}"


def send(project: Project, to: User, by: User, text: str, item: Item | None = None) -> Thread:
    """A message from a lead to a person; it comes into their inbox, and their answer into the lead's.

    Raises Refused when the text is empty or above 2,000 characters, or the person is not in the project.
    """
    return threads.send(project, to, by, text, item)


@dataclass(frozen=True)
class Reader:
    """Whose feedback in which project; a lead also hears of appeals being opened."""

    person: User
    project: Project
    leads: bool = False

    @classmethod
    def at(cls, desk: Desk) -> "Reader":
        return cls(desk.user, desk.project, desk.may(Permission.OPEN_APPEALS))


def _terms(reader: Reader) -> dict[str, Any]:
    return {"person": reader.person.pk, "project": reader.project.pk, "leads": reader.leads}


def entries(
    reader: Reader,
    *,
    only_unread: bool = False,
    before: Before | None = None,
    since: datetime = BEGINNING,
    until: datetime | None = None,
    limit: int = PAGE + 1,
) -> list[Entry]:
    """Newest first; one statement."""
    before = before or Before()
    terms = {
        **_terms(reader), "only_unread": only_unread, "since": since, "until": until or Before().at,
        "before": before.at, "before_kind": before.kind, "before_ref": before.ref,
        "kind": "", "refs": [], "limit": limit,
    }  # fmt: skip
    return [Entry(*row) for row in fetch_rows(_PAGE, terms)]


def to_answer(reader: Reader) -> list[Entry]:
    """The last message of each thread that waits for the person, newest first."""
    refs = [row[0] for row in fetch_rows(_WAITING, {"person": reader.person.pk, "project": reader.project.pk})]
    start = Before()
    terms = {
        **_terms(reader), "only_unread": False, "since": BEGINNING, "until": start.at, "before": start.at,
        "before_kind": start.kind, "before_ref": start.ref, "kind": "message", "refs": refs, "limit": MOST_COUNTED,
    }  # fmt: skip
    return [Entry(*row) for row in fetch_rows(_PAGE, terms)] if refs else []


_WAITING = """
    SELECT DISTINCT ON (thread.id) said.id FROM annotation_threadmember mine
    JOIN annotation_thread thread ON thread.id = mine.thread_id AND thread.project_id = %(project)s
     AND thread.waits_for = mine.part
    JOIN annotation_message said ON said.thread_id = thread.id AND said.member_id <> mine.id
    WHERE mine.person_id = %(person)s ORDER BY thread.id, said.at DESC, said.id DESC
"""


class Waiting(NamedTuple):
    """What the side rail counts: unread entries up to MOST_COUNTED, and running appeals the person may decide."""

    unread: int = 0
    appeals: int = 0


def waiting_for(reader: Reader, *, decides: bool = False) -> Waiting:
    """One statement. `decides`: they are an editor here."""
    row = fetch_row(_WAITING_FOR, _terms(reader) | {"decides": decides})
    return Waiting(*row) if row else Waiting()


def unread(reader: Reader) -> int:
    return waiting_for(reader).unread


@transaction.atomic
def mark_all_read(reader: Reader) -> None:
    """Everything said until now."""
    Inbox.objects.update_or_create(
        person=reader.person, project=reader.project, defaults={"read_until": timezone.now()}
    )
    ReadMark.objects.filter(person=reader.person, project=reader.project).delete()


def mark(reader: Reader, keys: Collection[tuple[str, int]], *, is_read: bool) -> None:
    """These entries out of turn; a key that is none of theirs marks nothing anybody sees."""
    rows = [
        ReadMark(person=reader.person, project=reader.project, kind=kind, ref=ref, is_read=is_read)
        for kind, ref in dict.fromkeys(keys)
        if kind in KINDS
    ]
    unique = ["person", "project", "kind", "ref"]
    ReadMark.objects.bulk_create(rows, update_conflicts=True, update_fields=["is_read"], unique_fields=unique)


def keys_of(sent: Sequence[str]) -> list[tuple[str, int]]:
    """“review-12” as ("review", 12); whatever is none is left out."""
    found = []
    for word in sent[: 4 * PAGE]:
        kind, _, number = word.partition("-")
        if kind in KINDS and is_id(number):
            found.append((kind, int(number)))
    return found
