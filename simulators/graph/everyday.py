"""Mails from patterns for those who are not part of a written thread: three to six each, the same at every start."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from simulators.graph.corpus import Written
from simulators.world import NOW, PEOPLE, Person

PATTERNS = (  # subject, text, file
    (
        "Ny pc til {first}",
        "Hej {first}\n\nDin nye pc er klar. Den kan hentes hos Servicedesk på Borups Allé mellem 9 og 14. Husk dit medarbejderkort.",
        "",
    ),
    (
        "Møde om {unit} i uge 49",
        "Hej {first}\n\nKan du onsdag kl. 10 i mødelokale 3? Dagsordenen er vedhæftet, sig til hvis noget mangler.",
        "Dagsorden.docx",
    ),
    (
        "Din adgang til fagsystemet udløber",
        "Hej {first}\n\nDin adgang udløber den 30. november. Svar på denne mail, hvis du stadig skal bruge den.",
        "",
    ),
    ("Referat fra afdelingsmøde", "Kære alle\n\nHermed referatet fra mødet i {unit}. Næste møde er den 7. december.", "Referat.pdf"),
    (
        "Timeregistrering for november",
        "Hej {first}\n\nHusk at lukke din timeregistrering senest den 27. november, så lønnen kan køres til tiden.",
        "",
    ),
    (
        "Spørgsmål til budgetopfølgning",
        "Hej {first}\n\nJeg mangler dine tal for {unit} til budgetopfølgningen. Kan jeg få dem inden fredag?",
        "Skema.xlsx",
    ),
    ("Skærm på plads 12 virker ikke", "Hej {first}\n\nSkærmen ved plads 12 blinker. Ved du, om der er meldt en sag på den?", ""),
    (
        "Opfølgning på MUS",
        "Hej {first}\n\nTak for en god samtale. Her er det, vi aftalte. Skriv, hvis jeg har misforstået noget.",
        "MUS-aftale.docx",
    ),
    ("Mødelokalet er optaget", "Hej {first}\n\nLokale 2.14 er dobbeltbooket torsdag. Kan dit møde flyttes til 2.16?", ""),
    (
        "Vagtplan for december",
        "Hej alle\n\nHer er vagtplanen for december. Byt gerne indbyrdes og giv mig besked.",
        "Vagtplan december.xlsx",
    ),
)


def moment(chance: random.Random) -> datetime:
    """Some time on a working day of the last four weeks, before the moment of the seeded world."""
    monday = NOW - timedelta(days=7 * chance.randint(1, 4))
    return monday.replace(hour=6, minute=0) + timedelta(days=chance.randint(0, 4), minutes=chance.randint(0, 9 * 60))


def mails(one: Person, chance: random.Random) -> Iterator[Written]:
    """Three to six mails to that person from colleagues of the unit, before the moment of the seeded world."""
    colleagues = [other for other in PEOPLE[6:] if other.department == one.department and other is not one] or list(PEOPLE[6:9])
    for place, (subject, text, file) in enumerate(chance.sample(PATTERNS, chance.randint(3, 6)), 1):
        sender = chance.choice(colleagues)
        words = {"first": one.first, "unit": one.department}
        yield Written(
            f"{one.number}-{place}",
            place,
            sender=(sender.name, sender.email),
            to=((one.name, one.email),),
            cc=(),
            at=moment(chance),
            subject=subject.format(**words),
            text=text.format(**words),
            attach=(file,) if file else (),
        )
