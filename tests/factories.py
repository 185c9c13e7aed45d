"""People, projects and items for tests. Items reach their state through the real stage functions, so that no test
stands on something that cannot happen."""

from itertools import count
from typing import Any

from accounts.models import User
from accounts.roles import Role
from annotation import checking, editing, handing_out, reviewing, writing
from annotation.access import Desk, desk_of
from annotation.fairness import appealing
from annotation.models import Assignment, Cell, Item, Membership, Project, Verdict
from annotation.places import open_cell
from annotation.reviewing import Judgement
from annotation.rubric import CRITERIA
from annotation.texts import Written
from annotation.workflow import Stage, State
from catalog.models import Domain, Language
from catalog.skills import Skill
from catalog.vocabulary import load_vocabulary
from experts.qualifications import qualify

PASSWORD = "correct horse battery"
_numbers = count(1)

PROMPT = "Which duties does a controller have when it answers an access request late, and how can it justify the delay?"
COMPLETION = (
    "The controller must answer within one month. It may extend this by two further months where the request is "
    "complex, but it has to tell the person so, with reasons, before the first month has ended."
)


def user(name: str, *, admitted_to: list[Cell] | None = None) -> User:
    person = User.objects.filter(email=f"{name}@example.org").first()
    if person is None:
        person = User.objects.create_user(f"{name}@example.org", PASSWORD, name=name)
    for cell in admitted_to or []:
        admit(person, cell)
    return person


def admit(person: User, cell: Cell) -> None:
    skills = list(Skill)
    qualify(person, language=cell.language, domain=cell.domain, skills=skills)


def member(project: Project, name: str, *roles: Role, admitted: bool = True) -> User:
    person = user(name, admitted_to=list(project.cells.all()) if admitted else [])
    for role in roles:
        Membership.objects.get_or_create(project=project, user=person, role=role)
    return person


def project(slug: str = "order-1", **settings: Any) -> Project:
    load_vocabulary()
    defaults = {"name": slug.replace("-", " ").capitalize(), "spot_check_percent": 0}
    return Project.objects.create(slug=slug, **(defaults | settings))


def cell(
    of: Project, *, language: str = "en", domain: str = "law", skill: str = "open_qa", target: int = 10, **bounds: Any
) -> Cell:
    new = Cell(
        project=of,
        language=Language.objects.get(pk=language),
        domain=Domain.objects.get(pk=domain),
        skill=skill,
        **({"completion_min": 5} | bounds),
    )
    return open_cell(new, target)


def desk(person: User, of: Project) -> Desk:
    return desk_of(person, of.slug)


def texts(prompt: str = PROMPT, completion: str = COMPLETION) -> Written:
    """A pair that passes the checks; the number keeps two of them from being the same."""
    return Written.of(f"{prompt} (Case {next(_numbers)}.)", completion)


