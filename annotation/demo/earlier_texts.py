"""What the demo's further experts wrote in the weeks before (crowd.py). Riverland, its firms and its people are
invented, like everything else the demo says (texts.py)."""

from dataclasses import dataclass
from json import dumps

from annotation.demo.texts import Source


@dataclass(frozen=True)
class Work:
    """`slip` is what was handed in instead where the work came back or was edited."""

    prompt: str
    completion: str
    slip: str
    source: Source | None = None


_TICKET = "Ordne die Meldung als Fehler, Wunsch oder Frage ein: „{}“"
_TICKETS: tuple[tuple[str, str, str], ...] = (
    ("Nach der Anmeldung bleibt das Fenster weiß.", "Fehler", "Die Anwendung zeigt nicht, was sie zeigen soll."),
    ("Wo stelle ich die Sprache um?", "Frage", "Die Person sucht eine Einstellung, die es schon gibt."),
    ("Könnte man Berichte auch als Tabelle laden?", "Wunsch", "Die Ausgabe als Tabelle gibt es noch nicht."),
    ("Seit heute früh kommt jede Rechnung zweimal an.", "Fehler", "Etwas geschieht doppelt, das einmal sein soll."),
    ("Darf ich den Zugang mit einer Kollegin teilen?", "Frage", "Gefragt wird nach einer Regel, nicht nach Hilfe."),
    ("Ein dunkles Farbschema wäre für die Nachtschicht gut.", "Wunsch", "Die Person schlägt etwas Neues vor."),
    ("Beim Drucken fehlt immer die letzte Seite.", "Fehler", "Der Ausdruck ist unvollständig, und zwar jedes Mal."),
    ("Wie lange werden gelöschte Ordner aufbewahrt?", "Frage", "Die Person möchte eine Frist wissen."),
    ("Bitte baut eine Suche über alle Projekte ein.", "Wunsch", "Die Suche über alle Projekte fehlt bisher."),
    ("Das Telefon zeigt die Uhrzeit von gestern.", "Fehler", "Eine Anzeige ist offensichtlich falsch."),
    ("Gibt es eine Anleitung für Vertretungen?", "Frage", "Gesucht wird eine Anleitung, nichts ist kaputt."),
    ("Schön wäre ein Knopf, der alles zurücksetzt.", "Wunsch", "Beschrieben wird eine Hilfe, die es nicht gibt."),
    ("Umlaute im Dateinamen werden zu Fragezeichen.", "Fehler", "Zeichen gehen verloren; das ist nie gewollt."),
    ("Wer sieht eigentlich meine Entwürfe?", "Frage", "Die Person will wissen, wer etwas sehen darf."),
    ("Mehr als zehn Empfänger auf einmal, das würde helfen.", "Wunsch", "Eine Grenze soll höher liegen."),
    ("Die Erinnerung kommt einen Tag nach dem Termin.", "Fehler", "Nach dem Termin nützt eine Erinnerung nichts."),
    ("Kann ich zwei Konten zusammenlegen?", "Frage", "Die Person fragt, ob etwas möglich ist."),
    ("Tastenkürzel für Weiterleiten und Ablegen bitte!", "Wunsch", "Die Kürzel gibt es noch nicht."),
    ("Der Anhang lässt sich auf dem Tablet nicht öffnen.", "Fehler", "Eine vorhandene Funktion versagt dort."),
    ("Was bedeutet das gelbe Dreieck neben dem Namen?", "Frage", "Ein Zeichen wird nicht verstanden."),
)
TICKETS = tuple(
    Work(_TICKET.format(text), f"{kind}. {why}", f"{kind}. {why} Das sieht man sofort, denn es steht ja da.")
    for text, kind, why in _TICKETS
)

