"""A project with something on every page: items in every state, long texts in four languages, long names, threads."""

from hashlib import sha256

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation import editing, handing_out, jobs, reviewing, writing
from annotation.demo import payments
from annotation.models import Assignment, Cell, Clause, Context, EditHunk, Guideline, Invitation, Item, Job, Verdict
from annotation.onboarding import inviting
from annotation.reviewing import Judgement, Remark
from annotation.rubric import CRITERIA
from annotation.texts import Written
from annotation.workflow import Stage
from tests import learned, transfer
from tests.factories import Cast, admit, cell, desk, fresh, member, user
from tests.functional import called, found, routed, said, standings, varied

GERMAN_SOURCE = (
    "Die Rechtsschutzversicherung gewährt dem Versicherungsnehmer nach Eintritt eines Versicherungsfalles "
    "Anspruch auf Deckungsschutz. Der Versicherer ist berechtigt, den Deckungsschutz abzulehnen, wenn die "
    "Wahrnehmung der rechtlichen Interessen keine hinreichende Aussicht auf Erfolg bietet oder mutwillig "
    "erscheint. Die Ablehnung ist dem Versicherungsnehmer unverzüglich schriftlich mitzuteilen und zu begründen.\n\n"
    "Mit der Mitteilung über die Ablehnung ist der Versicherungsnehmer darauf hinzuweisen, dass er die Einleitung"
    " eines Schiedsgutachterverfahrens verlangen kann. Unterbleibt der Hinweis, gilt das Rechtsschutzbedürfnis im"
    " einzelnen Fall als anerkannt. Die Kosten des Verfahrens trägt der Versicherer, soweit der Schiedsgutachter "
    "feststellt, dass die Leistungsverweigerung ganz oder teilweise unberechtigt war."
)
GERMAN_PROMPT = (
    "Fasse den Abschnitt über die Ablehnung des Deckungsschutzes in drei Sätzen zusammen und nenne dabei, welche "
    "Folge ein unterbliebener Hinweis auf das Schiedsgutachterverfahren hat."
)
GERMAN_COMPLETION = (
    "Der Versicherer darf den Deckungsschutz ablehnen, wenn die Rechtsverfolgung keine hinreichende Aussicht auf "
    "Erfolg hat oder mutwillig erscheint; er muss dies unverzüglich schriftlich mitteilen und begründen. Zugleich"
    " muss er darauf hinweisen, dass der Versicherungsnehmer ein Schiedsgutachterverfahren verlangen kann. Fehlt "
    "dieser Hinweis, gilt das Rechtsschutzbedürfnis im konkreten Fall als anerkannt, auch wenn die "
    "Rechtsschutzversicherungsgesellschaft die Ablehnung im Übrigen ordnungsgemäß begründet hat."
)
FINNISH_PROMPT = (
    "Potilas kysyy, saako hän ottaa tulehduskipulääkettä verenpainelääkityksen aikana. Mitä lääkärin tulee "
    "selvittää ennen vastaamista, ja miten hän perustelee suosituksensa?"
)
FINNISH_COMPLETION = (
    "Lääkärin tulee ensin selvittää, mitä verenpainelääkettä potilas käyttää, millainen hänen munuaistoimintansa "
    "on ja onko hänellä ollut sydämen vajaatoimintaa. Tulehduskipulääkkeet voivat heikentää verenpainelääkkeiden "
    "tehoa ja yhdessä nesteenpoistolääkkeen kanssa lisätä munuaisvaurion riskiä.\n\n"
    "Lyhytaikainen käyttö on usein mahdollista, kun munuaistoiminta on normaali ja verenpainetta seurataan "
    "kotona. Epäjärjestelmällistyttämättömyydelläänsäkäänköhän-tyyppiset pitkät sanat eivät saa rikkoa sivun "
    "taittoa. Jos potilaalla on munuaisten vajaatoiminta, suositellaan parasetamolia ja vastaanottokäyntiä."
)
ENGLISH_LONG = (
    "The controller must answer an access request within one month of receiving it. It may extend this period by "
    "two further months where that is necessary because of the complexity and number of the requests, but it has "
    "to inform the person of the extension, together with the reasons for the delay, before the first month has "
    "ended.\n\n"
    "If the controller does not act, it must say so without delay and at the latest within one month, give its "
    "reasons, and point to the possibility of lodging a complaint with a supervisory authority and of seeking a "
    "judicial remedy. A late answer is therefore justified only if three conditions are met:\n\n"
    "1. the request is complex, or the same person has made several;\n"
    "2. the extension was announced within the first month;\n"
    "3. the announcement named the reasons that made it necessary.\n\n"
    "Lack of staff is not such a reason, because the controller has to organize itself so that it can meet its "
    "duties."
)
LONG_NAME = "Rechtsschutzversicherungsbedingungen and other long names, order 2026-11 for a client with patience"
LONG_EMAIL = "somebody.with.a.remarkably.long.address@department-of-insurance-law.university.example.org"


