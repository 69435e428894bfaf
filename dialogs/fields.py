"""The kinds of answer a form can hold: how each is read from free text, found in a longer sentence, shown, and drawn in a card."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from connectors.directory import Directory, Person
from connectors.errors import NotFound
from dialogs import texts, words
from dialogs.desk import Desk
from dialogs.talk import Choice, Event
from nlu.normalise import fold
from nlu.understanding import Understanding


@dataclass(frozen=True)
class Got:
    """A value that fits, as JSON."""

    value: Any


@dataclass(frozen=True)
class Which:
    """Several values fit: the question to ask, and the choices (label, value)."""

    question: str
    choices: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Bad:
    """It was meant as a value, and does not fit: why, and one that does. One or two sentences in Danish."""

    reason: str


Reading = Got | Which | Bad | None


class Colleague(BaseModel):
    """An employee as an answer holds one."""

    model_config = ConfigDict(extra="ignore")

    id: str
    name: str
    email: str
    department: str = ""
    title: str = ""
    phone: str = ""
    login: str = ""
    place: str = ""

    @classmethod
    def of(cls, person: Person) -> "Colleague":
        """From the directory's person."""
        place = ", ".join(part for part in (person.office, person.floor) if part)
        return cls(**{**person.model_dump(), "place": place})

    @property
    def label(self) -> str:
        return f"{self.name} ({self.department})" if self.department else self.name


@dataclass
class At:
    """Where a reading takes place: the desk, the message, what it means, and the answers so far."""

    desk: Desk
    event: Event
    answers: Mapping[str, Any]
    offered: list[dict[str, Any]] = field(default_factory=list)  # the choices of the field that is read, if it has any
    understood: Callable[[], Understanding | None] = lambda: None  # worked out only where a kind asks for it

    @property
    def me(self) -> Colleague | None:
        """The one who writes, once looked up."""
        known = self.answers.get("requester")
        return Colleague.model_validate(known) if known else None


class Kind:
    """One kind of answer. `free`: any text is a value, so everything else is tried first. `lenient`: nearly any text can be read as one."""

    free = False
    searches = False  # any words may be what is looked for: when nothing is found, they may have meant something else
    lenient = False
    drawn: Literal["text", "lines", "choice", "choices", "date", "number"] = "text"

    async def read(self, text: str, at: At) -> Reading:
        """The whole text as the answer to this field's question. None: it is something else."""
        raise NotImplementedError

    def named(self, text: str) -> Got | None:
        """The value that the whole text stands for beyond doubt, without looking anything up."""
        del text
        return None

    async def find(self, text: str, at: At) -> Reading:
        """A value inside a sentence that says other things too. None: there is none."""
        del text, at
        return None

    async def take(self, raw: str, at: At) -> Reading:
        """What a card's input holds."""
        return await self.read(raw, at)

    def show(self, value: Any) -> str:
        """The value in a summary."""
        return str(value)

    def raw(self, value: Any) -> str:
        """The value in a card's input."""
        return self.show(value)

    def options(self) -> tuple[Choice, ...]:
        """Fixed choices, if any."""
        return ()


@dataclass(frozen=True)
class Text(Kind):
    """Free text between two lengths."""

    least: int = 2
    most: int = 4000
    many_lines: bool = False
    free = True

    @property
    @override
    def drawn(self) -> Literal["text", "lines"]:  # type: ignore[override]  # narrower, and decided per field
        return "lines" if self.many_lines else "text"

    @override
    async def read(self, text: str, at: At) -> Reading:
        del at
        value = text.strip()
        if len(value) < self.least:
            return Bad("Det er lidt kort. Skriv gerne et par ord mere.")
        if len(value) > self.most:
            return Bad(f"Det er for langt: højst {texts.count(self.most, 'tegn', 'tegn')}. Kort det lidt af.")
        return Got(value)


@dataclass(frozen=True)
class Option:
    """One way to answer a choice: its value, its button, how the summary says it, and patterns (folded) that mean it.

    tried: the order in which the options' patterns are tried, the most telling first; the buttons stand in the order given.
    """

    value: str
    label: str
    shown: str
    patterns: tuple[str, ...] = ()  # in an answer to the question
    hints: tuple[str, ...] = ()  # in a longer sentence
    tried: int = 0


@dataclass(frozen=True)
class Pick(Kind):
    """One of a few fixed options."""

    of: tuple[Option, ...]
    drawn = "choice"
    lenient = True

    @override
    async def read(self, text: str, at: At) -> Reading:
        del at
        return self.named(text) or self._one(words.bare(text), [(option, (*option.patterns, *option.hints)) for option in self.of])

    @override
    def named(self, text: str) -> Got | None:
        """The option that the whole text stands for: by its label or place, or by a pattern that covers it."""
        plain = words.bare(text)
        for option in self.of:
            if plain in {words.bare(option.label), words.bare(option.shown)}:
                return Got(option.value)
        place = words.ordinal(text, len(self.of))
        if place is not None:
            return Got(self.of[place].value)
        covered = any(re.fullmatch(pattern, plain) for option in self.of for pattern in option.patterns)
        return self._one(plain, [(option, (*option.patterns, *option.hints)) for option in self.of]) if covered else None

    @override
    async def take(self, raw: str, at: At) -> Reading:
        known = any(option.value == raw for option in self.of)
        return Got(raw) if known else await self.read(raw, at)

    @override
    async def find(self, text: str, at: At) -> Reading:
        del at
        return self._one(words.whole(text), [(option, option.hints) for option in self.of])

    @staticmethod
    def _one(text: str, patterns: list[tuple[Option, tuple[str, ...]]]) -> Got | None:
        """The first option, in the order in which they are tried, one of whose patterns stands in the text."""
        for option, wanted in sorted(patterns, key=lambda pair: pair[0].tried):
            if any(re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text) for pattern in wanted):
                return Got(option.value)
        return None

    @override
    def show(self, value: Any) -> str:
        return next((option.shown for option in self.of if option.value == value), str(value))

    @override
    def raw(self, value: Any) -> str:
        return str(value)

    @override
    def options(self) -> tuple[Choice, ...]:
        return tuple(Choice(label=option.label, value=option.value) for option in self.of)


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
DIGITS = r"(?<![\w.-])(?:\+45[ .]?)?((?:\d{2}[ .]?){3}\d{2}|\d{4})(?![\w-]|\.\d)"
REACHED = re.compile(  # a number counts in a sentence only beside a word that says what it is: "lokale 4711" is a room
    r"\b(?:(?:telefon|mobil|lokal)(?:en|et|nummer|nummeret)?|tlf|mit nummer|ring(?:e|es)?|kontakt(?:e|es)?|tr[æa]e?ffes|fanges|fat i mig)\b"
    rf"\.?:?(?:\s+(?:er|op|til|mig|gerne|på|paa|via|nr\.?|nummer|tlf\.?|telefon|mobil|lokal))*\s*{DIGITS}",
    re.I,
)