EVERYDAY = tuple(
    Work(prompt, completion, completion.partition(". ")[0] + ".")
    for prompt, completion in (
        ("How do I get wax out of a tablecloth?", ("Let it harden and lift off what you can with a blunt knife. Then "
         "iron the rest through kitchen paper, which soaks it up; change the paper until it stays clean.")),
        ("Why do onions make us cry, and what helps against it?", ("Cutting sets free a gas that turns to a weak acid "
         "in the eye. A sharp knife crushes fewer cells, and a cold onion lets less of the gas go.")),
        ("What should I check before I lend my bicycle to a neighbor?", ("Brakes, lights and air. Agree on who pays "
         "when something breaks, and write down the frame number in case it is stolen.")),
        ("How can I tell whether an egg is still good?", ("Lay it in water. A fresh egg lies flat, an older one stands "
         "up, and one that floats is best thrown away.")),
        ("How do I say no to an invitation without hurting anybody?", ("Thank them, say no in one sentence, and offer "
         "another day if you mean it. A long excuse invites a debate.")),
        ("What is the quickest way to learn twenty names in a new team?", ("Say each name aloud when you hear it, tie "
         "it to one thing about the person, and go through the list again the same evening.")),
        ("Why does my plant lose its leaves in winter although I water it?", ("It gets little light and needs less "
         "water then. Wet soil in a cool room lets the roots rot; water only when the top has dried.")),
        ("How do I pack so that shirts stay smooth?", ("Roll them around something soft instead of folding. What must "
         "have a crease goes flat on top, and hangs in a steamy bathroom on arrival.")),
        ("When is it worth repairing a washing machine?", ("As a rule of thumb when the repair costs less than half of "
         "a new one and the machine is under eight years old. Ask for a written estimate first.")),
        ("How do I divide a phone bill fairly among four people?", ("Split what everybody shares into equal parts and "
         "add to each what only they used. Agree on the rule before the first bill comes.")),
    )
)  # fmt: skip

_BOOKING = "Classify this bank booking as fee, interest, transfer or salary: “{}”"
_BOOKINGS: tuple[tuple[str, str, str, str], ...] = (
    ("Monthly price of account 4", "Fee", "The bank charges for keeping the account.", "Transfer"),
    ("Harbor Homes Ltd, pay for March", "Salary", "An employer pays for work.", "Transfer"),
    ("Credit for savings, first quarter", "Interest", "The bank pays for money left with it.", "Salary"),
    ("To Northgate Cycling Club, yearly dues", "Transfer", "The holder sends money to a club.", "Fee"),
    ("Foreign card use, 1.5 %", "Fee", "The bank charges for a service.", "Interest"),
    ("From own account 2 to account 4", "Transfer", "Money moves between own accounts.", "Salary"),
    ("Overdraft, 12 days", "Interest", "The bank charges for money it lent.", "Fee"),
    ("City of Northgate, remuneration teacher", "Salary", "A public employer pays for work.", "Transfer"),
    ("Replacement card", "Fee", "The bank charges for the new card.", "Transfer"),
    ("Rent, flat at the harbor", "Transfer", "The holder sends money to a landlord.", "Fee"),
)
BOOKINGS = tuple(
    Work(_BOOKING.format(text), f"{kind}. {why}", f"{wrong}. That is what such bookings usually are.")
    for text, kind, why, wrong in _BOOKINGS
)

_LETTERS: tuple[tuple[str, str, str], ...] = (
    ("Der Vermieter kann bei Zahlungsverzug kündigen, wenn er zuvor gemahnt hat.", "Schreibe verständlich um",
     "Wer die Miete nicht zahlt, kann die Wohnung verlieren. Vorher muss der Vermieter mahnen."),
    ("Die Aufsichtsbehörde ist befugt, Unterlagen anzufordern.", "Schreibe in einfacher Sprache um",
     "Die Behörde darf Papiere von Ihnen verlangen."),
    ("Eine Übertragung der Rechte bedarf der Zustimmung des Vorstands.", "Schreibe verständlich um",
     "Sie dürfen Ihre Rechte nur weitergeben, wenn der Vorstand zustimmt."),
    ("Bei Nichterscheinen wird nach Aktenlage entschieden.", "Schreibe in einfacher Sprache um",
     "Wenn Sie nicht kommen, entscheiden wir nach dem, was in den Akten steht."),
    ("Die Kosten trägt der Veranlasser der Maßnahme.", "Schreibe verständlich um",
     "Wer die Maßnahme nötig gemacht hat, bezahlt sie auch."),
    ("Von der Gebührenpflicht sind Auszubildende ausgenommen.", "Schreibe in einfacher Sprache um",
     "Wer eine Ausbildung macht, muss diese Gebühr nicht bezahlen."),
)  # fmt: skip
LETTERS = tuple(
    Work(f"{how}: „{text}“", plain, f"{plain} So entschied auch das Flusslandgericht am {day}. Mai 2019.")
    for day, (text, how, plain) in enumerate(_LETTERS, start=3)
)

