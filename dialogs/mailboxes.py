"""What the requests about shared mailboxes that exist share: finding the mailbox, who answers for it, and who may open it."""

from collections.abc import Sequence

from connectors.directory import Directory
from connectors.errors import NotFound
from connectors.exchange import Exchange
from dialogs.fields import At, Colleague
from dialogs.form import Ask
from dialogs.lookups import Mailbox, Thing

MOST_ASKED = 5  # of those with full access, where nobody is known to answer for the mailbox


async def named(text: str, at: At) -> list[Thing]:
    """Shared mailboxes whose name holds every word, best first."""
    return [Thing(id=one.id, name=one.name, detail=one.email) for one in await at.desk.systems.get(Exchange).mailboxes(text)]


WHICH = Ask(
    "Hvilken fællespostkasse?",
    "Postkasse",
    Mailbox(named),
    ("postkasse", "postkassen", "fællespostkasse", "mailboks"),
    "Skriv postkassens navn eller adresse, som den står i Outlook, fx ”Barsel Orlov”.",
    told="postkassen er {}",
)


async def owner(at: At) -> Colleague | None:
    """Who answers for the mailbox that was chosen, where Kollega made it; None for others, and where that person has left."""
    found = await at.desk.systems.get(Exchange).mailbox(at.answers["mailbox"]["id"])
    try:
        return Colleague.of(await at.desk.systems.get(Directory).person(found.owner)) if found.owner else None
    except NotFound:
        return None


async def holders(at: At) -> list[Colleague]:
    """The people who may open it, in the order of the alphabet."""
    held = await at.desk.systems.get(Exchange).permissions(at.answers["mailbox"]["id"])
    people = {one.holder.id: one.holder for one in held if one.right == "full" and one.holder.kind == "person"}
    return [
        Colleague(id=one.id, name=one.name, email=one.email) for one in sorted(people.values(), key=lambda person: person.name.casefold())
    ]


async def deciding(at: At) -> Sequence[Colleague]:
    """Who says good for access to it: its owner; where none is known, those who have full access, except the one who asks."""
    known = await owner(at)
    return [known] if known else [one for one in await holders(at) if one.id != at.event.who.id][:MOST_ASKED]


async def using(at: At) -> Sequence[Colleague]:
    """Who has a say in what it answers: its owner and those who have full access."""
    known = await owner(at)
    return [*([known] if known else []), *await holders(at)]
