"""Names and addresses of new things: written by a rule, proposed where they follow from other answers, and free in the system."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from typing_extensions import override

from dialogs import texts, words
from dialogs.fields import At, Bad, Got, Kind, Near, Reading, Which
from nlu.normalise import fold

Domains = Callable[[At], Awaitable[Sequence[str]]]
Free = Callable[[str, At], Awaitable[bool]]  # whether nobody has that name or address; raises ConnectorError
OTHERS, TRIED = 3, 5  # other names that are offered, and tried
LOCAL = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
CALLED = re.compile(
    r"^(?:hvad\s+med|hvad\s+siger\s+du\s+til|måske|maaske|bare|så|fx|f\.eks\.)\s+(?=\w)|^(?:bare\s+)?(?:(?:den|det|listen|postkassen)\s+)?(?:skal\s+|må\s+gerne\s+)?(?:hedde|hedder|kaldes|kald\s+(?:den|det))\s+(?:bare\s+)?|^(?:navnet|adressen)\s+(?:er|skal være)\s+",
    re.I,
)


BEHIND = re.compile(r"\s+(?:så|da|måske|i stedet|eller noget)$", re.I)


def as_written(name: str) -> str:
    """The rule that changes nothing."""
    return name


def address_of(name: str) -> str:
    """The part before the @ for a name: "Barsel Orlov" → "barsel.orlov"."""
    plain = re.sub(r"[^a-z0-9]+", ".", fold(name)).strip(".")
    return plain[:64].strip(".")


def plain_address(name: str, at: At) -> str:
    """The rule that goes by the name alone."""
    del at
    return address_of(name)


def anything(name: str, at: At) -> str:
    """Every name is right."""
    del name, at
    return ""


@dataclass(frozen=True)
class Name(Kind):
    """The name of something new. `rule` gives the proposal; what was typed counts unless the person picks it.

    is_free: asked before a name is taken. wrong: why a name does not follow the rules, "" when it does. entity: which names in a sentence are meant.
    """

    is_free: Free
    rule: Callable[[str], str] = as_written
    entity: Literal["mailbox_name", "list_name"] = "mailbox_name"
    wrong: Callable[[str, At], str] = anything
    least: int = 2
    most: int = 64
    other = "Et andet navn"

    @override
    async def read(self, text: str, at: At) -> Reading:
        if words.means(text) is not None:
            return None
        if "," in text or ";" in text or "\n" in text:
            people = at.desk.understand(text, texts.local(at.desk.now()).date()).entities.get("person", [])
            if len(people) > 1:  # those who are to be on it
                return None
        name = " ".join(BEHIND.sub("", CALLED.sub("", text.strip(" .!?\"'”“"))).split()).strip("\"'”“ ")
        if not self.least <= len(name) <= self.most or not re.search(r"\w", name):
            return Bad(f"Et navn er på {self.least}–{self.most} tegn, fx ”Barsel Orlov”.")
        why = self.wrong(name, at)
        return Bad(why) if why else await self._checked(name, at)

    @override
    async def find(self, text: str, at: At) -> Reading:
        meaning = at.desk.understand(text, texts.local(at.desk.now()).date())
        named = next(iter(meaning.entities.get(self.entity, [])), "")
        return await self.read(named, at) if named else None

    async def _checked(self, name: str, at: At) -> Reading:
        proposed = self.rule(name)
        ways = list(dict.fromkeys((proposed, name)))
        free = [way for way in ways if await self.is_free(way, at)]
        if len(free) > 1:
            return Which(f"Skal den hedde ”{texts.plain(proposed)}” eller ”{texts.plain(name)}”?", tuple((way, way) for way in ways))
        if free:
            return Got(free[0])
        others = [way for way in [f"{name} {number}" for number in range(2, 2 + TRIED)] if await self.is_free(way, at)][:OTHERS]
        said = f"”{texts.plain(name)}” er taget."
        return (
            Near(f"{said} Passer et af de her?", tuple((way, way) for way in others)) if others else Bad(f"{said} Find på et andet navn.")
        )


@dataclass(frozen=True)
class Address(Kind):
    """The mail address of something new, in one of the domains. Proposed from another answer by the rule, the first that is free.

    source: the field that it follows. domains: gives those that are allowed, the usual one first.
    rule: what is proposed, with a domain or without.
    """

    is_free: Free
    domains: Domains
    source: str = "name"
    rule: Callable[[str, At], str] = plain_address
    other = "En anden adresse"

    @property
    @override
    def follows(self) -> tuple[str, ...]:  # type: ignore[override]  # decided per field
        return (self.source,)

    @override
    async def propose(self, at: At) -> Reading:
        local, _, domain = self.rule(str(at.answers.get(self.source) or ""), at).partition("@")
        for way in self._ways(local, domain or (await self.domains(at))[0]):
            if LOCAL.fullmatch(local) and await self.is_free(way, at):
                return Got(way)
        return None

    @staticmethod
    def _ways(local: str, domain: str) -> list[str]:
        return [f"{local}{ending}@{domain}" for ending in ("", *(str(number) for number in range(2, 2 + TRIED)))]

    @override
    async def read(self, text: str, at: At) -> Reading:
        if words.means(text) is not None:
            return None
        said = CALLED.sub("", text.strip(" .!?<>\"'”“")).lower()
        local, sign, domain = said.partition("@")
        domains = await self.domains(at)
        domain = domain or domains[0]
        if domain not in domains:
            return Bad(f"Adressen skal slutte på @{' eller @'.join(domains)}.")
        if not LOCAL.fullmatch(local):
            fitting = address_of(local)
            return (
                Bad(f"Der er tegn, en adresse ikke kan have. Skriv fx ”{fitting or 'barsel.orlov'}@{domain}”.")
                if sign or " " not in said
                else None
            )
        address = f"{local}@{domain}"
        if await self.is_free(address, at):
            return Got(address)
        others = [way for way in self._ways(local, domain)[1:] if await self.is_free(way, at)][:OTHERS]
        told = f"{texts.plain(address)} er taget."
        return Near(f"{told} Passer en af de her?", tuple((way, way) for way in others)) if others else Bad(f"{told} Skriv en anden.")

    @override
    async def find(self, text: str, at: At) -> Reading:
        found = re.search(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text)
        return await self.read(found[0], at) if found and re.search(r"\badresse", text, re.I) else None
