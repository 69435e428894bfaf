"""New lists and mailboxes: their name, address and owner as fields, by the administrators' rule of the request, and free in Exchange."""

import re
from collections.abc import Callable, Sequence
from typing import Literal

from connectors.exchange import Exchange
from connectors.folding import fold
from dialogs import texts
from dialogs.fields import At
from dialogs.form import Ask
from dialogs.proposals import Address, Name, address_of
from dialogs.who import Owner


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
        rule = at.desk.rules.of(intent).navn
        return "" if not rule or re.fullmatch(rule, name) else f"Navnet følger ikke reglen: {texts.plain(rule)}. Skriv et andet."

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
