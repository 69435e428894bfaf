"""Lists and mailboxes that exist, by name: looked up by a function of the request's, typed with mistakes or not, chosen among several."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from connectors.folding import fold, words_of
from dialogs import texts, words
from dialogs.fields import At, Bad, Got, Kind, Near, Reading, Which

OFFERED, ALIKE = 5, 0.7
START = 3  # letters by which likely names are found
LOOKED_FOR = 4  # places in a sentence at which a name is looked for
BEFORE_NAME = re.compile(r"\b(?:paa|til|fra|af|i|ind i|listen?|postkassen?|mailboksen?|mailliste[nr]?|hvad med|for|ejer)\s+(?=\w)")
SUFFIX = re.compile(r"[- ]?(?:listen|postkassen|mailboksen|gruppen)$", re.I)  # "vagtplan-listen" for Vagtplan
ENDING = re.compile(r"(?:s?-?(?:listen?|postkassen?|mailboksen?|gruppen?)|s)?", re.I)
EDITS = re.compile(r"(?:ikke|uden|også|ogsaa|minus|plus)\s", re.I)  # begins a change of who is meant, not a name
COMMON = frozenset("den det der listen postkassen mig jeg vores min alle fra til med dem ham hende gruppen mailboksen".split())


def begins_with(text: str, name: str) -> bool:
    """Whether words begin with a name in one word, which ends where a word does: "barsel info" and "barsel infos", not "barsel information"."""
    so_far = ""
    for word in text.split():
        so_far += word
        if len(so_far) >= len(name):
            return so_far.startswith(name) and bool(ENDING.fullmatch(so_far[len(name) :]))
    return False


class Thing(BaseModel):
    """A list or mailbox as an answer holds one. `detail`: what tells it from others of nearly the same name, as a rule the address.

    kind: "team" for what is found as a list and is none.
    """

    model_config = ConfigDict(extra="ignore")

    id: str
    name: str
    detail: str = ""
    kind: str = ""


Look = Callable[[str, At], Awaitable[Sequence[Thing]]]  # by words of the name, best first; raises ConnectorError


@dataclass(frozen=True)
class Lookup(Kind):
    """Something that a system knows by name. The answer is a `Thing`. `look` finds those whose name holds every word."""

    look: Look
    one: ClassVar[str] = "noget"  # "Jeg fandt ingen liste"
    none: ClassVar[str] = "intet"
    entity: ClassVar[str] = ""
    lead: ClassVar[re.Pattern[str]] = re.compile(r"^(?:det er|den der hedder)\s+", re.I)
    searches = True

    @override
    async def read(self, text: str, at: At) -> Reading:
        wanted = self.lead.sub("", text.strip(" .!?")).strip("\"'”“ ")
        if words.means(text) is not None or not words_of(wanted) or EDITS.match(text):
            return None
        reading = await self._named(wanted, at)
        inside = await self._inside(text, at) if isinstance(reading, Bad | Near) else None
        return inside or reading

    @override
    async def find(self, text: str, at: At) -> Reading:
        entities = at.desk.understand(text, texts.local(at.desk.now()).date()).entities
        named = next(iter(entities.get(self.entity, [])), "")
        reading = await self._named(named, at) if named else None
        if reading is None or isinstance(reading, Bad | Near):
            return await self._inside(text, at) or reading
        return reading

    async def _inside(self, text: str, at: At) -> Reading:
        """A name that stands whole in a sentence, spelt in any way and unmarked: "slå autosvaret på aktindsigt fra"."""
        plain = " ".join(words_of(text))
        for match in [*BEFORE_NAME.finditer(plain)][:LOOKED_FOR]:
            behind = plain[match.end() :]
            first = behind.split(" ", 1)[0]
            stem = SUFFIX.sub("", first)
            if len(stem) < START or stem in COMMON:
                continue
            things = await self.look(stem, at)
            fitting = [one for one in things for name in self.called(one) if begins_with(behind, squeezed(name)) or stem == squeezed(name)]
            if fitting:
                return Got(max(fitting, key=lambda one: len(one.name)).model_dump())
        return None

    def called(self, thing: Thing) -> Sequence[str]:
        """What people say for it."""
        return (thing.name,)

    async def _named(self, wanted: str, at: At) -> Reading:
        things = list(await self.look(wanted, at))
        if not things and (shorter := SUFFIX.sub("", wanted)) != wanted and len(shorter) >= START:
            things, wanted = list(await self.look(shorter, at)), shorter
        exact = [one for one in things if squeezed(one.name) == squeezed(wanted) or fold(one.detail) == fold(wanted)]
        if len(exact) == 1 or len(things) == 1:
            return Got((exact or things)[0].model_dump())
        if things:
            few = (exact or things)[:OFFERED]
            return Which(f"Hvilken {self.one}?", choices_of(few))
        near = await self._near(wanted, at)
        same = [one for one in near if squeezed(one.name) == squeezed(wanted)]
        if len(same) == 1:
            return Got(same[0].model_dump())
        said = f"Jeg fandt {self.none} {self.one}, der hedder {texts.plain(texts.shortened(wanted, 40))}."
        return Near(f"{said} Mener du en af de her?", choices_of(near)) if near else Bad(f"{said} Skriv navnet, som det står i Outlook.")

    async def _near(self, wanted: str, at: At) -> list[Thing]:
        """Those with nearly that name, the nearest first."""
        starts = list(dict.fromkeys(word[:START] for word in words_of(wanted) if len(word) >= START))[:START]
        found = {one.id: one for start in starts for one in await self.look(start, at)}
        scored = [(SequenceMatcher(None, squeezed(wanted), squeezed(one.name)).ratio(), one) for one in found.values()]
        return [one for score, one in sorted(scored, key=lambda pair: (-pair[0], pair[1].name)) if score >= ALIKE][:OFFERED]

    @override
    def show(self, value: Any) -> str:
        thing = Thing.model_validate(value)
        return f"{thing.name} ({thing.detail})" if thing.detail else thing.name

    @override
    def short(self, value: Any) -> str:
        return Thing.model_validate(value).name

    @override
    def raw(self, value: Any) -> str:
        return Thing.model_validate(value).name


class List(Lookup):
    """A distribution list."""

    one = "liste"
    none = "ingen"
    entity = "list_name"
    lead = re.compile(
        r"^(?:(?:det er|den der hedder|hvad med|måske|vist|så|nej|på|af|fra|til)\s+)*(?:(?:distributions|mail)?listen?\s+)?", re.I
    )


class Mailbox(Lookup):
    """A shared mailbox."""

    one = "postkasse"
    none = "ingen"
    entity = "mailbox_name"
    lead = re.compile(r"^(?:(?:det er|den der hedder|hvad med|måske|vist|så|nej|på|i|til)\s+)*(?:(?:fælles)?postkassen?\s+)?", re.I)

    @override
    def called(self, thing: Thing) -> Sequence[str]:
        """Also without what all of its kind are called: "kontorpostkassen for Jura"."""
        return (thing.name, re.sub(r"^(?:kontor|fælles)?postkassen?\s+", "", thing.name, flags=re.I))


def choices_of(things: Sequence[Thing]) -> tuple[tuple[str, Any], ...]:
    """Things as choices: by name, with the detail where names are the same."""
    names = [thing.name for thing in things]
    return tuple((thing.name if names.count(thing.name) == 1 else f"{thing.name} ({thing.detail})", thing.model_dump()) for thing in things)


def squeezed(name: str) -> str:
    """A name without case, blanks and hyphens: "Barsel-Info" is "barselinfo"."""
    return "".join(words_of(name))
