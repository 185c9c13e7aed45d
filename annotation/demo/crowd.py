"""More experts for the demo, with a past: the weeks before, lived through the real stage functions with the clock
turned back, so that every number about them opens the items it counts. The rule makes their standings of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from accounts.roles import Role
from annotation import checking, editing, handing_out, reviewing, serving, writing
from annotation.access import desk_of
from annotation.demo.clock import turned_to
from annotation.demo.earlier_texts import BOOKINGS, EVERYDAY, LETTERS, MESSAGES, NOTICES, TICKETS, Work
from annotation.demo.hands import review_of, signals_of, store
from annotation.models import Assignment, Cell, Item, Membership, Project, Verdict
from annotation.reasons import Reason
from annotation.reviewing import Judgement
from annotation.rubric import CRITERIA
from annotation.standing import alerts
from annotation.texts import Written
from annotation.workflow import Stage
from catalog.skills import Skill
from experts import overriding, recomputing
from experts.qualifications import qualify
from experts.states import State

APART = timedelta(hours=26)
MINUTE = timedelta(minutes=1)
MEASURED_EVERY = timedelta(days=4)
PAUSE = "Four answers in a row cite rulings that cannot be found. Please wait with new ones until we have talked."


@dataclass(frozen=True)
class Past:
    """One decision a letter, oldest first, on one work each: *a* accepted, *e* accepted after editing, *r* returned,
    revised and accepted, *o* returned and still with its author, *j* rejected. `remark` is what reviewers say."""

    name: str
    cell: tuple[str, str, str]
    decisions: str
    works: Sequence[Work]
    reason: Reason
    remark: str
    native: bool = True


PASTS = (
    Past(
        "expert-de-soft", ("de", "software", "classification"), "aaaaaaeaaaaaraaaaaaa", TICKETS,
        Reason.TOO_LONG, "Ein Satz Begründung genügt; der zweite sagt nichts Neues.",
    ),
    Past(
        "expert-en-gen", ("en", "general", "open_qa"), "raaaaaaaaa", EVERYDAY,
        Reason.INCOMPLETE, "This stops half-way: say what to do, and when it does not help.",
    ),
    Past(
        "expert-en-fin-2", ("en", "finance", "classification"), "aaaaajjjj", BOOKINGS[:9],
        Reason.FACTUALLY_WRONG, "The class is wrong by clause CLS-1, and the reason fits any booking.", native=False,
    ),
    Past(
        "expert-en-law-2", ("en", "law", "extraction"), "arjjjjjjjjjo", NOTICES,
        Reason.ADDS_FACTS, "One of the values is not in the letter; nothing may be added.", native=False,
    ),
    Past(
        "expert-de-law-2", ("de", "law", "rewriting"), "aajjjj", LETTERS,
        Reason.BAD_LINK, "Dieses Urteil gibt es nicht, und im Satz steht es auch nicht.",
    ),
    Past(
        "expert-en-soft", ("en", "software", "rewriting"), "ara", MESSAGES,
        Reason.IGNORES_INSTRUCTION, "Technical words are still there; the prompt wants them gone.", native=False,
    ),
    Past(
        "applicant-en-finance-5", ("en", "finance", "classification"), "a", BOOKINGS[9:10],
        Reason.FACTUALLY_WRONG, "The class is wrong by clause CLS-1.",
    ),
)  # fmt: skip
PAUSED = "expert-de-law-2"
ITEMS = sum(len(past.decisions) for past in PASTS)


@dataclass(frozen=True)
class _Piece:
    """One work of one past, decided at a time by two reviewers."""

    at: datetime
    past: Past
    work: Work
    letter: str
    reviewers: tuple[User, User]


class Crowd:
    def __init__(self, project: Project, cells: Sequence[Cell], reviewers: Sequence[User], lead: User, editor: User):
        self.project, self.reviewers, self.lead, self.editor = project, reviewers, lead, editor
        self.cells = {(cell.language_id, cell.domain_id, cell.skill): cell for cell in cells}
        with turned_to(project.created_at):
            self.people = {past.name: self._person(past) for past in PASTS}

    def live(self, now: datetime) -> None:
        """Everybody's pieces in the order in which they were decided, and the rule every few days."""
        pieces = sorted((piece for past in PASTS for piece in self._pieces(past, now)), key=lambda one: one.at)
        measured = pieces[0].at
        for piece in pieces:
            if piece.at - measured > MEASURED_EVERY:
                measured = piece.at
                recomputing.recompute_project(self.project.pk, measured)
            self._live_one(piece)
        for person, past in zip(self.people.values(), PASTS, strict=True):
            self._admit(person, past, list(Skill))

    def measure(self, now: datetime) -> None:
        """After everything else was decided: who stands where today, and a lead's own decision."""
        recomputing.recompute_project(self.project.pk, now)
        overriding.override(
            user=self.people[PAUSED],
            project_id=self.project.pk,
            state=State.PAUSED,
            note=PAUSE,
            by=self.lead,
            until=now + timedelta(days=5),
            now=now,
        )
        alerts.look(self.project, now)
        serving.forget(self.project.pk)

    def _person(self, past: Past) -> User:
        """Nobody signs in as one of them."""
        email = f"{past.name}@demo.example"
        person = User.objects.filter(email=email).first() or User.objects.create_user(email, None, name=past.name)
        Membership.objects.get_or_create(project=self.project, user=person, role=Role.EXPERT)
        for one in (person, *self.reviewers):
            self._admit(one, past, [past.cell[2]])
        return person

    def _admit(self, person: User, past: Past, skills: Sequence[str]) -> None:
        cell = self.cells[past.cell]
        qualify(person, language=cell.language, domain=cell.domain, skills=skills, native=past.native)

    def _pieces(self, past: Past, now: datetime) -> list[_Piece]:
        """A piece a day and some, the last one this morning; a little apart from the others'."""
        shift = PASTS.index(past)
        last = now - timedelta(hours=2) - 7 * shift * MINUTE
        ages = reversed(range(len(past.decisions)))
        return [
            _Piece(
                last - age * APART,
                past,
                work,
                letter,
                (self.reviewers[(age + shift) % 3], self.reviewers[(age + shift + 1) % 3]),
            )
            for age, work, letter in zip(ages, past.works, past.decisions, strict=True)
        ]

    # --- one piece

    def _live_one(self, piece: _Piece) -> None:
        is_right = piece.letter == "a"
        item = self._hand_in(piece, piece.work.completion if is_right else piece.work.slip, piece.at - 240 * MINUTE)
        {
            "a": self._accept,
            "e": self._edit,
            "r": self._rework,
            "o": self._return,
            "j": self._reject,
        }[piece.letter](piece, item)

    def _hand_in(self, piece: _Piece, completion: str, at: datetime) -> Item:
        author = self.people[piece.past.name]
        with turned_to(at - 20 * MINUTE):
            if piece.work.source:
                store(self.project, self.cells[piece.past.cell], piece.work.source, self.lead)
            assignment = handing_out.start_next(desk_of(author, self.project.slug), Stage.WRITING, another=True)
        return self._submit(assignment, Written.of(piece.work.prompt, completion), at)

    def _submit(self, assignment: Assignment, written: Written, at: datetime) -> Item:
        with turned_to(at):
            item = writing.submit(
                person=assignment.person,
                item_id=assignment.item_id,
                token=str(assignment.token),
                written=written,
                signals=signals_of(written),
            )
            checking.check_item(item.pk)
        return item

    def _judge(self, piece: _Piece, item: Item, reviewer: User, verdict: Verdict, at: datetime) -> None:
        with turned_to(at - 5 * MINUTE):
            assignment = review_of(item, reviewer)
        score = {Verdict.ACCEPT: 5, Verdict.REJECT: 2}.get(verdict, 3)
        judgement = Judgement(
            verdict,
            dict.fromkeys(CRITERIA, score) | {"safety": 5},
            reasons=[] if verdict == Verdict.ACCEPT else [piece.past.reason],
            note="" if verdict == Verdict.ACCEPT else piece.past.remark,
        )
        with turned_to(at):
            reviewing.judge(person=reviewer, item_id=item.pk, token=str(assignment.token), judgement=judgement)

    def _accept(self, piece: _Piece, item: Item) -> None:
        for reviewer, before in zip(piece.reviewers, (120, 0), strict=True):
            self._judge(piece, item, reviewer, Verdict.ACCEPT, piece.at - before * MINUTE)

    def _reject(self, piece: _Piece, item: Item) -> None:
        for reviewer, before in zip(piece.reviewers, (120, 0), strict=True):
            self._judge(piece, item, reviewer, Verdict.REJECT, piece.at - before * MINUTE)

    def _return(self, piece: _Piece, item: Item) -> None:
        self._judge(piece, item, piece.reviewers[0], Verdict.RETURN, piece.at - 180 * MINUTE)

    def _rework(self, piece: _Piece, item: Item) -> None:
        self._return(piece, item)
        author = self.people[piece.past.name]
        at = piece.at - 130 * MINUTE
        with turned_to(at):
            assignment = handing_out.take_back(desk_of(author, self.project.slug), item.pk)
        self._submit(assignment, Written.of(piece.work.prompt, piece.work.completion), at + 5 * MINUTE)
        self._accept(piece, item)

    def _edit(self, piece: _Piece, item: Item) -> None:
        first, second = piece.reviewers
        self._judge(piece, item, first, Verdict.ACCEPT, piece.at - 120 * MINUTE)
        self._judge(piece, item, second, Verdict.EDIT, piece.at - 60 * MINUTE)
        with turned_to(piece.at):
            desk = desk_of(self.editor, self.project.slug)
            assignment = handing_out.open_item(desk, item.pk, Stage.EDITING)
            edit = editing.Edit(Written.of(piece.work.prompt, piece.work.completion), meaning_changed=False)
            editing.finish(person=self.editor, item_id=item.pk, token=str(assignment.token), edit=edit)
            checking.check_item(item.pk)