MESSAGES = tuple(
    Work(f"Rewrite for a customer without technical words: “{text}”", plain, slip)
    for text, plain, slip in (
        ("Cache invalidation failed; stale assets may be served.", ("You may still see an older version of the page. "
         "Reload it, and the new one appears."), "The cache was not invalidated. You may see stale assets."),
        ("The job was killed because it ran out of memory.", ("Your task was too large to finish in one go. Please "
         "split it in two and start again."), "Your job was killed since the memory was not enough for it."),
        ("TLS handshake error: certificate has expired.", ("The safe connection could not be made, because a security "
         "document of that site is out of date. Please tell its owner."), "The certificate of the handshake expired."),
    )
)  # fmt: skip

# Who wrote to whom, what about, the sum in crowns, the day, and what the text does not say.
_NOTICES: tuple[tuple[str, str, str, int, str, tuple[str, str]], ...] = (
    ("Harbor Homes Ltd", "the tenant of flat 12", "a rent increase", 60, "2025-02-01", ("reason", "inflation")),
    ("Northgate Bakery", "its insurer", "water damage in the cellar", 4200, "2025-02-11", ("cause", "a burst pipe")),
    ("the City of Northgate", "the Cycling Club", "a permit for a race", 150, "2025-02-19", ("route", "old town")),
    ("Riverland Rail", "a passenger", "a delay of two hours", 24, "2025-03-03", ("train", "express 14")),
    ("the Tool Library", "a member", "a broken saw", 95, "2025-03-10", ("saw", "a power saw")),
    ("Ada Winter", "Harbor Homes Ltd", "a deposit kept back", 1680, "2025-03-14", ("moved_out", "2025-02-28")),
    ("the Tribunal of Riverland", "both parties", "the costs of the appeal", 730, "2025-03-20", ("judge", "A. Stone")),
    ("Stone Quarry Ltd", "its neighbor", "dust on the laundry", 310, "2025-03-27", ("weeks", "six")),
    ("the School Board", "a caterer", "meals not delivered", 880, "2025-04-02", ("meals", "220")),
    ("a landlady", "her former tenant", "repairs to a door", 240, "2025-04-16", ("door", "kitchen")),
    ("Green Roofs Ltd", "a building site", "late delivery of soil", 1950, "2025-04-23", ("days_late", "nine")),
    ("Lake Ferries", "the City of Northgate", "the lease of a pier", 5400, "2025-04-09", ("years", "ten")),
)  # fmt: skip


def _notice(number: int, one: tuple[str, str, str, int, str, tuple[str, str]]) -> Work:
    sender, receiver, about, sum_, day, (extra, invented) = one
    right = {"sender": sender, "receiver": receiver, "subject": about, "sum": f"{sum_} crowns", "day": day}
    text = (
        f"{sender[0].upper()}{sender[1:]} writes to {receiver} on {day} about {about}. The sum named in the letter is "
        f"{sum_} crowns, payable within {10 + number} days. The letter asks for an answer in writing and says that a "
        "copy goes to the registry."
    )
    return Work(
        f"Extract sender, receiver, subject, sum and day of letter {number} as one JSON object with these five keys.",
        dumps(right, indent=2),
        dumps(right | {extra: invented}, indent=2),
        Source(f"Letter {number} of the registry", text, "Riverland"),
    )


NOTICES = tuple(_notice(number, one) for number, one in enumerate(_NOTICES, start=1))
