"""Frozen copies of a text, handed to one reviewer beside the pipeline and counted nowhere.

A copy is an item (`is_control`) with a number drawn while others were born, an author who stands in for the real one
and a past as the workflow table has it; so nothing about it differs from any other item a reviewer is handed. When its
reviewer is done, it moves on as others do. docs/reviewers.md says what is alike and what is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.hashers import make_password

from accounts.models import User
from accounts.roles import Role
from annotation.access import Desk
from annotation.models import (
    Adjudication,
    Approval,
    Comment,
    Dismissal,
    Item,
    ItemEvent,
    Look,
    Review,
    Revision,
    SpareNumber,
    Verdict,
)
from annotation.reasons import DisputeCause
from annotation.rubric import CRITERIA
from annotation.steps import act_out
from annotation.workflow import Action, State
from core.statements import execute, fetch_row

AUTHOR, REVIEWER, EDITOR = Role.EXPERT, Role.REVIEWER, Role.EDITOR
People = Mapping[Role, User]

# Of so many items born, one number is laid by for a copy: enough for new reviewers' ten per cent.
BORN_PER_NUMBER = 8
MOST_NUMBERS = 300

SOONEST, LATEST = timedelta(hours=2), timedelta(hours=30)
# A returned copy lies with its author for so long before its place is given away: no manager does that overnight.
LEFT_LYING = timedelta(days=9)
USUAL_SCORE = 4
USUAL_CHECKING = timedelta(seconds=3)

# Words for a ruling where nobody has written any: not always the same ones.
RULINGS = (
    "Settled by the guideline as it stands.",
    "I have read both reviews and the text; this is how the guideline puts it.",
    "The guideline leaves little room here.",
    "Both views can be argued; I follow the wording of the guideline.",
    "Checked once more from the beginning.",
    "Decided as in earlier cases of this kind.",
)

# Of what may be copied for a person ({of}: a control, or a look that waits): the text stands under the guideline that
# holds, they are admitted to its cell, and have neither written it, had it in hand, nor met it before.
MAY_MEET = """
    JOIN annotation_item source ON source.id = {of}.source_id
    JOIN annotation_revision revision ON revision.id = {of}.revision_id AND revision.guideline_version = %(version)s
    JOIN annotation_cell cell ON cell.id = {of}.cell_id AND cell.project_id = %(project)s
    JOIN experts_qualification qualification
      ON qualification.user_id = %(person)s AND qualification.language_id = cell.language_id
     AND qualification.domain_id = cell.domain_id AND cell.skill = ANY (qualification.skills)
    WHERE source.author_id IS DISTINCT FROM %(person)s
      AND NOT EXISTS (SELECT FROM annotation_assignment had
                      WHERE had.item_id = source.id AND had.person_id = %(person)s)
      AND NOT EXISTS (SELECT FROM annotation_look seen
                      WHERE seen.source_id = source.id AND seen.person_id = %(person)s)
"""

_DRAW = """
    WITH last AS (
        SELECT greatest(
            (SELECT max(number) FROM annotation_sparenumber WHERE project_id = %(project)s),
            (SELECT max(item_id) FROM annotation_look WHERE project_id = %(project)s), 0) AS number
    ), born AS (
        SELECT count(*) AS count FROM annotation_item
        WHERE project_id = %(project)s AND id > (SELECT number FROM last) AND NOT is_control
    )
    INSERT INTO annotation_sparenumber (number, project_id)
    SELECT nextval(pg_get_serial_sequence('annotation_item', 'id')), %(project)s
    FROM born, generate_series(1, least(%(most)s, born.count / %(per)s))
"""

# When the items before and after a number were born.
_NEIGHBORS = """
    SELECT (SELECT created_at FROM annotation_item WHERE id < %(number)s AND project_id = %(project)s
            AND NOT is_control ORDER BY id DESC LIMIT 1),
           (SELECT created_at FROM annotation_item WHERE id > %(number)s AND project_id = %(project)s
            AND NOT is_control ORDER BY id LIMIT 1)
