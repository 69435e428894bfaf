"""An employee as an answer: looked up in the directory by name or address, by "mig", or chosen among several."""

import re
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from connectors.directory import Directory
from connectors.errors import NotFound
from dialogs import texts, words
from dialogs.fields import At, Bad, Colleague, Got, Kind, Reading, Which
from nlu.normalise import fold

ME = frozenset({"mig", "jeg", "mig selv", "jeg selv", "det er mig", "undertegnede"})
MOST_CHOICES, MOST_OF_A_NAME = 5, 20


@dataclass(frozen=True)
class Who(Kind):
    """One employee, looked up in the directory; never a silent choice between several."""

    @override
    async def read(self, text: str, at: At) -> Reading:
        plain = words.bare(text)
        if plain in ME:
            return Got(at.me.model_dump()) if at.me else None
        wanted = re.sub(
            r"^(?:(?:ja|jo|nej|ok|okay|det er|det skal være|skal være|til|hos|ham|hende)[\s,]+)+", "", text.strip(" .!"), flags=re.I
        )
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
    def short(self, value: Any) -> str:
        return Colleague.model_validate(value).name

    @override
    def raw(self, value: Any) -> str:
        return Colleague.model_validate(value).email


OWNS = re.compile(
    r"(?:^|[,.;]|\bog\b)\s*(?P<eje>[^,.;]{2,60}?)\s+(?:skal|må|kan)\s+(?:selv\s+)?(?:eje|stå\s+for|staa\s+for)\s+(?:den|listen|postkassen)\b|"
    r"(?:^|[,.;]|\bog\b)\s*(?P<who>[^,.;]{2,60}?)\s+(?:skal\s+(?:selv\s+)?(?:være|stå for den)|er)\s+(?:selv\s+)?(?:ejer|ansvarlig)\w*"
    r"|\b(?:ejer(?:en)?|ansvarlig)\s*(?:er|skal være|bliver|:|=)\s*(?P<other>[^,.;]{2,60})"
    r"|\blad\s+(?P<let>[^,.;]{2,60}?)\s+(?:selv\s+)?(?:være|vaere|stå for)\s+(?:ejer|ansvarlig|den\b)\w*"
    r"|\bmed\s+(?P<with>[^,.;]{2,60}?)\s+som\s+(?:ejer|ansvarlig)",
    re.I,
)
MYSELF = re.compile(r"\b(?:jeg|mig)\b", re.I)


@dataclass(frozen=True)
class Owner(Who):
    """Who answers for something: one employee, "mig selv" included; found in a sentence beside the word for it ("jeg skal selv være ejer")."""

    @override
    async def read(self, text: str, at: At) -> Reading:
        return await self.find(text, at) or await super().read(text, at)

    @override
    async def find(self, text: str, at: At) -> Reading:
        match = OWNS.search(text)
        if match is None:
            return None
        said = next(part for part in match.groups() if part).strip()
        reading = await super().read("mig" if MYSELF.search(said) else said.split(" og ")[-1], at)
        return None if isinstance(reading, Bad) else reading