class Cast:
    """A project with one of each role (three reviewers) and one cell, and what each of them does in tests."""

    def __init__(self, slug: str = "order-1", *, target: int = 10, **settings: Any) -> None:
        self.project = project(slug, **settings)
        self.cell = cell(self.project, target=target)
        self.author = member(self.project, "expert-en-law", Role.EXPERT)
        self.other_author = member(self.project, "expert-en-tax", Role.EXPERT)
        self.reviewers = [member(self.project, f"reviewer-{n}", Role.REVIEWER) for n in (1, 2, 3)]
        self.editor = member(self.project, "editor-1", Role.EDITOR)
        self.other_editor = member(self.project, "editor-2", Role.EDITOR)
        self.manager = member(self.project, "manager-1", Role.MANAGER)
        self.client = member(self.project, "client-1", Role.CLIENT)
        self.outsider = user("outsider")

    def start(self, person: User, stage: Stage = Stage.WRITING) -> Assignment:
        return handing_out.start_next(desk(person, self.project), stage)

    def submit(self, assignment: Assignment, written: Written | None = None) -> Item:
        return writing.submit(
            person=assignment.person,
            item_id=assignment.item_id,
            token=str(assignment.token),
            written=written or texts(),
            signals={},
        )

    def write(self, author: User | None = None, written: Written | None = None) -> Item:
        """Claims, submits, and lets the checks run as the worker would."""
        item = self.submit(self.start(author or self.author), written)
        checking.check_item(item.pk)
        return fresh(item)

    def judge(
        self, item: Item, reviewer: User, verdict: str, *, note: str = "The second claim has no source.", **more: Any
    ) -> Item:
        assignment = self.review_of(item, reviewer)
        reasons = [] if verdict == Verdict.ACCEPT else ["factually_wrong"]
        judgement = Judgement(
            Verdict(verdict), scores=dict.fromkeys(CRITERIA, 4), **({"reasons": reasons, "note": note} | more)
        )
        reviewing.judge(person=reviewer, item_id=item.pk, token=str(assignment.token), judgement=judgement)
        return fresh(item)

    def review_of(self, item: Item, reviewer: User) -> Assignment:
        """The queue's own choice; the test's project must hold no other item for this reviewer."""
        assignment = self.start(reviewer, Stage.REVIEW)
        assert assignment.item_id == item.pk, "another item was first in the queue"
        return assignment

    def rework(self, item: Item, written: Written | None = None) -> Item:
        assignment = handing_out.take_back(desk(item.author, self.project), item.pk)  # type: ignore[arg-type]
        for comment in writing.open_comments(item):
            writing.answer_comment(person=item.author, comment_id=comment.pk, done=True, reply="")  # type: ignore[arg-type]
        self.submit(assignment, written)
        checking.check_item(item.pk)
        return fresh(item)

    def edit(
        self,
        item: Item,
        editor: User | None = None,
        *,
        completion: str | None = None,
        meaning_changed: bool = False,
    ) -> Item:
        """With no completion given the text is kept as it is."""
        editor = editor or self.editor
        assignment = self.start(editor, Stage.EDITING)
        assert assignment.item_id == item.pk, "another item was first in the queue"
        assert item.current is not None
        edit = editing.Edit(
            Written.of(item.current.prompt, completion or item.current.completion), meaning_changed=meaning_changed
        )
        editing.finish(person=editor, item_id=item.pk, token=str(assignment.token), edit=edit)
        checking.check_item(item.pk)
        return fresh(item)

    def adjudicate(self, item: Item, decision: str, editor: User | None = None, *, ending: str = "") -> Item:
        """An appeal ends as the decision says, unless another `ending` is given."""
        editor = editor or self.other_editor
        if item.appealed and not ending:
            ending = "upheld" if decision == "reject" else "overturned"
        assignment = self.start(editor, Stage.ADJUDICATION)
        editing.adjudicate(
            person=editor,
            item_id=item.pk,
            token=str(assignment.token),
            decision=decision,  # type: ignore[arg-type]
            cause="subjective",
            note="Both have a point; the guideline decides.",
            ending=ending,
        )
        return fresh(item)

    def appeal(
        self, item: Item, by: User | None = None, argument: str = "The source is named in the last line."
    ) -> Item:
        """By its author, unless somebody else is named."""
        by = by or item.author
        assert by is not None
        reason = next(iter(appealing.disputable_reasons(item)), "")
        appealing.appeal(desk(by, self.project), item.pk, reason=reason, argument=argument)
        return fresh(item)

    def item_at(self, state: State) -> Item:
        """A new item in this state, by the shortest real way."""
        return getattr(self, f"_to_{state.value}")()  # type: ignore[no-any-return]

    def _to_writing(self) -> Item:
        return self.start(self.author).item

    def _to_set_aside(self) -> Item:
        assignment = self.start(self.author)
        return handing_out.hand_back(desk(self.author, self.project), assignment.item_id, str(assignment.token), "x")

    def _to_checking(self) -> Item:
        return self.submit(self.start(self.author))

    def _to_in_review(self) -> Item:
        return self.write()

    def _to_returned(self) -> Item:
        return self.judge(self.write(), self.reviewers[0], "return")

    def _to_in_editing(self) -> Item:
        return self.judge(self.write(), self.reviewers[0], "edit")

    def _to_accepted(self) -> Item:
        return self.judge(self.judge(self.write(), self.reviewers[0], "accept"), self.reviewers[1], "accept")

    def _to_rejected(self) -> Item:
        return self.judge(self.judge(self.write(), self.reviewers[0], "reject"), self.reviewers[1], "reject")

    def _to_disputed(self) -> Item:
        return self.judge(self.judge(self.write(), self.reviewers[0], "accept"), self.reviewers[1], "reject")


def fresh(item: Item) -> Item:
    return Item.objects.select_related("cell", "current", "project", "author", "context").get(pk=item.pk)