"""

_TAKE_NEAREST = """
    DELETE FROM annotation_sparenumber WHERE number = (
        SELECT number FROM annotation_sparenumber WHERE project_id = %s
        ORDER BY abs(number - %s) LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING number
"""


def draw(*words: object, below: int) -> int:
    """A lottery that gives the same answer for the same words however often it is asked: 0 to below - 1."""
    return int(sha256(":".join(map(str, words)).encode()).hexdigest()[:12], 16) % below


def terms_of(desk: Desk, item: Item) -> dict[str, object]:
    """What `MAY_MEET` is asked with: of whom, and in place of what."""
    return {
        "person": desk.user.pk,
        "project": desk.project.pk,
        "cell": item.cell_id,
        "version": item.current.guideline_version if item.current else 0,
    }


def lay_by_numbers(project_id: int) -> None:
    """Draws numbers while items are born, so that a copy made later lies among them. The oldest unused ones go."""
    execute(_DRAW, {"project": project_id, "per": BORN_PER_NUMBER, "most": MOST_NUMBERS})
    kept = SpareNumber.objects.filter(project_id=project_id).order_by("-number").values_list("number", flat=True)
    for oldest_kept in kept[MOST_NUMBERS - 1 : MOST_NUMBERS]:
        SpareNumber.objects.filter(project_id=project_id, number__lt=oldest_kept).delete()


def stand_ins() -> People:
    """Who stands in for authors, other reviewers and editors of copies: they are in no project and cannot sign in."""
    emails = {role: f"stand-in-{role.value}@copies.invalid" for role in (AUTHOR, REVIEWER, EDITOR)}
    found = {person.email: person for person in User.objects.filter(email__in=emails.values())}
    return {role: found.get(email) or _new_stand_in(email, role) for role, email in emails.items()}


def _new_stand_in(email: str, role: Role) -> User:
    names = {"name": f"stand-in {role.label.lower()}", "password": make_password(None), "is_active": False}
    return User.objects.get_or_create(email=email, defaults=names)[0]


def plant(look: Look, person: User, instead_of: Item, now: datetime) -> Item | None:
    """A copy of the look's revision in the place of another item; None when no number has been laid by yet."""
    row = fetch_row(_TAKE_NEAREST, [look.project_id, instead_of.pk])
    if row is None:
        return None
    look.pretends_accept = draw("position", look.source_id, person.pk, below=2) == 1
    copy = _copy(look, row[0], instead_of, now)
    look.item, look.person, look.planted_at, look.displaced = copy, person, now, instead_of
    wait = (LATEST - SOONEST) * (draw("moves on", copy.pk, below=1000) / 1000)
    look.moves_on_at = now + SOONEST + wait
    look.save()
    return copy


@dataclass(frozen=True)
class Past:
    """When a copy was begun, submitted and passed by the checks, and what is noted of that."""

    born: datetime
    submitted: datetime
    passed: datetime
    noted: Mapping[str, object]


def _past(number: int, instead_of: Item, now: datetime) -> Past:
    """Like that of the item it is handed out in place of, but at moments of its own: it was born between the items
    whose numbers lie around its own, and waited and was checked about as long."""
    born = _born(number, instead_of, now)
    waited = (instead_of.state_since - instead_of.created_at) * _about("waited", number)
    passed = born + waited if born + waited < now else born + (now - born) * 0.8
    events = {one.action: one for one in ItemEvent.objects.filter(item=instead_of).order_by("number")}
    checked, handed_in = events.get(Action.PASS), events.get(Action.SUBMIT) or events.get(Action.IMPORT)
    lag = checked.at - handed_in.at if checked and handed_in and checked.at > handed_in.at else USUAL_CHECKING
    submitted = passed - min(lag * _about("checked", number), (passed - born) / 2)
    return Past(born, submitted, passed, {**checked.data} if checked else {})


def _born(number: int, instead_of: Item, now: datetime) -> datetime:
    row = fetch_row(_NEIGHBORS, {"number": number, "project": instead_of.project_id})
    before, after = row or (None, None)
    low, high = before or instead_of.created_at, after or now
    return low + max(high - low, timedelta(0)) * (draw("born", number, below=1000) / 1000)


def _about(what: str, number: int) -> float:
    """A factor around one, the same for the same number."""
    return 0.85 + 0.3 * draw(what, number, below=1000) / 1000


def _copy(look: Look, number: int, instead_of: Item, now: datetime) -> Item:
    people = stand_ins()
    source, past = look.source, _past(number, instead_of, now)
    copy = Item(
        pk=number,
        project=instead_of.project,
        cell_id=look.cell_id,
        context_id=source.context_id,
        author=people[AUTHOR] if source.author_id else None,
        is_control=True,
    )
    copy.current = _copied_revision(copy, look.revision, past.submitted)
    if copy.author_id:
        act_out(copy, [(Action.CLAIM, past.born), (Action.SUBMIT, past.submitted)], by=people)
    else:
        act_out(copy, [(Action.IMPORT, past.born)], by=people)
    act_out(copy, [(Action.PASS, past.passed)], by=people, **past.noted)
    _copy_dismissals(source, copy, people[AUTHOR], past.submitted)
    if look.pretends_accept:
        waited = (now - past.passed) * (draw("accepted", number, below=90) / 100)
        _accept_as_if(copy, source, people, past.passed + waited)
    copy.leased = True
    copy.save(update_fields=["leased"])
    return copy


def _copied_revision(copy: Item, revision: Revision, at: datetime) -> Revision:
    """Before its item, which may not be without a text; the database looks at the end of the transaction."""
    return Revision.objects.create(
        item_id=copy.pk,
        number=1,
        kind=Revision.Kind.WRITTEN if copy.author_id else Revision.Kind.IMPORTED,
        author_id=copy.author_id,
        prompt=revision.prompt,
        completion=revision.completion,
        prompt_tokens=revision.prompt_tokens,
        completion_tokens=revision.completion_tokens,
        signals=revision.signals,
        guideline_version=revision.guideline_version,
        created_at=at,
    )


def _copy_dismissals(source: Item, copy: Item, by: User, at: datetime) -> None:
    for dismissal in Dismissal.objects.filter(item=source):
        dismissal.pk, dismissal.item, dismissal.by, dismissal.at = None, copy, by, at
        dismissal.save(force_insert=True)


def _accept_as_if(copy: Item, source: Item, people: People, at: datetime) -> None:
    review = _review_as_if(copy, source, people, Verdict.ACCEPT, [], at)
    assert copy.current is not None
    Approval.objects.create(
        item=copy,
        revision=copy.current,
        round=copy.round,
        person=people[REVIEWER],
        kind=Approval.Kind.REVIEW,
        created_at=at,
    )
    act_out(copy, [(Action.APPROVE, at)], by=people, review=review.pk)


def _review_as_if(
    copy: Item, source: Item, people: People, verdict: str, reasons: Sequence[str], at: datetime
) -> Review:
    """In the words and scores of a review of the original that said the same, where there is one."""
    like = Review.objects.filter(item=source, verdict=verdict).first()
    assert copy.current is not None
    scores = {name: getattr(like, name) if like else USUAL_SCORE for name in CRITERIA}
    review = Review.objects.create(
        item=copy,
        revision=copy.current,
        reviewer=people[REVIEWER],
        round=copy.round,
        verdict=verdict,
        reasons=like.reasons if like else list(reasons),
        note=like.note if like else "",
        created_at=at,
        **scores,
    )
    for comment in Comment.objects.filter(review=like, revision__completion=copy.current.completion) if like else ():
        comment.pk, comment.item, comment.review, comment.revision = None, copy, review, copy.current
        comment.created_at = at
        comment.save(force_insert=True)
    return review


# How a copy moves on when its reviewer is done with it: by the state their verdict left it in and what is known.
_ENDS: dict[tuple[State, bool], tuple[Action, ...]] = {
    (State.IN_EDITING, True): (Action.KEEP,),
    (State.IN_EDITING, False): (Action.GIVE_UP,),
    (State.DISPUTED, True): (Action.ADJUDICATE_ACCEPT,),
    (State.DISPUTED, False): (Action.ADJUDICATE_REJECT,),
    (State.RETURNED, True): (Action.RELEASE,),
    (State.RETURNED, False): (Action.RELEASE,),
}


def move_on(look: Look, truth: str, reasons: Sequence[str], now: datetime) -> None:
    """Takes a locked copy where the work of others would have taken it; it stays out of every count."""
    copy = look.item
    assert copy is not None
    people = stand_ins()
    started = max(copy.state_since, look.judged_at or copy.state_since)
    actions = _way_on(copy, look, truth)
    # The last one now: rows are numbered as they are written.
    moments = [started + (now - started) * (number + 1) / len(actions) for number in range(len(actions))]
    for action, at in zip(actions, moments, strict=True):
        data = _what_comes_with(action, copy, look.source, people, truth, reasons, at)
        act_out(copy, [(action, at)], by=people, **data)


def _way_on(copy: Item, look: Look, truth: str) -> tuple[Action, ...]:
    state, is_good = State(copy.state), truth != Verdict.REJECT
    if state == State.IN_EDITING and is_good and not look.pretends_accept:
        # One yes is an editor's; the second is another reviewer's, as for any item.
        return (Action.KEEP_FOR_REVIEW, Action.ACCEPT)
    if state != State.IN_REVIEW:
        return _ENDS.get((state, is_good), ())
    said = set(Review.objects.filter(item=copy, round=copy.round).values_list("verdict", flat=True))
    if Verdict.REJECT in said:
        return (Action.DISAGREE, Action.ADJUDICATE_ACCEPT) if is_good else (Action.REJECT,)
    if look.judged_at is None or is_good:
        return (Action.ACCEPT,)
    return (Action.DISAGREE, Action.ADJUDICATE_REJECT)


_SAID = {Action.ACCEPT: Verdict.ACCEPT, Action.REJECT: Verdict.REJECT}


def _what_comes_with(
    action: Action,
    copy: Item,
    source: Item,
    people: People,
    truth: str,
    reasons: Sequence[str],
    at: datetime,
) -> dict[str, object]:
    """The rows that a person who takes this step leaves besides the event."""
    has_looked = Review.objects.filter(item=copy, round=copy.round, reviewer=people[REVIEWER]).exists()
    if action in (Action.ACCEPT, Action.REJECT, Action.DISAGREE) and not has_looked:
        verdict = _SAID.get(action) or (Verdict.REJECT if truth == Verdict.REJECT else Verdict.ACCEPT)
        return {"review": _review_as_if(copy, source, people, verdict, reasons or ["other"], at).pk}
    if action in (Action.ADJUDICATE_ACCEPT, Action.ADJUDICATE_REJECT):
        _settle_as_if(copy, source, people[EDITOR], action == Action.ADJUDICATE_ACCEPT, at)
    return {}


def _settle_as_if(copy: Item, source: Item, editor: User, accepts: bool, at: datetime) -> None:
    decision = Adjudication.Decision.ACCEPT if accepts else Adjudication.Decision.REJECT
    like = Adjudication.objects.filter(item=source, decision=decision).first()
    assert copy.current is not None
    Adjudication.objects.create(
        item=copy,
        revision=copy.current,
        round=copy.round,
        by=editor,
        decision=decision,
        cause=like.cause if like else DisputeCause.SUBJECTIVE,
        note=like.note if like else RULINGS[draw("ruling", copy.pk, below=len(RULINGS))],
        created_at=at,
    )