@dataclass(frozen=True)
class Phone(Kind):
    """A telephone number: a local one of four digits or a Danish one of eight."""

    @override
    async def read(self, text: str, at: At) -> Reading:
        numbers = {self._grouped(number) for number in re.findall(DIGITS, text)}
        if len(numbers) == 1 and (len(text.split()) <= MOST_WORDS or REACHED.search(text)):
            return Got(numbers.pop())
        if not re.search(r"\d", text) or re.search(r"[^\W\d]{3}", text):
            return None
        return Bad("Et telefonnummer har fire eller otte cifre, fx 4711 eller 33 66 12 34.")

    @override
    async def find(self, text: str, at: At) -> Reading:
        del at
        match = REACHED.search(text) or re.fullmatch(rf"\s*{DIGITS}[\s.]*", text)
        return Got(self._grouped(match[1])) if match else None

    @staticmethod
    def _grouped(number: str) -> str:
        digits = re.sub(r"\D", "", number)
        return digits if len(digits) == 4 else " ".join(digits[i : i + 2] for i in range(0, len(digits), 2))


MOST_CHOICES, MOST_OF_A_NAME = 5, 20


@dataclass(frozen=True)
class Who(Kind):
    """One employee, looked up in the directory; never a silent choice between several."""

    @override
    async def read(self, text: str, at: At) -> Reading:
        plain = words.bare(text)
        if plain in {"mig", "jeg", "mig selv", "jeg selv", "det er mig", "undertegnede"}:
            return Got(at.me.model_dump()) if at.me else None
        wanted = re.sub(r"^(?:det er|skal være|til|hos|ham|hende)\s+", "", text.strip(" .!"), flags=re.I)
        directory = at.desk.systems.get(Directory)
        if "@" in wanted:
            try:
                return Got(Colleague.of(await directory.person(wanted)).model_dump())
            except NotFound:
                return Bad(f"Jeg kender ingen med adressen {texts.plain(wanted)}. Skriv navnet, eller tjek adressen.")
        if not wanted or len(wanted.split()) > 5 or words.means(text):
            return None
        return self._of([Colleague.of(person) for person in await directory.find(wanted, MOST_OF_A_NAME + 1)], wanted)

    @staticmethod
    def _of(found: list[Colleague], wanted: str) -> Reading:
        exact = [one for one in found if fold(one.name) == fold(wanted)]
        if len(exact) == 1 or len(found) == 1:
            return Got((exact or found)[0].model_dump())
        if not found:
            return Bad(f"Jeg kender ingen, der hedder {texts.plain(wanted)}. Skriv hele navnet eller mailadressen.")
        hits = exact or found
        if len(hits) > MOST_OF_A_NAME:
            return Bad(f"Der er mange, der hedder {texts.plain(wanted)}. Skriv hele navnet eller mailadressen.")
        same = len({one.label for one in hits}) < len(hits)
        labels = [f"{one.name} · {one.title}, {one.email}" if same else f"{one.name} · {one.department}" for one in hits]
        question = (
            f"Hvilken {texts.plain(wanted)}?"
            if len(hits) <= MOST_CHOICES
            else f"Der er {len(hits)}, der hedder {texts.plain(wanted)}. Hvilken afdeling?"
        )
        return Which(question, tuple((label, one.model_dump()) for label, one in zip(labels, hits, strict=True)))

    @override
    def show(self, value: Any) -> str:
        return Colleague.model_validate(value).label

    @override
    def raw(self, value: Any) -> str:
        return Colleague.model_validate(value).email


NOISE = frozenset("ham hende den det dem fra i med paa af der hedder er som jeg mener mente tag vaelg ja og en".split())


def pick_among(text: str, offered: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which of the offered choices a text means: by label, number or place, or by words that only one label holds ("ham fra økonomi").

    "ikke X" leaves the others. Empty: it means none of them.
    """
    plain = words.bare(text)
    if plain.startswith("ikke "):
        left = [one for one in offered if one not in pick_among(plain.removeprefix("ikke "), offered)]
        return left if len(left) < len(offered) else []
    exact = [one for one in offered if words.bare(one["label"]) == plain]
    if exact:
        return exact[:1]
    place = words.ordinal(text, len(offered))
    if place is not None:
        return [offered[place]]
    wanted = [word for word in re.findall(r"\w+", plain) if word not in NOISE]
    hits = [one for one in offered if wanted and all(re.search(rf"\b{re.escape(word)}", fold(one["label"])) for word in wanted)]
    return hits if len(hits) < len(offered) else []
