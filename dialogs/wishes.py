"""Every intent in the words of a button and of a sentence, and the words that wishes begin with."""

from typing import NamedTuple


class Wish(NamedTuple):
    """label: on a button, "Melde en fejl". can: in "Jeg kan ikke … endnu". how: what it takes, for who asks how one does it."""

    label: str
    can: str
    how: str = ""


WISHES: dict[str, Wish] = {
    "case.create": Wish("Melde en fejl", "oprette sager", "Du skriver, hvad der er galt, og jeg opretter sagen i ServiceNow."),
    "case.status": Wish("Se status på en sag", "se status på sager"),
    "case.list": Wish("Se mine sager", "vise dine sager"),
    "case.comment": Wish("Skrive på en sag", "skrive på sager"),
    "case.time": Wish("Registrere tid", "registrere tid på sager"),
    "case.work": Wish("Arbejde på en sag", "hjælpe med at behandle sager"),
    "case.close": Wish("Lukke en sag", "lukke sager"),
    "mailbox.create": Wish(
        "Oprette en fællespostkasse", "oprette fællespostkasser", "Jeg skal bruge navnet, en ejer, og hvem der skal have adgang."
    ),
    "mailbox.add_member": Wish(
        "Give adgang til en postkasse",
        "give adgang til fællespostkasser",
        "Jeg skal vide, hvilken postkasse det er, og hvem der skal have adgang.",
    ),
    "mailbox.auto_reply": Wish(
        "Sætte autosvar på en postkasse",
        "sætte autosvar på fællespostkasser",
        "Jeg skal bruge postkassen, teksten og gerne første og sidste dag.",
    ),
    "distribution_list.create": Wish(
        "Oprette en liste", "oprette distributionslister", "Jeg skal bruge navnet, en ejer og gerne dem, der skal være på."
    ),
    "distribution_list.add_member": Wish(
        "Føje nogen til en liste", "føje personer til distributionslister", "Jeg skal vide, hvilken liste det er, og hvem der skal på."
    ),
    "distribution_list.remove_member": Wish(
        "Fjerne nogen fra en liste", "fjerne personer fra distributionslister", "Jeg skal vide, hvilken liste det er, og hvem der skal af."
    ),
    "distribution_list.change_owner": Wish(
        "Skifte ejer på en liste", "skifte ejer på distributionslister", "Jeg skal vide, hvilken liste det er, og hvem der skal eje den."
    ),
    "distribution_list.show": Wish("Se hvem der er på en liste", "vise, hvem der er på en distributionsliste"),
    "catalog.order": Wish("Bestille noget", "bestille fra kataloget"),
    "journal.file": Wish("Journalisere en mail", "journalisere", "Du vælger mails i din indbakke og en sag i eDoc, og jeg lægger dem på."),
    "journal.status": Wish("Se om noget er journaliseret", "slå op, om noget er journaliseret"),
    "oversight.run": Wish(
        "Køre et ledelsestilsyn",
        "køre ledelsestilsyn",
        "Du vælger tilsyn og periode, og jeg henter data, sammenligner og viser, hvad der er fundet.",
    ),
    "oversight.result": Wish("Se et ledelsestilsyn", "vise ledelsestilsyn"),
    "access_request.open": Wish("Starte en indsigtsanmodning", "behandle indsigtsanmodninger"),
    "access_request.status": Wish("Se en indsigtsanmodning", "vise indsigtsanmodninger"),
    "approval.list": Wish("Se hvad der venter på mig", "vise, hvad der venter på din godkendelse"),
    "activity.list": Wish("Se hvad du har gjort", "vise, hvad jeg har gjort for dig"),
    "human": Wish("Tale med et menneske", "give dig videre til et menneske"),
    "help": Wish("Se hvad jeg kan", "vise, hvad jeg kan"),
    "greeting": Wish("Sige hej", "sige hej"),
    "thanks": Wish("Sige tak", "sige tak"),
    "cancel": Wish("Stoppe", "stoppe"),
}

UNLEARNED = {  # told from the others by a rule, without phrases of their own
    "mailbox.remove_member": Wish(
        "Fjerne adgang til en postkasse",
        "fjerne adgang til fællespostkasser",
        "Jeg skal vide, hvilken postkasse det er, og hvem der ikke længere skal have adgang.",
    ),
}

TERSE = {  # a word or two, in which a model has too little to go by
    "status": "case.status",
    "hvad er status": "case.status",
    "status paa min sag": "case.status",
    "sager": "case.list",
    "mine sager": "case.list",
    "sag": "case.create",
    "fejl": "case.create",
    "journalisering": "journal.file",
    "hvilke data kan jeg bruge": "oversight.result",
    "hvilke data kan jeg bruge til et tilsyn": "oversight.result",
    "hvilke datasaet er der": "oversight.result",
    "hvilke tilsyn er der": "oversight.result",
    "hvilke tilsyn kan jeg koere": "oversight.result",
}

READS = frozenset(  # they change nothing, so that a guess costs nothing
    "case.status case.list distribution_list.show journal.status oversight.result access_request.status approval.list activity.list "
    "human help greeting thanks cancel".split()
)
OTHER = {  # what else a thing may be named for, where it is not said what is to be done with it
    "case.create": "catalog.order",
    "case.close": "case.status",
    "case.comment": "case.status",
    "case.work": "case.status",
    "catalog.order": "case.create",
    "mailbox.create": "case.create",
    "distribution_list.create": "distribution_list.show",
    "distribution_list.add_member": "distribution_list.remove_member",
    "distribution_list.remove_member": "distribution_list.add_member",
    "journal.file": "journal.status",
    "oversight.run": "oversight.result",
    "access_request.open": "access_request.status",
}

VERBS = (
    r"(?:opret|lav|meld|vis|se|find|journalis[eé]r|arkiv[eé]r|send|luk|sæt|saet|tilføj|tilfoej|føj|foej|fjern|slet|registr[eé]r|bestil|skriv|kør|koer|"
    r"giv|fortæl|fortael|hvad|hvor|hvordan|hvornår|hvornaar)\w*"
)


def wish(intent: str) -> Wish:
    """The words of an intent."""
    return WISHES.get(intent) or UNLEARNED[intent]
