"""Fills the demo project: every item comes to its state through the real stage functions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import cycle, islice

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation import checking, editing, handing_out, reviewing, writing
from annotation.access import desk_of
from annotation.demo import applicants, crowd, known_cases, lessons, objections, payments
from annotation.demo.clock import turned_to
from annotation.demo.english import ENGLISH
from annotation.demo.german import GERMAN
from annotation.demo.guideline import INTRODUCTION, RULES
from annotation.demo.hands import review_of, signals_of, store
from annotation.demo.texts import CellPlan, Flaw, Pair, Source
from annotation.models import (
    Adjudication,
    Assignment,
    Cell,
    Clause,
    Guideline,
    Item,
    Membership,
    Place,
    Project,
    Verdict,
)
from annotation.places import open_cell
from annotation.reasons import DisputeCause, SkipReason
from annotation.reviewing import Judgement, Remark
from annotation.rubric import CRITERIA
from annotation.texts import Written
from annotation.workflow import Stage
from catalog.models import Domain, Language
from catalog.skills import Skill
from catalog.vocabulary import load_vocabulary
from experts.models import Qualification
from experts.qualifications import qualify

SLUG = "sft-demo"
CELLS: tuple[CellPlan, ...] = (*ENGLISH, *GERMAN)
PEOPLE: dict[str, tuple[str, Role]] = {
    "expert": ("expert-en-law", Role.EXPERT),
    "expert-2": ("expert-en-finance", Role.EXPERT),
    "expert-3": ("expert-de-law", Role.EXPERT),
    "expert-4": ("expert-de-medicine", Role.EXPERT),
    "reviewer": ("reviewer-1", Role.REVIEWER),
    "reviewer-2": ("reviewer-2", Role.REVIEWER),
    "reviewer-3": ("reviewer-3", Role.REVIEWER),
    "editor": ("editor-1", Role.EDITOR),
    "editor-2": ("editor-2", Role.EDITOR),
    "manager": ("manager-1", Role.MANAGER),
    "client": ("client-1", Role.CLIENT),
}
LANGUAGES_OF = {"expert": ["en"], "expert-2": ["en"], "expert-3": ["de"], "expert-4": ["de"]}

# The project is a month old: its further experts have worked in it since (crowd.py).
AGE = timedelta(days=32)

# Items that stay in review come after those that leave it, so that the queue gives reviewers the one that is meant.
LAST = ("one_accept", "first_reject", "reworked", "edited_meaning", "waiting")


def address(person: str) -> str:
    return f"{person}@demo.example"


def exists() -> bool:
    return Project.objects.filter(slug=SLUG).exists()


@transaction.atomic
def seed(password: str, items: int | None = None) -> Project:
    """All or nothing, so that a start that was killed half-way seeds again. With fewer items than are written for it
    there are no further experts."""
    load_vocabulary()
    now = timezone.now()
    jobs = list(_jobs(items))
    with turned_to(now - AGE):
        project, people = _begin(password)
        cells = [_open(project, plan) for plan in CELLS]
    # Their default is the clock itself, which cannot be turned.
    Place.objects.filter(cell__project=project).update(ready_at=project.created_at)
    applicants.seed(project, people["manager"], now)
    demo = _Demo(project, people, cells)
    further = crowd.Crowd(project, cells, demo.reviewers, people["manager"], people["editor"]) if _all(items) else None
    if further:
        further.live(now)
    demo.run(jobs)
    _leave_contexts(demo)
    with turned_to(project.created_at):
        _admit_everybody(demo)
    lessons.fill(project, people)
    known_cases.fill(project, people["manager"])
    objections.fill(project, people)
    if further:
        further.measure(timezone.now())
    payments.fill(project, people["manager"])
    project.spot_check_percent, project.open_cap = 10, 8
    project.save(update_fields=["spot_check_percent", "open_cap"])
    return project


def _begin(password: str) -> tuple[Project, dict[str, User]]:
    project = Project.objects.create(
        slug=SLUG, name="SFT demo", client_name="Demo client", spot_check_percent=0, open_cap=500
    )
    # Everybody has the same, and hashing it is slow on purpose.
    hashed = make_password(password)
    people = {key: _person(project, key, hashed) for key in PEOPLE}
    _write_guideline(project)
    return project, people


def _person(project: Project, key: str, hashed: str) -> User:
    name, role = PEOPLE[key]
    person = User.objects.filter(email=address(key)).first()
    if person is None:
        person = User.objects.create(email=address(key), password=hashed, name=name, is_staff=role == Role.MANAGER)
    Membership.objects.create(project=project, user=person, role=role)
    return person


def _write_guideline(project: Project) -> None:
    guideline = Guideline.objects.create(project=project, introduction=INTRODUCTION)
    for position, rule in enumerate(RULES):
        Clause.objects.create(
            guideline=guideline,
            code=rule.code,
            title=rule.title,
            body=rule.body,
            good_example=rule.good,
            bad_example=rule.bad,
            skill=rule.skill,
            position=position,
        )


def _open(project: Project, plan: CellPlan) -> Cell:
    cell = Cell(
        project=project,
        language=Language.objects.get(pk=plan.language),
        domain=Domain.objects.get(pk=plan.domain),
        skill=plan.skill,
        format=plan.format,
        brief=plan.brief,
        completion_min=4,
        completion_max=400,
    )
    return open_cell(cell, plan.target)


@dataclass(frozen=True)
class _Job:
    """A pair to be written and what becomes of it."""

    cell: int
    pair: Pair
    source: Source | None


def _written() -> list[_Job]:
    return [
        _Job(number, pair, plan.sources[position] if plan.sources else None)
        for number, plan in enumerate(CELLS)
        for position, pair in enumerate(plan.pairs)
    ]


def _all(items: int | None) -> bool:
    return items is None or items >= len(_written()) + crowd.ITEMS


def _jobs(items: int | None) -> Iterator[_Job]:
    """The pairs as written, then variants of the accepted ones up to the number wanted."""
    jobs = _written()
    yield from jobs[:items]
    wanted = (items or 0) - (crowd.ITEMS if _all(items) else 0)
    free = [job for job in jobs if job.pair.fate == "accepted" and job.source is None]
    for number, job in enumerate(islice(cycle(free), max(0, wanted - len(jobs))), start=2):
        yield replace(job, pair=replace(job.pair, prompt=f"{job.pair.prompt} (Case {number})"))


class _Demo:
    def __init__(self, project: Project, people: dict[str, User], cells: list[Cell]) -> None:
        self.project, self.people, self.cells = project, people, cells
        self.reviewers = [people["reviewer"], people["reviewer-2"], people["reviewer-3"]]
        self.admitted: dict[int, int] = {}
        self.clauses = list(Clause.objects.filter(guideline__project=project))
        self.fates: dict[str, Callable[[Item, Pair], None]] = {
            "waiting": lambda _item, _pair: None,
            "bounced": lambda _item, _pair: None,
            "one_accept": self.one_accept,
            "first_reject": self.first_reject,
            "accepted": self.accepted,
            "returned": self.returned,
            "reworked": self.reworked,
            "in_editing": self.in_editing,
            "edited": self.edited,
            "edited_meaning": self.edited_meaning,
            "kept": self.kept,
            "disputed": self.disputed,
            "rejected": self.rejected,
        }

    def run(self, jobs: list[_Job]) -> None:
        """Everything is claimed first: what comes back to an author would go before new work."""
        written = [(self.write(job), job) for job in jobs]
        for item, job in sorted(written, key=_stays_in_review):
            if job.pair.fate in self.fates:
                checking.check_item(item.pk)
                self.fates[job.pair.fate](item, job.pair)
        for item, job in written:
            if job.pair.fate == "set_aside":
                token = str(item.assignments.get(ended_at=None).token)
                desk = desk_of(self.people[job.pair.author], SLUG)
                handing_out.hand_back(desk, item.pk, token, SkipReason.NO_TIME)

    # --- Hands ---

    def start(self, person: User, cell: Cell, stage: Stage) -> Assignment:
        self.admit_only(person, cell)
        return handing_out.start_next(desk_of(person, SLUG), stage, another=True)

    def admit_only(self, person: User, cell: Cell) -> None:
        """The queue gives what this person is admitted to; for this moment that is one cell."""
        if self.admitted.get(person.pk) != cell.pk:
            Qualification.objects.filter(user=person).delete()
            qualify(person, language=cell.language, domain=cell.domain, skills=[cell.skill])
            self.admitted[person.pk] = cell.pk

    def write(self, job: _Job) -> Item:
        cell, author = self.cells[job.cell], self.people[job.pair.author]
        if job.source:
            store(self.project, cell, job.source, self.people["manager"])
        assignment = self.start(author, cell, Stage.WRITING)
        written = Written.of(job.pair.prompt, job.pair.completion)
        token, signals = str(assignment.token), signals_of(written)
        if job.pair.fate in ("writing", "set_aside"):
            writing.save_draft(
                person=author, item=assignment.item, token=token, version=0, written=written, signals=signals
            )
            return assignment.item
        return writing.submit(person=author, item_id=assignment.item_id, token=token, written=written, signals=signals)

    def judge(self, item: Item, reviewer: User, verdict: Verdict, flaw: Flaw | None = None, note: str = "") -> None:
        self.admit_only(reviewer, item.cell)
        assignment = review_of(item, reviewer)
        score = 5 if verdict == Verdict.ACCEPT else 2 if verdict == Verdict.REJECT else 3
        scores = dict.fromkeys(CRITERIA, score) | {"safety": 5}
        remarks = [self.remark(item, flaw)] if flaw and verdict != Verdict.ACCEPT else []
        judgement = Judgement(verdict, scores, note=note, remarks=remarks)
        reviewing.judge(person=reviewer, item_id=item.pk, token=str(assignment.token), judgement=judgement)

    def remark(self, item: Item, flaw: Flaw) -> Remark:
        current = Item.objects.select_related("current").get(pk=item.pk).current
        assert current is not None
        start = current.completion.index(flaw.quote)
        clause = next((one for one in self.clauses if one.skill == item.cell.skill), self.clauses[2])
        return Remark(flaw.reason, "completion", start, start + len(flaw.quote), flaw.remark, clause.pk)

    def edit(self, item: Item, completion: str, *, meaning_changed: bool = False) -> None:
        editor = self.people["editor"]
        assignment = handing_out.open_item(desk_of(editor, SLUG), item.pk, Stage.EDITING)
        current = Item.objects.select_related("current").get(pk=item.pk).current
        assert current is not None
        edit = editing.Edit(Written.of(current.prompt, completion), meaning_changed=meaning_changed)
        editing.finish(person=editor, item_id=item.pk, token=str(assignment.token), edit=edit)
        checking.check_item(item.pk)

    # --- Fates ---

    def one_accept(self, item: Item, _pair: Pair) -> None:
        self.judge(item, self.reviewers[0], Verdict.ACCEPT)

    def first_reject(self, item: Item, pair: Pair) -> None:
        self.judge(item, self.reviewers[0], Verdict.REJECT, pair.flaw)

    def accepted(self, item: Item, _pair: Pair) -> None:
        for reviewer in self.pair_of_reviewers(item):
            self.judge(item, reviewer, Verdict.ACCEPT)

    def pair_of_reviewers(self, item: Item) -> list[User]:
        return [self.reviewers[(item.pk + step) % len(self.reviewers)] for step in range(2)]

    def returned(self, item: Item, pair: Pair) -> None:
        note = "Good otherwise; only this needs another look."
        self.judge(item, self.reviewers[0], Verdict.RETURN, pair.flaw, note)

    def reworked(self, item: Item, pair: Pair) -> None:
        self.returned(item, pair)
        assert pair.flaw is not None
        author = self.people[pair.author]
        assignment = handing_out.take_back(desk_of(author, SLUG), item.pk)
        for comment in writing.open_comments(item):
            writing.answer_comment(person=author, comment_id=comment.pk, done=True, reply="Mended, thank you.")
        written = Written.of(pair.prompt, _mended(pair))
        writing.submit(
            person=author, item_id=item.pk, token=str(assignment.token), written=written, signals=signals_of(written)
        )
        checking.check_item(item.pk)

    def in_editing(self, item: Item, pair: Pair) -> None:
        self.judge(item, self.reviewers[1], Verdict.EDIT, pair.flaw, "The content is right, the wording is not.")

    def edited(self, item: Item, pair: Pair) -> None:
        self.judge(item, self.reviewers[0], Verdict.ACCEPT)
        self.in_editing(item, pair)
        self.edit(item, _mended(pair))

    def edited_meaning(self, item: Item, pair: Pair) -> None:
        self.in_editing(item, pair)
        self.edit(item, _mended(pair), meaning_changed=True)

    def kept(self, item: Item, pair: Pair) -> None:
        self.judge(item, self.reviewers[0], Verdict.ACCEPT)
        self.in_editing(item, pair)
        self.edit(item, pair.completion)

    def disputed(self, item: Item, pair: Pair) -> None:
        self.judge(item, self.reviewers[0], Verdict.ACCEPT)
        self.judge(item, self.reviewers[1], Verdict.REJECT, pair.flaw)

    def rejected(self, item: Item, pair: Pair) -> None:
        """Through a dispute, so that the demo has a settled one."""
        self.disputed(item, pair)
        editor = self.people["editor-2"]
        assignment = handing_out.open_item(desk_of(editor, SLUG), item.pk, Stage.ADJUDICATION)
        editing.adjudicate(
            person=editor,
            item_id=item.pk,
            token=str(assignment.token),
            decision=Adjudication.Decision.REJECT,
            cause=DisputeCause.AUTHOR_ERROR,
            note="The prompt is no real request (GEN-1); editing cannot save it.",
        )


def _stays_in_review(written: tuple[Item, _Job]) -> int:
    fate = written[1].pair.fate
    return LAST.index(fate) + 1 if fate in LAST else 0


def _mended(pair: Pair) -> str:
    assert pair.flaw is not None
    return pair.completion.replace(pair.flaw.quote, pair.flaw.better)


def _leave_contexts(demo: _Demo) -> None:
    for plan, cell in zip(CELLS, demo.cells, strict=True):
        for source in plan.waiting:
            store(demo.project, cell, source, demo.people["manager"])


def _admit_everybody(demo: _Demo) -> None:
    """Experts to their language, reviewers and editors to both, all to every domain of the project."""
    domains = {cell.domain_id: cell.domain for cell in demo.cells}
    languages = {cell.language_id: cell.language for cell in demo.cells}
    working = [key for key, (_, role) in PEOPLE.items() if role not in (Role.MANAGER, Role.CLIENT)]
    Qualification.objects.filter(user__in=[demo.people[key] for key in working]).delete()
    Qualification.objects.bulk_create(
        Qualification(
            user=demo.people[key],
            language=languages[code],
            domain=domain,
            skills=sorted(skill.value for skill in Skill),
            native=key != "editor",
        )
        for key in working
        for code in LANGUAGES_OF.get(key, list(languages))
        for domain in domains.values()
    )
