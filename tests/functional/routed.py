"""A project with something on the Routing page: read for real, in a language that needs no model."""

from hashlib import sha256

from accounts.models import User
from annotation.copilot import routing
from annotation.models import Cell, Context, Route, Scope

TEXTS = {
    "Ein Rezept für Pflaumenkuchen": "Für den Geburtstag eines Freundes oder ein Wochenende mit der Familie: Der "
    "Kuchen wird am Abend vorher gebacken, damit er bis zum Frühstück durchzieht. Wer Kinder hat, läßt den Zimt weg. "
    "Im Garten gegessen schmeckt er am besten; auf einer Reise an den Strand hält er sich drei Tage. " * 2,
    "Der Fluss und die Stadt": "Der Fluss fließt in einem weiten Bogen an der Stadt vorbei.",
    "": "Ein Geschenk für die Familie: Urlaub mit Hund am Strand.",
    "Bilanz und Abschreibung": "Die Bilanz weist Anleihe, Kredit und Dividende aus; die Abschreibung mindert den Zins.",
}


def fill(manager: User, cell: Cell) -> None:
    contexts = [
        Context.objects.create(
            project=cell.project, cell=cell, title=title, text=text, licence="CC-BY-4.0", added_by=manager,
            sha256=sha256(text.encode()).hexdigest(),
        )
        for title, text in TEXTS.items()
    ]  # fmt: skip
    routing.read_contexts([context.pk for context in contexts])
    last = Route.objects.get(context=contexts[2])
    routing.overrule(last, Scope.SPECIALIZED, by=manager, note="The question about it is one of tax.")
