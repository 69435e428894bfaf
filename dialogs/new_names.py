"""New lists and mailboxes: their name, address and owner as fields, by the administrators' rule of the request, and free in Exchange."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from typing_extensions import override

from connectors.exchange import Exchange
from connectors.folding import fold
from dialogs import texts, words
from dialogs.fields import At, Reading, Text
from dialogs.form import Ask
from dialogs.proposals import Address, Name, address_of
from dialogs.who import Owner
from dialogs.wishes import VERBS
from nlu.understanding import LIKELY, OUT_OF_SCOPE

USE = re.compile(
    r"\b(?:skal|den|det)\s+(?:den\s+)?(?:bare\s+)?(?:bruges?|anvendes)\s+til\s+(?P<use>.+)|\bform[åa]l(?:et)?\s*(?:er|:)\s*(?P<aim>.+)"
    r"|[,;.]\s*(?:og\s+)?(?:er\s+)?til\s+(?P<to>[^,;.]{4,})[.!]?$",
    re.I,
)
LEAD = re.compile(r"^(?:(?:den|det)\s+)?(?:skal\s+)?(?:(?:bruges|er)\s+)?til\s+", re.I)
QUESTION = re.compile(
    r"(?:hv(?:em|ad|or\w*|ilke[nt]?|is)|kan|skal|må|er|findes)\s.*\?$|(?:hv(?:em|ad|orfor|ordan))\s+(?:skal|vil|er|kan|har)\b", re.I
)


@dataclass(frozen=True)
class Purpose(Text):
    """What something is for, in a few words, without the "til" that stands before it. A question is none, nor is a wish of its own."""

    free = False  # "spørgsmål om tilsyn" is read before it is taken for a wish

    @override
    async def read(self, text: str, at: At) -> Reading:
        if QUESTION.match(text.strip()) or words.stops(text) or words.means(text) is not None:
            return None
        if re.match(VERBS, text.strip(), re.I):
            meaning = at.desk.understand(text, texts.local(at.desk.now()).date())
            if meaning.intent != OUT_OF_SCOPE and meaning.confidence >= LIKELY:
                return None
        return await super().read(LEAD.sub("", text.strip()).rstrip(" ."), at)

    @override
    async def find(self, text: str, at: At) -> Reading:
        match = USE.search(text)
        if match is None:
            return None
        said = next(part for part in match.groups() if part)
        meaning = at.desk.understand(text, texts.local(at.desk.now()).date())
        people = [*meaning.entities.get("person", []), *meaning.entities.get("email", [])]
        return None if match["to"] and any(one in said for one in people) else await self.read(said, at)


async def domains(at: At) -> Sequence[str]:
    """The domains that addresses may end in, the usual one first."""
    return await at.desk.systems.get(Exchange).domains()


async def address_free(address: str, at: At) -> bool:
    """Whether nobody has that address."""
    return await at.desk.systems.get(Exchange).address_free(address)


async def name_free(name: str, at: At) -> bool:
    """Whether no list or mailbox goes by that name: people would take the one for the other."""
    exchange = at.desk.systems.get(Exchange)
    return not any(fold(one.name) == fold(name) for one in [*await exchange.lists(name), *await exchange.mailboxes(name)])


def wrong(intent: str) -> Callable[[str, At], str]:
    """Why a name breaks the rule `navn` of that request; "" when it does not."""

    def judge(name: str, at: At) -> str:
        rule = at.desk.rules.of(intent)
        if not rule.navn or re.fullmatch(rule.navn, name):
            return ""
        said = texts.plain(rule.navn_i_ord.strip(" ."))
        return f"Navnet skal være {said}. Skriv et andet." if said else "Navnet følger ikke husets regel for navne. Servicedesk kender den."

    return judge


def by_rule(intent: str) -> Callable[[str, At], str]:
    """The address for a name, by the rule `adresse` of that request: "{navn}.post@kk.example"; without one, the part before the @."""

    def propose(name: str, at: At) -> str:
        rule = at.desk.rules.of(intent).adresse
        return rule.replace("{navn}", address_of(name)) if rule else address_of(name)

    return propose


def name(intent: str, what: str, entity: Literal["mailbox_name", "list_name"], hint: str) -> Ask:
    """What it is called. what: as the questions have it, "listen"."""
    return Ask(f"Hvad skal {what} hedde?", "Navn", Name(name_free, entity=entity, wrong=wrong(intent)), ("navn", "navnet"), hint)


def address(intent: str, hint: str) -> Ask:
    """Its address, proposed from the name."""
    kind = Address(address_free, domains, rule=by_rule(intent))
    return Ask("Hvilken adresse skal den have?", "Adresse", kind, ("adresse", "mailadresse"), hint)


def owner(what: str, hint: str) -> Ask:
    """Who answers for it."""
    return Ask(f"Hvem skal eje {what}?", "Ejer", Owner(), ("ejer", "ansvarlig"), f"{hint} Skriv et navn, eller ”mig”.")
