"""The scripted people. Each is a thread with a browser of its own and decides by its own seeded dice."""

import json
import random
import re
import threading
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from accounts.models import User
from annotation.models import Item
from annotation.rehearsal.browsing import Form, Page, Tally, Visitor
from annotation.rehearsal.company import PASSWORD
from annotation.rehearsal.material import Material, Pair
from annotation.rubric import CRITERIA

# Who finds nothing looks again after a while, and after a longer one the next time.
FIRST_WAIT, LONGEST_WAIT = 1.0, 8.0
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")

# What a careless expert hands in; reviewers recognize it.
FLAWS = ("too short", "chatbot phrase", "beside the point")

FALLBACK = {
    "en": (
        "What does an editor read first in text number {n}?",
        "An editor reads the title of text number {n} first.",
    ),
    "fi": ("Mitä toimittaja katsoo ensin tekstissä numero {n}?", "Toimittaja lukee ensin tekstin numero {n} otsikon."),
}
BESIDE_THE_POINT = {
    "en": "This is an interesting question, and there are many different opinions about it among people everywhere.",
    "fi": "Tämä on kiinnostava kysymys, ja ihmisillä on siitä kaikkialla hyvin monenlaisia mielipiteitä.",
}


@dataclass
class Stage:
    """What all the people of a rehearsal share."""

    slug: str
    site: str
    material: Material
    careless_share: float
    tally: Tally = field(default_factory=Tally)
    over: threading.Event = field(default_factory=threading.Event)
    flaws: dict[int, str] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=dict)


class Person(threading.Thread):
    """Signs in and works until the rehearsal is over; any exception ends up in the tally."""

    stage_name = ""

    def __init__(self, user: User, stage: Stage, seed: int) -> None:
        super().__init__(name=user.name, daemon=True)
        self.user = user
        self.stage = stage
        self.dice = random.Random(f"{seed}:{user.name}")  # noqa: S311  (repeatable chance)
        self.visitor = Visitor(stage.site, stage.tally)
        self.patience = FIRST_WAIT

    def run(self) -> None:
        try:
            self.visitor.sign_in(self.user.email, PASSWORD)
            while not self.stage.over.is_set():
                self.work_once()
        except Exception as error:
            self.stage.tally.errors.append(f"{self.name}: {type(error).__name__}: {error}")
        finally:
            connection.close()

    def work_once(self) -> None:
        if self.handle(self.press_start()):
            self.patience = FIRST_WAIT
            return
        self.stage.over.wait(self.patience * (0.5 + self.dice.random()))
        self.patience = min(LONGEST_WAIT, self.patience * 1.5)

    def press_start(self) -> Page:
        """Presses *Start next* on the home page of the stage."""
        home = self.visitor.get(f"/p/{self.stage.slug}/{self.home_path()}/", f"{self.stage_name} home")
        form = home.form(f"/start/{self.stage_name}/")
        if form is None:
            raise RuntimeError(f"no Start next on {home.url} ({home.status})")
        return self.visitor.post(form.action, form.fields, f"start {self.stage_name}")

    def home_path(self) -> str:
        return {"writing": "write", "review": "review", "editing": "edit"}[self.stage_name]

    def handle(self, page: Page) -> bool:
        raise NotImplementedError


def item_id_of(page: Page) -> int:
    found = re.search(r"/(?:write|review|edit|adjudicate)/(\d+)/", page.url)
    if not found:
        raise RuntimeError(f"not the page of an item: {page.url}")
    return int(found.group(1))


