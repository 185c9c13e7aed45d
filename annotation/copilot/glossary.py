"""The words of a project that no spelling check may mark."""

from django.db import transaction

from accounts.roles import Permission
from annotation.access import Desk
from annotation.models import Project
from annotation.texts import clean
from core.refusal import Refusal, Refused

LONGEST_WORD = 80
MOST_WORDS = 20_000


def may_add(desk: Desk) -> bool:
    return desk.may(Permission.SET_UP_PROJECT) or desk.may(Permission.EDIT)


@transaction.atomic
def add(project_id: int, word: str) -> str:
    """The word as it was added; one that is there already, in whatever case, is left as it stands. Raises Refused."""
    word = clean(word).strip()
    if not word or len(word) > LONGEST_WORD or "\n" in word:
        raise Refused(
            Refusal("That is no word for a glossary.", f"One word of at most {LONGEST_WORD} characters."), 409
        )
    project = Project.objects.select_for_update().only("glossary").get(pk=project_id)
    words = [str(known) for known in project.glossary]
    if len(words) >= MOST_WORDS:
        raise Refused(Refusal("The glossary is full.", "A manager can tidy it up in the settings."), 409)
    if word.casefold() not in {known.casefold() for known in words}:
        words = sorted([*words, word], key=str.casefold)
        project.glossary = list(words)
        project.save(update_fields=["glossary"])
    return word
