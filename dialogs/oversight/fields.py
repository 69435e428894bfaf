"""Which tilsyn, which period, which unit: how a person says them."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from connectors.datasets import Period
from dialogs import texts, words
from dialogs.fields import At, Bad, Got, Kind, Reading, Which
from dialogs.oversight import periods
from dialogs.oversight.heads import Often, Tilsyn
from dialogs.oversight.rights import office
from dialogs.oversight.store import UNIT
from nlu.normalise import fold

OFFERED = 5
IN_TITLE, ENOUGH = 3, 2  # what a word of the title counts beside one of the question; what makes a tilsyn meant in a longer sentence
COMMON = frozenset("tilsyn ledels kontro over eller under paa dage hvor data tjek mulige timer".split())
LOOKS = re.compile(r"(?:vis|se|sammenlign|hvad fandt|hvad viste)\b")  # a wish of its own
OF_UNIT = re.compile(r"\b(?:enheden|afdelingen|enhed)\s+[”\"]?([A-ZÆØÅ][\wæøåÆØÅ -]{2,60}?)[”\"]?(?=$|[.,!?]|\s+(?:for|i)\s)")
NAMED = re.compile(
    r"\b(?:for|hos|i)\s+((?:[A-ZÆØÅ][\wæøåÆØÅ-]+)(?:\s+(?:og\s+)?[A-ZÆØÅ][\wæøåÆØÅ-]+)*)(?=$|[.,!?]|\s)"
)  # "for Digital Arbejdsplads"
NO_UNITS = frozenset(fold(name) for name in (*texts.MONTHS, *texts.SYSTEMS.values(), "Excel", "Teams", "Entra", "Danmark"))


class TilsynRef(BaseModel):
    """A tilsyn as an answer holds one; has_unit: it can be run for one unit."""

    model_config = ConfigDict(extra="ignore")

    name: str
    title: str
    question: str = ""
    datasets: list[str] = []
    often: Often = "kvartal"
    has_unit: bool = False

    @classmethod
    def of(cls, tilsyn: Tilsyn) -> "TilsynRef":
        return cls(
            name=tilsyn.name,
            title=tilsyn.title,
            question=tilsyn.question,
            datasets=[one.dataset for one in tilsyn.sources],
            often=tilsyn.often,
            has_unit=any(one.name == UNIT for one in tilsyn.parameters),
        )


def meant(text: str, known: Mapping[str, Tilsyn], enough: int = ENOUGH) -> list[Tilsyn]:
    """The tilsyn that a text's words fit best, several where they fit as well; none where they fit none."""
    said = stems(text)
    exact = [one for one in known.values() if fold(one.title) in fold(text) or one.name == text.strip()]
    if exact:
        return sorted(exact, key=lambda one: -len(one.title))[:1]
    scores = {one.name: fits(said, one) for one in known.values()}
    best = max(scores.values(), default=0)
    return [known[name] for name, score in scores.items() if score == best] if best >= enough else []


def fits(said: set[str], tilsyn: Tilsyn) -> int:
    """How well words fit: in the title also inside a longer word ("faktura" in "dobbeltfakturaer")."""
    title, question = fold(tilsyn.title), stems(tilsyn.question)
    return sum(IN_TITLE if word in title else word in question for word in said)


def stems(text: str) -> set[str]:
    """The words of a text that tell one tilsyn from another."""
    return texts.stems(text) - COMMON


def choices_of(some: list[Tilsyn]) -> tuple[tuple[str, Any], ...]:
    """Tilsyn as choices."""
    return tuple((one.title, TilsynRef.of(one).model_dump()) for one in some[:OFFERED])


class WhichTilsyn(Kind):
    """A tilsyn, by words of its title or its question."""

    searches = True
    other = "Et andet tilsyn"

    @override
    async def read(self, text: str, at: At) -> Reading:
        if words.means(text) is not None or not stems(text) or LOOKS.match(fold(text)):
            return None
        said = texts.plain(texts.shortened(text.strip(), 40))
        return await self._sought(text, at, 1) or Bad(
            f"Jeg fandt intet tilsyn om ”{said}”. Skriv et ord fra titlen, fx ”kreditorændringer”."
        )

    @override
    async def find(self, text: str, at: At) -> Reading:
        return await self._sought(text, at, ENOUGH)

    @staticmethod
    async def _sought(text: str, at: At, enough: int) -> Reading:
        some = meant(text, await office(at.desk).every(), enough)
        if len(some) == 1:
            return Got(TilsynRef.of(some[0]).model_dump())
        return Which("Hvilket af dem?", choices_of(some)) if some else None

    @override
    def show(self, value: Any) -> str:
        return texts.plain(TilsynRef.model_validate(value).title)

    @override
    def raw(self, value: Any) -> str:
        return TilsynRef.model_validate(value).title


def period_of(value: Mapping[str, str]) -> Period:
    """A period as an answer holds it."""
    return Period(date.fromisoformat(value["first"]), date.fromisoformat(value["last"]))


def kept(period: Period) -> dict[str, str]:
    """The same the other way."""
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


def said_in(text: str, at: At) -> Period | None:
    """The period that a text names."""
    given = at.desk.understand(text, texts.local(at.desk.now()).date()).entities.get("period")
    if given:
        return Period(date.fromisoformat(given["start"]), date.fromisoformat(given["end"]))
    match = re.search(r"\b\d{4}(?:-[QTHWqthw]?\d{1,2})?\b", text)
    if match is None:
        return None
    try:
        return periods.written(match[0])
    except ValueError:
        return None


class When(Kind):
    """A period: "3. kvartal", "september", "2026-Q3", "sidste måned"."""

    other = "En anden"

    @override
    async def read(self, text: str, at: At) -> Reading:
        found = await self.find(text, at)
        return found or (None if words.means(text) else Bad("Jeg skal bruge en periode. Skriv fx ”3. kvartal” eller ”september 2026”."))

    @override
    async def find(self, text: str, at: At) -> Reading:
        period = said_in(text, at)
        return Got(kept(period)) if period else None

    @override
    def show(self, value: Any) -> str:
        return periods.said(period_of(value))


class Unit(Kind):
    """One unit, or all of them: then nothing is answered."""

    @override
    async def read(self, text: str, at: At) -> Reading:
        del at
        return None if words.means(text) or len(text) > 60 else Got(text.strip(" .!"))

    @override
    async def find(self, text: str, at: At) -> Reading:
        del at
        match = OF_UNIT.search(text) or NAMED.search(re.sub(r"[”\"][^”\"]*[”\"]", " ", text))
        name = match[1].strip() if match else ""
        is_one = name and fold(name) not in NO_UNITS and not any(sign.isdigit() for sign in name)
        return Got(name) if is_one else None

    @override
    def show(self, value: Any) -> str:
        return texts.plain(str(value))