class Expert(Person):
    stage_name = "writing"

    def handle(self, page: Page) -> bool:
        form = page.form("/submit")
        if form is None:
            return False
        item_id = item_id_of(page)
        prompt, completion = self.compose(item_id)
        self.answer_remarks(page)
        version = self.type_in(page, form, prompt, completion)
        fields = {**form.fields, "prompt": prompt, "completion": completion, "version": version}
        self.visitor.post(form.action, fields, "submit")
        return True

    def compose(self, item_id: int) -> tuple[str, str]:
        """The first attempt is a pair of the data (or a flaw); what comes back is mended, at last by plain words."""
        attempt = self.stage.attempts.get(item_id, 0)
        self.stage.attempts[item_id] = attempt + 1
        item = _look_up(item_id)
        pair = self.pair_for(item)
        if attempt >= 2 or pair is None:
            return _plain_words(item, attempt)
        is_careless = attempt == 0 and self.is_careless()
        self.stage.flaws.pop(item_id, None)
        if not is_careless:
            return pair.prompt, pair.completion + ("" if attempt == 0 else "\n")
        flaw = self.dice.choice(FLAWS)
        self.stage.flaws[item_id] = flaw
        return pair.prompt, _spoilt(pair, flaw)

    def pair_for(self, item: "Looked") -> Pair | None:
        return self.stage.material.about(item.context) if item.context else self.stage.material.take(item.cell)

    def is_careless(self) -> bool:
        number = int(self.user.name.rsplit("-", 1)[1])
        often = number % 10 == 0  # every tenth person is careless as a habit
        return self.dice.random() < (min(1.0, self.stage.careless_share * 5) if often else self.stage.careless_share)

    def answer_remarks(self, page: Page) -> None:
        for form in page.reader.forms:
            if form.action.endswith("/answer"):
                self.visitor.post(form.action, {**form.fields, "done": "1", "reply": ""}, "answer remark")

    def type_in(self, page: Page, form: Form, prompt: str, completion: str) -> str:
        """Two autosaves on the way, as a typing person's page makes them."""
        version = form.fields.get("version") or page.attribute("data-version") or "0"
        for part in (completion[: len(completion) // 2], completion):
            body: dict[str, Any] = {
                "prompt": prompt,
                "completion": part,
                "version": int(version),
                "token": form.fields["token"],
                "signals": {"typed": len(part)},
            }
            answer = self.visitor.save(page.attribute("data-save-url"), body, "autosave")
            version = str(answer.json().get("version", version)) if answer.status_code == 200 else version
        return version


class Reviewer(Person):
    stage_name = "review"

    def handle(self, page: Page) -> bool:
        form = found = page.form("/judge")
        while form is not None and page.status == 200 and not self.stage.over.is_set():
            page = self.visitor.post(form.action, self.judgement(item_id_of(page), form), "judge")
            form = page.form("/judge")  # the next one comes at once; a refused judgement shows its own form again
        return found is not None

    def judgement(self, item_id: int, form: Form) -> dict[str, Any]:
        flaw = self.stage.flaws.get(item_id)
        verdict = self.verdict(flaw)
        fields: dict[str, Any] = {**form.fields, "verdict": verdict, "remarks": "[]", "note": ""}
        fields |= {name: str(5 if verdict == "accept" else self.dice.randint(1, 3)) for name in CRITERIA}
        if verdict != "accept":
            fields["reasons"] = ["incomplete" if flaw == "too short" else "ignores_instruction"]
            fields["note"] = f"The scripted reviewer found it {flaw or 'short of the guideline'}."
            fields["remarks"] = json.dumps([{"reason": "incomplete", "field": "completion", "start": 0, "end": 3,
                                             "text": "Begin with the answer itself."}])  # fmt: skip
        return fields

    def verdict(self, flaw: str | None) -> str:
        if flaw:
            return self.dice.choices(["return", "reject", "edit", "accept"], [70, 15, 10, 5])[0]
        return self.dice.choices(["accept", "return", "edit", "reject"], [90, 4, 4, 2])[0]


class Editor(Person):
    stage_name = "editing"

    def handle(self, page: Page) -> bool:
        finish, settle = page.form("/finish"), page.form("/settle")
        if finish:
            self.visitor.post(finish.action, self.edit(item_id_of(page), finish), "finish edit")
        elif settle:
            self.visitor.post(settle.action, self.decision(settle), "adjudicate")
        return bool(finish or settle)

    def edit(self, item_id: int, form: Form) -> dict[str, Any]:
        fields: dict[str, Any] = dict(form.fields)
        draw = self.dice.random()
        self.stage.flaws.pop(item_id, None)
        if draw < 0.3 and not self.stage.attempts.get(-item_id):
            return fields  # kept as it is
        if self.stage.attempts.get(-item_id, 0):
            fields["prompt"], fields["completion"] = _plain_words(_look_up(item_id), self.stage.attempts[-item_id])
        else:
            fields["completion"] = fields["completion"].rstrip() + "."
        self.stage.attempts[-item_id] = self.stage.attempts.get(-item_id, 0) + 1
        if draw > 0.8:
            fields["meaning_changed"] = "on"
        return {**fields, "note": "The ending was mended."}

    def decision(self, form: Form) -> dict[str, Any]:
        decision = self.dice.choices(["accept", "edit", "reject"], [60, 20, 20])[0]
        return {**form.fields, "decision": decision, "cause": "subjective", "note": "Settled by the scripted editor."}


@dataclass(frozen=True)
class Looked:
    """What a person sees at the head of the page: the cell and the passage."""

    item_id: int
    cell: tuple[str, str, str]
    context: str


def _look_up(item_id: int) -> Looked:
    language, domain, skill, context = Item.objects.values_list(
        "cell__language_id", "cell__domain_id", "cell__skill", "context__text"
    ).get(pk=item_id)
    connection.close()  # sixty threads share the few connections of one process
    return Looked(item_id, (language, domain, skill), context or "")


def _plain_words(item: Looked, attempt: int) -> tuple[str, str]:
    """Nothing that a check could object to; told apart by a number."""
    prompt, completion = FALLBACK.get(item.cell[0], FALLBACK["en"])
    number = f"{item.item_id}-{attempt}"
    return prompt.format(n=number), completion.format(n=number)


def _spoilt(pair: Pair, flaw: str) -> str:
    if flaw == "too short":
        return SENTENCE_END.split(pair.completion.strip())[0][:12] or "?"
    if flaw == "chatbot phrase":
        return f"As an AI language model, I cannot be sure. {pair.completion}"
    return BESIDE_THE_POINT.get(pair.language, BESIDE_THE_POINT["en"])
