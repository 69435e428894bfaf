"""Where somebody sits, and on which number they are reached: the kinds of answer, and how forms ask for them."""

import re
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from dialogs.fields import At, Bad, Colleague, Got, Kind, Reading, Which
from dialogs.form import Ask

FLOOR = re.compile(r"\b(\d{1,2})\.?\s*(?:sal|etage)\b|\b(stueetagen|stuen|kælderen|kaelderen)\b", re.I)
ROOM = re.compile(r"\b(?:lokale|kontor|rum|mødelokale|moedelokale)\s+([\w.-]*\d[\w.-]*)", re.I)
ROADS = "vej|gade|plads|torv|stræde|straede|boulevard|park|bro|brygge|kaj|vænge|vaenge|bakke|toft|vang|gård|gaard|strand"
STREET = re.compile(  # by its ending, so that "Windows 11" is none
    rf"\b((?:(?:[A-ZÆØÅ][\wé.-]*\s+){{0,3}}[\w.-]*(?:{ROADS}|{ROADS.title()})(?:en|et|n)?|(?:[A-ZÆØÅ][\wé.-]*|\w+s)\s+[Aa]ll[eé])"
    r"\s+\d{1,3}[A-Za-z]?)\b(?!\s*\.?\s*(?:sal|etage))"
)


@dataclass(frozen=True)
class Place(Kind):
    """Where somebody sits: "Borups Allé 177, 3. sal". A floor alone keeps the building, a building alone drops the floor."""

    lenient = True

    @override
    async def read(self, text: str, at: At) -> Reading:
        found = await self.find(text, at)
        if found:
            return found
        return Got(text.strip()) if 2 <= len(text.strip()) <= 120 else Bad("Skriv fx ”3. sal” eller ”Borups Allé 177, lokale 3.12”.")

    @override
    async def find(self, text: str, at: At) -> Reading:
        floor, room, street = FLOOR.search(text), ROOM.search(text), STREET.search(text)
        if not (floor or room or street):
            return None
        before = str(at.answers.get("place") or (at.me.place if at.me else ""))
        building = street[1] if street else before.split(",", maxsplit=1)[0].strip()
        parts = [building] if building and not FLOOR.fullmatch(building) else []
        if floor:
            parts.append(f"{floor[1]}. sal" if floor[1] else floor[2].lower())
        elif room and not street:
            parts += [part.strip() for part in before.split(",")[1:] if FLOOR.search(part)]
        if room:
            parts.append(f"lokale {room[1]}")
        return Got(", ".join(parts))


MOST_WORDS = 5  # in an answer that is a number and little else
DIGITS = r"(?<![\w.-])(\+45[ .]?)?((?:\d{2}[ .]?){3}\d{2}|\d{4,5})(?![\w-]|\.\d)"
TWO = re.compile(r"(\d{4})[ .](\d{4})")  # one number of eight digits, or two local ones: only the person knows
REACHED = re.compile(  # a number counts in a sentence only beside a word that says what it is: "lokale 4711" is a room
    r"\b(?:(?:telefon|mobil|lokal)(?:en|et|nummer|nummeret)?|tlf|mit nummer|ring(?:e|es)?|kontakt(?:e|es)?|tr[æa]e?ffes|fanges|fat i mig)\b"
    rf"\.?:?(?:\s+(?:er|op|til|mig|dem|ham|hende|os|gerne|på|paa|via|nr\.?|nummer|tlf\.?|telefon|mobil|lokal))*\s*{DIGITS}",
    re.I,
)
NUMBERS = re.compile(rf"\s*{DIGITS}(?:\s*(?:,|/|og|eller)\s*\+?[\d .]+)*[\s.]*")


@dataclass(frozen=True)
class Phone(Kind):
    """A telephone number: a local one of four or five digits, or a Danish one of eight."""

    other = "Et andet nummer"

    @override
    async def read(self, text: str, at: At) -> Reading:
        numbers = numbers_in(text)
        if numbers and (len(text.split()) <= MOST_WORDS or REACHED.search(text)):
            return self._one(numbers)
        if not re.search(r"\d", text) or re.search(r"[^\W\d]{3}", text.lower().replace("lokal", "")):
            return None
        return Bad("Det ligner ikke et telefonnummer, fx 4711 eller 33 66 12 34.")

    @override
    async def find(self, text: str, at: At) -> Reading:
        del at
        match = REACHED.search(text) or NUMBERS.fullmatch(text)
        return self._one(numbers_in(match[0])) if match else None

    @staticmethod
    def _one(numbers: list[str]) -> Reading:
        if len(numbers) == 1:
            return Got(numbers[0])
        return Which("Hvilket nummer skal jeg bruge?", tuple((number, number) for number in numbers))


def numbers_in(text: str) -> list[str]:
    """The telephone numbers in a text, as they are written down: "4711", "33 66 12 34". "4712 4711" gives what it may mean."""
    found: list[str] = []
    for abroad, digits in re.findall(DIGITS, text):
        found.append(grouped(digits))
        if not abroad and (two := TWO.fullmatch(digits)):
            found += two.groups()
    return list(dict.fromkeys(found))


def grouped(number: str) -> str:
    """Eight digits in pairs, fewer as they are."""
    digits = re.sub(r"\D", "", number)
    return digits if len(digits) < 8 else " ".join(digits[i : i + 2] for i in range(0, 8, 2))


PHONE_WORDS = ("telefon", "nummer", "tlf", "lokal", "mobil", "telefonnummer", "lokalnummer")
PHONE = Ask(
    "Hvilket nummer kan du træffes på?",
    "Telefon",
    Phone(),
    PHONE_WORDS,
    "Skriv dit lokalnummer på fire eller fem cifre, eller et helt nummer på otte.",
    told="nummeret er {}",
    required=False,
)
PLACE = Ask(
    "Hvor er det?",
    "Sted",
    Place(),
    ("adresse", "etage", "lokale", "lokation"),
    "Adresse og etage, fx ”Borups Allé 177, 3. sal”.",
    told="stedet er {}",
    required=False,
)


def whereabouts(answers: dict[str, Any], *fields: str) -> dict[str, str]:
    """What is known of where the one who asks sits ("place") and is reached ("phone"), of those fields; nothing for what is not known."""
    me = Colleague.model_validate(answers["requester"]).model_dump()
    return {name: me[name] for name in fields if me[name]}
