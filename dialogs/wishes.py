"""Every intent in the words of a button and of a sentence; and sentences that hold two wishes, or one that is not wanted."""

import re
from typing import NamedTuple


class Wish(NamedTuple):
    """label: on a button, "Melde en fejl". can: in "Jeg kan ikke … endnu"."""

    label: str
    can: str


WISHES: dict[str, Wish] = {
    "case.create": Wish("Melde en fejl", "oprette sager"),
    "case.status": Wish("Se status på en sag", "se status på sager"),
    "case.list": Wish("Se mine sager", "vise dine sager"),
    "case.comment": Wish("Skrive på en sag", "skrive på sager"),
    "case.time": Wish("Registrere tid", "registrere tid på sager"),
    "case.work": Wish("Arbejde på en sag", "hjælpe med at behandle sager"),
    "case.close": Wish("Lukke en sag", "lukke sager"),
    "mailbox.create": Wish("Oprette en fællespostkasse", "oprette fællespostkasser"),
    "distribution_list.create": Wish("Oprette en liste", "oprette distributionslister"),
    "distribution_list.add_member": Wish("Føje nogen til en liste", "føje personer til distributionslister"),
    "distribution_list.remove_member": Wish("Fjerne nogen fra en liste", "fjerne personer fra distributionslister"),
    "distribution_list.show": Wish("Se hvem der er på en liste", "vise, hvem der er på en distributionsliste"),
    "catalog.order": Wish("Bestille noget", "bestille fra kataloget"),
    "journal.file": Wish("Journalisere en mail", "journalisere"),
    "journal.status": Wish("Se om noget er journaliseret", "slå op, om noget er journaliseret"),
    "oversight.run": Wish("Køre et ledelsestilsyn", "køre ledelsestilsyn"),
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

TERSE = {  # a word or two, in which a model has too little to go by
    "status": "case.status",
    "hvad er status": "case.status",
    "status paa min sag": "case.status",
    "sager": "case.list",
    "mine sager": "case.list",
    "sag": "case.create",
    "fejl": "case.create",
    "journalisering": "journal.file",
}

VERBS = (
    r"(?:opret|lav|meld|vis|se|find|journalis[eé]r|arkiv[eé]r|send|luk|sæt|saet|tilføj|tilfoej|føj|foej|fjern|slet|registr[eé]r|bestil|skriv|kør|koer|"
    r"giv|fortæl|fortael|hvad|hvor|hvordan|hvornår|hvornaar)\w*"
)
BETWEEN = re.compile(
    rf"\s*(?:[,;.]\s*|\s)(?:og|samt|plus)\s+(?:så\s+|saa\s+|også\s+|ogsaa\s+|derefter\s+|bagefter\s+|lige\s+)*(?={VERBS}\b)", re.I
)
UNWANTED = re.compile(
    r"^(?:nej,?\s+)?(?:jeg|vi|du|der)\s+(?:vil|ville|skal|skulle|ønsker|oensker|behøver|behoever)\s+(?:\w+\s+)?ikke\s+(?:at\s+|have\s+)?"
    r"(?:opret|lav|meld|journalis|bestil|fjern|slet|luk|brug|registr|send|tilføj|tilfoej|føj|foej|ha)\w*[^,;.]*?(?:[,;.]|\s+men\b|\s+bare\b|$)\s*",
    re.I,
)


def apart(text: str) -> list[str]:
    """A sentence with two wishes as two: "opret en sag om printeren og vis mine andre sager"."""
    match = BETWEEN.search(text)
    return [text[: match.start()].strip(), text[match.end() :].strip()] if match else [text]


def wanted(text: str) -> str | None:
    """A text without the wish that it denies ("jeg vil ikke oprette en sag, bare se den"); None when it denies none."""
    match = UNWANTED.match(text)
    return text[match.end() :].strip(" ,.") if match else None