class Filled:
    """`people` by who they are on a page; items by what they show."""

    def __init__(self, slug: str = "filled") -> None:
        self.cast = Cast(slug, target=12, name=LONG_NAME, client_name="A client with a name of some length, Ltd.")
        self.project = self.cast.project
        self._set_up()
        self.accepted = self._at_end("accept", "accept")
        self.rejected = self._at_end("reject", "reject")
        self.appealed = said.appeal(self.cast, self._at_end("reject", "reject"))
        self.disputed = self._at_end("accept", "reject")
        self.adjudicated = self.cast.start(self.cast.other_editor, Stage.ADJUDICATION)
        self.edited = self._edited()
        self.in_editing = self._in_editing()
        self.rereview = self._rereview()
        self.review = self._german_review()
        self.waiting = self._write("fi", FINNISH_PROMPT, FINNISH_COMPLETION)
        self.returned = self._returned()
        self.revising = handing_out.take_back(desk(self.cast.other_author, self.project), self.returned.pk)
        self.set_aside = self._set_aside()
        self.writing = self._draft()
        self.secret = ""
        self._invite()
        self._transfer()
        self.noisy = found.NOISY
        found.fill(self.project, self.cast.manager, self.cast.reviewers[0])
        varied.fill(self.project, self.cast.manager, self.cast.cell)
        routed.fill(self.cast.manager, self.inference)
        self.called = called.fill(self.project, self.cast.manager)
        self.standings = standings.fill(self.project, self.cast.manager)
        payments.fill(self.project, self.cast.manager)
        self.thread = said.fill(self.cast, self.rejected, self.edited)
        self.learned = learned.fill(
            self.project, self.cast.cell, by=self.cast.editor, person=self.authors["fi"], other=self.authors["de"]
        )

    @property
    def people(self) -> dict[str, User]:
        cast = self.cast
        return {
            "expert": cast.author,
            "other expert": cast.other_author,
            "german expert": self.authors["de"],
            "finnish expert": self.authors["fi"],
            "slipping expert": self.standings.slipping,
            "beginner": self.standings.beginner,
            "reviewer": cast.reviewers[1],
            "re-reviewer": cast.reviewers[0],
            "editor": cast.editor,
            "adjudicator": cast.other_editor,
            "manager": cast.manager,
            "client": cast.client,
            "outsider": cast.outsider,
            "applicant half-way": self.called.half.user,
            "applicant waiting": self.called.sent.user,
            "applicant admitted": self.called.admitted.user,
            "staff": self.staff,
        }

    # --- set-up

    def _set_up(self) -> None:
        cells = {
            "de": cell(self.project, language="de", domain="law", skill="summarization", target=40, brief=BRIEF),
            "fi": cell(self.project, language="fi", domain="medicine", skill="open_qa", target=25),
        }
        cell(self.project, language="en", domain="finance", skill="extraction", target=30, format="json")
        self.inference = cell(self.project, language="de", domain="finance", skill="inference", target=0)
        self.authors = {code: member(self.project, f"expert-{code}", Role.EXPERT, admitted=False) for code in cells}
        for code, one in cells.items():
            admit(self.authors[code], one)
            for person in [*self.cast.reviewers, self.cast.editor, self.cast.other_editor]:
                admit(person, one)
        self.cells: dict[str, Cell] = cells
        self.staff = user("staff-1")
        User.objects.filter(pk=self.staff.pk).update(is_staff=True)
        self._guideline()
        for number in range(2):
            self._context(cells["de"], f"{GERMAN_SOURCE}\n\n(Fassung {number + 1})")

    def _guideline(self) -> None:
        guideline = Guideline.objects.create(project=self.project, introduction="Write for a colleague.\n\nBe *exact*.")
        self.clause = Clause.objects.create(
            guideline=guideline,
            code="GEN-1",
            title="Name the rule before you apply it",
            body="Say **which** rule decides, then what follows from it.",
            good_example="Under the first rule, a late answer needs a reason.",
            bad_example="It depends.",
        )
        Clause.objects.create(guideline=guideline, code="GEN-2", title="No more than is asked", position=2)

    def _context(self, of: Cell, text: str) -> Context:
        return Context.objects.create(
            project=self.project,
            cell=of,
            text=text,
            title="Allgemeine Bedingungen für die Rechtsschutzversicherung, Musterfassung",
            url="https://bibliothek.example.org/versicherungsrecht/rechtsschutzversicherungsbedingungen/musterfassung#a18",
            author="Verband der Beispielversicherer",
            licence="CC-BY-4.0",
            jurisdiction="DE",
            retrieved_on=timezone.now().date(),
            sha256=sha256(text.encode()).hexdigest(),
            added_by=self.cast.manager,
        )

    # --- items, one after another, so that each is alone in its queue

    def _at_end(self, *verdicts: str) -> Item:
        item = self.cast.write()
        for reviewer, verdict in zip(self.cast.reviewers, verdicts, strict=False):
            item = self.cast.judge(item, reviewer, verdict)
        return item

    def _edited(self) -> Item:
        """Edited with a changed meaning, approved by one more, thanked for in part."""
        item = self.cast.judge(self.cast.write(), self.cast.reviewers[0], "edit")
        completion = ENGLISH_LONG.replace("one month", "four weeks").replace("Lack of staff", "A shortage of staff")
        item = self.cast.edit(item, completion=completion, meaning_changed=True)
        item = self.cast.judge(item, self.cast.reviewers[1], "accept")
        hunk = EditHunk.objects.filter(item=item).first()
        assert hunk is not None
        editing.respond(person=self.cast.author, revision_id=hunk.revision_id, hunk_ids=[hunk.pk], thanks=True, note="")
        return item

    def _in_editing(self) -> Assignment:
        item = self._write("en", "Explain when a late answer to an access request is justified.", ENGLISH_LONG)
        self._judge(item, self.cast.reviewers[0], "edit", "Too long for what was asked, and the list repeats it.")
        return self.cast.start(self.cast.editor, Stage.EDITING)

    def _rereview(self) -> Assignment:
        item = self._write("en", "Which reasons justify a late answer to an access request?", ENGLISH_LONG)
        item = self._judge(item, self.cast.reviewers[0], "return", "The list says the same as the text above it.")
        shorter = ENGLISH_LONG.split("A late answer")[0] + "Lack of staff never justifies a delay."
        self.cast.rework(item, Written.of("Which reasons justify a late answer to an access request?", shorter))
        return self.cast.start(self.cast.reviewers[0], Stage.REVIEW)

    def _german_review(self) -> Assignment:
        self._write("de", GERMAN_PROMPT, GERMAN_COMPLETION)
        return self.cast.start(self.cast.reviewers[1], Stage.REVIEW)

    def _returned(self) -> Item:
        """By a reviewer who is admitted to English only, so that the Finnish item stays where it is."""
        item = self._write("other", "What must an extension of the period say, and when?", ENGLISH_LONG)
        reviewer = member(self.project, "reviewer-en", Role.REVIEWER, admitted=False)
        admit(reviewer, self.cast.cell)
        return self._judge(item, reviewer, "return", "Point 2 says nothing about when the month begins.")

    def _set_aside(self) -> Item:
        person = self.authors["fi"]
        assignment = self.cast.start(person)
        self._save(assignment, FINNISH_PROMPT, "Kesken jäänyt vastaus, joka jatkuu myöhemmin.")
        return handing_out.hand_back(
            desk(person, self.project), assignment.item_id, str(assignment.token), "no_time: tomorrow"
        )

    def _draft(self) -> Assignment:
        assignment = self.cast.start(self.authors["de"])
        self._save(
            assignment, GERMAN_PROMPT, f"{GERMAN_COMPLETION}  Als KI-Modell kann ich keine Rechtsberatung geben."
        )
        return assignment

    def _save(self, assignment: Assignment, prompt: str, completion: str) -> None:
        writing.save_draft(
            person=assignment.person,
            item=assignment.item,
            token=str(assignment.token),
            version=0,
            written=Written.of(prompt, completion),
            signals={},
        )

    def _write(self, who: str, prompt: str, completion: str) -> Item:
        author = {"en": self.cast.author, "other": self.cast.other_author}.get(who) or self.authors[who]
        return self.cast.write(author, Written.of(prompt, completion))

    def _judge(self, item: Item, reviewer: User, verdict: str, note: str) -> Item:
        assignment = self.cast.review_of(item, reviewer)
        assert item.current is not None
        quote = "one month"
        start = item.current.completion.index(quote)
        remark = Remark("factually_wrong", "completion", start, start + len(quote), "From when is it counted?")
        scores = {name: 2 + number % 4 for number, name in enumerate(CRITERIA)}
        judgement = Judgement(Verdict(verdict), scores, ["too_long", "incomplete"], note, [remark])
        reviewing.judge(person=reviewer, item_id=item.pk, token=str(assignment.token), judgement=judgement)
        return fresh(item)

    def _invite(self) -> None:
        def link_of(secret: str) -> str:
            self.secret = secret
            return f"https://example.org/join/{secret}/"

        inviting.invite(desk(self.cast.manager, self.project), [LONG_EMAIL], [Role.EXPERT, Role.REVIEWER], link_of)
        assert Invitation.objects.filter(project=self.project).exists()

    def _transfer(self) -> None:
        """An upload to map, an import with bad rows, one that failed for them, one that waits, and an export."""
        rows = transfer.context_rows(3) + transfer.context_rows(2, licence="all-rights-reserved-and-a-long-name")
        bad = [*rows, {"text": "", "language": "tlh"}, {"text": GERMAN_SOURCE, "language": "de", "domain": "astrology"}]
        content = transfer.json_lines(bad)
        kind = Job.Kind.IMPORT_CONTEXTS
        name = "contexts-of-the-insurance-law-library-with-a-long-file-name-2026-11-22.jsonl"
        self.job_ready = transfer.prepared(self.cast, kind, content, name=name)
        self.job_done = transfer.run(transfer.prepared(self.cast, kind, content, name=name))
        self.job_failed = transfer.run(transfer.prepared(self.cast, kind, content, all_or_nothing=True))
        self.job_waiting = transfer.prepared(self.cast, kind, content, name=name)
        jobs.queue(self.job_waiting)
        export = Job(project=self.project, kind=Job.Kind.EXPORT, created_by=self.cast.manager, file_name="filled.jsonl")
        export.parameters = {"packed": False}
        self.job_exported = transfer.run(export)


BRIEF = "Three sentences, in the words of the *source*. Name what follows when a duty is missed."
