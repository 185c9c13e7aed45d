"""The German cells of the demo project and their pairs."""

from annotation.demo.texts import CellPlan, Flaw, Pair, Source

GERMAN: tuple[CellPlan, ...] = (
    CellPlan(
        "de", "law", "closed_qa", 30,
        "Antwort allein aus dem Text. Was dort nicht steht, wird nicht ergänzt.",
        sources=(
            Source(
                "Hausordnung eines Mietshauses",
                "Das Treppenhaus wird von den Parteien wöchentlich im Wechsel gereinigt. Fahrräder stehen im Keller, "
                "nicht im Flur. Zwischen 22 und 6 Uhr ist Ruhe zu halten. Grillen ist nur im Hof erlaubt und der "
                "Verwaltung einen Tag vorher anzuzeigen. Wer die Ordnung dreimal verletzt, wird abgemahnt.",
                "Flussland",
            ),
            Source(
                "Auszug aus einer Vereinssatzung",
                "Die Mitgliederversammlung findet einmal im Jahr statt. Sie ist beschlussfähig, wenn ein Fünftel der "
                "Mitglieder anwesend ist. Änderungen der Satzung brauchen zwei Drittel der abgegebenen Stimmen. Der "
                "Vorstand lädt mindestens drei Wochen vorher schriftlich ein.",
                "Flussland",
            ),
        ),
        waiting=(
            Source(
                "Ordnung eines Gemeinschaftsgartens",
                "Jede Familie pflegt ein Beet. Gegossen wird vor 9 Uhr oder nach 18 Uhr. Geräte werden sauber in "
                "den Schuppen "
                "gestellt. Wer sein Beet vier Wochen nicht pflegt, wird angeschrieben; nach acht Wochen wird es "
                "neu vergeben.",
                "Flussland",
            ),
        ),
        pairs=(
            Pair(
                "expert-3", "accepted",
                "Wo darf gegrillt werden, und was ist vorher zu tun?",
                "Gegrillt werden darf nur im Hof. Die Verwaltung muss einen Tag vorher davon erfahren.",
            ),
            Pair(
                "expert-3", "returned",
                "Welche Mehrheit braucht eine Änderung der Satzung, und wann ist die Versammlung beschlussfähig?",
                "Eine Änderung der Satzung braucht zwei Drittel aller Mitglieder. Beschlussfähig ist die Versammlung, "
                "wenn ein Fünftel der Mitglieder anwesend ist.",
                Flaw(
                    "zwei Drittel aller Mitglieder", "factually_wrong",
                    "Im Text steht: der abgegebenen Stimmen. Das ist etwas anderes.",
                    "zwei Drittel der abgegebenen Stimmen",
                ),
            ),
        ),
    ),
    CellPlan(
        "de", "law", "rewriting", 20,
        "Bürgernahe Sprache, aber keine Aussage verlieren.",
        pairs=(
            Pair(
                "expert-3", "edited",
                "Schreibe verständlich um: „Der Antrag ist unter Beifügung der erforderlichen Nachweise binnen "
                "Monatsfrist einzureichen.“",
                "Bitte reichen Sie den Antrag innerhalb eines Monats ein und fügen Sie die nötigen Nachweise mit bei.",
                Flaw("mit bei", "language", "Doppelt gemoppelt: „bei“ genügt.", "bei"),
            ),
            Pair(
                "expert-4", "accepted",
                "Schreibe in einfacher Sprache um: „Die Inanspruchnahme der Leistung setzt eine vorherige Anmeldung "
                "voraus.“",
                "Sie müssen sich vorher anmelden. Erst dann können Sie das Angebot nutzen.",
            ),
        ),
    ),
    CellPlan(
        "de", "finance", "extraction", 20,
        "Eine Tabelle in Markdown mit genau den Spalten, die der Prompt nennt.",
        format="table",
        sources=(
            Source(
                "Nachricht einer Hausverwaltung",
                "Für das Haus am Brunnen fielen im letzten Jahr folgende Kosten an: Wasser 1.240 Taler, Heizung 3.980 "
                "Taler, Müllabfuhr 610 Taler. Die Vorauszahlungen betrugen zusammen 5.400 Taler. Der Rest wird mit "
                "der nächsten Miete fällig.",
                "Flussland",
            ),
        ),
        pairs=(
            Pair(
                "expert-4", "accepted",
                "Nenne die Kosten des Hauses als Tabelle mit den Spalten Posten und Betrag.",
                "| Posten | Betrag |\n|---|---|\n| Wasser | 1.240 Taler |\n| Heizung | 3.980 Taler |\n"
                "| Müllabfuhr | 610 Taler |",
            ),
        ),
    ),
    CellPlan(
        "de", "medicine", "open_qa", 30,
        "Fragen aus der Sprechstunde. Kein Rat ersetzt den Besuch beim Arzt; sagen, wann er nötig ist.",
        pairs=(
            Pair(
                "expert-4", "accepted",
                "Warum soll man bei Fieber viel trinken?",
                "Bei Fieber schwitzt der Körper stärker und atmet schneller; beides kostet Wasser. Wer genug trinkt, "
                "hält den Kreislauf stabil und hilft dem Körper, Wärme abzugeben. Wer nichts bei sich behält oder sehr "
                "benommen wirkt, gehört zum Arzt.",
            ),
            Pair(
                "expert-3", "kept",
                "Woran erkennt man, dass eine kleine Wunde sich entzündet?",
                "Die Haut um die Wunde wird rot, warm und dick, und der Schmerz nimmt nach einigen Tagen zu statt ab. "
                "Eiter oder Fieber sind deutliche Zeichen; dann sollte ein Arzt die Wunde ansehen.",
                Flaw("deutliche Zeichen", "language", "Vielleicht: „sichere Zeichen“?", "sichere Zeichen"),
            ),
            Pair(
                "expert-4", "waiting",
                "Warum wird manchen Menschen beim schnellen Aufstehen schwarz vor Augen?",
                "Beim Aufstehen sackt Blut in die Beine, und für einen Augenblick erreicht zu wenig davon den Kopf. "
                "Meist gleicht der Körper das in Sekunden aus. Wer dabei öfter stürzt, sollte den Blutdruck prüfen "
                "lassen.",
            ),
        ),
    ),
    CellPlan(
        "de", "software", "classification", 40,
        "Erst die Klasse, dann ein Satz Begründung.",
        pairs=(
            Pair(
                "expert-4", "accepted",
                "Ordne die Meldung als Fehler, Wunsch oder Frage ein: „Wenn ich auf Speichern klicke, passiert seit "
                "gestern nichts mehr.“",
                "Fehler. Eine Funktion, die bisher ging, arbeitet nicht mehr.",
            ),
            Pair(
                "expert-3", "one_accept",
                "Ordne die Meldung als Fehler, Wunsch oder Frage ein: „Es wäre schön, wenn man die Liste nach Datum "
                "ordnen könnte.“",
                "Wunsch. Die Person beschreibt etwas Neues, das ihr die Arbeit erleichtern würde.",
            ),
        ),
    ),
    CellPlan(
        "de", "history", "inference", 20,
        "Der Text und das Wissen über die Zeit zusammen; beides kenntlich machen.",
        sources=(
            Source(
                "Brief einer Müllerin (frei erfunden)",
                "Seit die Bahn durch das Tal fährt, bringen die Bauern ihr Korn nicht mehr zu uns. Das Mehl aus der "
                "Stadt kommt jetzt am Morgen mit dem Zug und kostet weniger, als ich für das Mahlen nehmen muss. Mein "
                "Sohn will im Frühjahr in die Fabrik gehen.",
            ),
        ),
        waiting=(
            Source(
                "Aus dem Tagebuch eines Lehrlings (frei erfunden)",
                "Der Meister hat heute die erste Schreibmaschine ins Kontor gebracht. Der alte Schreiber hat sie lange "
                "angesehen und dann seine Federn gespitzt. Am Abend hat er gefragt, ob man das Klappern auch "
                "abstellen könne.",
            ),
        ),
        pairs=(
            Pair(
                "expert-3", "in_editing",
                "In welche Zeit passt der Brief wahrscheinlich, und welchen Wandel zeigt er?",
                "Der Brief passt in die Zeit der Industrialisierung im 19. Jahrhundert: Die Eisenbahn bringt billiges "
                "Mehl aus großen Mühlen aufs Land. Das sieht man an Bahn und Fabrik. Das sieht man auch daran, dass "
                "der Sohn in die Fabrik geht.",
                Flaw(
                    "Das sieht man an Bahn und Fabrik. Das sieht man auch daran, dass der Sohn in die Fabrik geht.",
                    "too_long", "Zweimal dasselbe; ein Satz genügt.",
                    "Das Handwerk verliert, und die nächste Generation geht in die Fabrik.",
                ),
            ),
        ),
    ),
)  # fmt: skip
