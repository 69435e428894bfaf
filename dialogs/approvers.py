"""Who must say yes to a standard request, by the administrators' rule, and who is asked for an approver who is away.

An approver's say is a mandate: it is given once, by the approver or by whoever stands in, and two of them are needed from two approvers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import date

import structlog
from pydantic import BaseModel

from connectors.directory import Directory
from connectors.errors import ConnectorError, Denied, NotFound
from connectors.outlook import Outlook
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import At, Colleague
from dialogs.rules import Rule
from dialogs.talk import Fact

Owners = Callable[[At], Awaitable[Sequence[Colleague]]]
LOOK = 3.0  # seconds for all look-ups of who is away: a turn goes on without what they do not tell
MOST_LOOKED_AT = 10  # of a large group; the others count as there
HIGHEST = 3  # how many managers above an approver are tried
log = structlog.get_logger()


class Absence(BaseModel):
    """An approver (`who`: the id) who is away, until a day or nobody knows, and who is asked instead; None: nobody can be."""

    who: str
    until: date | None = None
    instead: Colleague | None = None

    def said(self, name: str) -> str:
        """That somebody of that name is away: "Jens Kjær er væk til den 3. december"."""
        return f"{name} er væk {f'til den {self.until.day}. {texts.MONTHS[self.until.month - 1]}' if self.until else 'lige nu'}"


class Approval(BaseModel):
    """Who is asked, how many of them must say yes, and when they are reminded. `because`: "ejer", "leder"."""

    approvers: list[Colleague]
    absences: list[Absence] = []
    number: int = 1
    because: str = ""
    remind: int  # working hours
    escalate: int  # working hours
    days: int

    def absence(self, who: str) -> Absence | None:
        """That approver's, where there is one."""
        return next((one for one in self.absences if one.who == who), None)

    def asked(self) -> list[Colleague]:
        """Those who get the card: each approver, or who stands in."""
        found = [(away.instead if (away := self.absence(one.id)) else None) or one for one in self.approvers]
        return list({one.id: one for one in found}.values())

    def fact(self) -> Fact:
        """Who has to say yes, as a line of the summary."""
        *most, last = [self._named(one) for one in self.approvers]
        if self.number > 1:
            return Fact(label="Skal godkendes af", value=f"{self.number} af {texts.names([*most, last])}")
        who = f"{', '.join(most)} eller {last}" if most else last
        return Fact(label="Skal godkendes af", value=f"{who} ({self.because})" if self.because and not self.absences else who)

    def asking(self) -> str:
        """What is said when they are asked."""
        who = texts.names([texts.plain(one.name) for one in self.asked()])
        away = next((one for one in self.absences), None)
        if away is None:
            return f"Jeg spørger {who} og skriver, når der er svar."
        absent = next(texts.plain(one.name) for one in self.approvers if one.id == away.who)
        if away.instead is None:
            return f"{away.said(absent)}, så svaret kan vente på sig. Jeg skriver, når det kommer."
        return f"{away.said(absent)}, så jeg spørger {who}. Jeg skriver, når der er svar."

    def _named(self, one: Colleague) -> str:
        away = self.absence(one.id)
        return (
            f"{texts.plain(away.instead.name)} (i stedet for {texts.plain(one.name)})" if away and away.instead else texts.plain(one.name)
        )


async def asked_by(rule: Rule, at: At, owners: Owners) -> Approval | None:
    """Who is asked: who must approve, or whoever stands in for those that are away. Where enough of several are there, they are asked.

    Raises ConnectorError; not where a mailbox does not tell.
    """
    approval = await approval_by(rule, at, owners)
    if approval is None:
        return None
    away = await away_of(at.desk, approval.approvers)
    there = [one for one in approval.approvers if one.id not in away]
    if not away or len(there) >= approval.number:
        return approval.model_copy(update={"approvers": there})
    taken = {at.event.who.id, *(one.id for one in approval.approvers)}
    absences: list[Absence] = []
    for who, until in away.items():
        instead = await substitute(at.desk, rule.stedfortraeder, who, taken)
        taken |= {instead.id} if instead else set()
        absences.append(Absence(who=who, until=until, instead=instead))
    return approval.model_copy(update={"absences": absences})


async def away_of(desk: Desk, people: Sequence[Colleague]) -> dict[str, date | None]:
    """Who of them is away, by id, and until when (the first day back, in Copenhagen). Never raises: who cannot be looked up is there."""
    outlook, now, found = desk.systems.get(Outlook), desk.now(), dict[str, date | None]()

    async def look(one: Colleague) -> None:
        try:
            away = await outlook.away(one.id, now)
        except ConnectorError as error:  # no right to mailbox settings, no mailbox, no answer: no reason to ask nobody
            log.warning("absence_not_known", error=type(error).__name__, status=error.status, code=error.code)
            return
        if away:
            found[one.id] = texts.local(away.until).date() if away.until else None

    looks = [asyncio.create_task(look(one)) for one in people[:MOST_LOOKED_AT]]
    if looks:
        done, late = await asyncio.wait(looks, timeout=LOOK)
        for task in late:
            task.cancel()
        if late:
            log.warning("absence_not_known", error="TimeoutError", people=len(late))
            await asyncio.wait(late)
        for task in done:
            task.result()
    return {one.id: found[one.id] for one in people if one.id in found}


async def substitute(desk: Desk, parties: Sequence[str], who: str, taken: Collection[str]) -> Colleague | None:
    """Who stands in for an approver (the id) by the rule's parties: the first who is there and not among `taken`. Raises Unavailable."""
    for party in parties:
        try:
            some = await above(desk, who) if party == "leder" else await members(desk, party)
        except (Denied, NotFound) as error:  # a group that is gone or hidden: the next party may do
            log.warning("no_substitute", party=party, error=type(error).__name__)
            continue
        free = [one for one in some if one.id not in taken and one.id != who]
        away = await away_of(desk, free)
        if found := next((one for one in free if one.id not in away), None):
            return found
    return None


async def above(desk: Desk, who: str) -> list[Colleague]:
    """The managers above somebody, the nearest first. Raises ConnectorError."""
    directory, found = desk.systems.get(Directory), list[Colleague]()
    while len(found) < HIGHEST and (manager := await directory.manager(found[-1].id if found else who)):
        found.append(Colleague.of(manager))
    return found


async def approval_by(rule: Rule, at: At, owners: Owners) -> Approval | None:
    """Who must approve; None for nobody. Where the owner alone decides, an owner's own wish needs nobody's yes.

    owners: whose the thing is that it is about ("ejer" in a rule). Raises ConnectorError.
    """
    asker = Colleague.model_validate(at.answers["requester"])
    directory = at.desk.systems.get(Directory)
    found: dict[str, Colleague] = {}
    because = ""
    for one in rule.godkender:
        match one.partition(":")[0]:
            case "ingen":
                return None
            case "ejer":
                whose = await owners(at)
                if rule.godkender == ["ejer"] and rule.antal_godkendere == 1 and asker.id in {owner.id for owner in whose}:
                    return None
                because, some = "ejer", list(whose)
            case "leder":
                manager = await directory.manager(asker.id)
                because, some = "leder", [Colleague.of(manager)] if manager else []
            case _:
                because, some = "", await members(at.desk, one)
        found |= {person.id: person for person in some if person.id != asker.id}
    if not found and (manager := await directory.manager(asker.id)) and manager.id != asker.id:
        because, found = "leder", {manager.id: Colleague.of(manager)}
    return Approval(
        approvers=list(found.values()),
        number=rule.antal_godkendere,
        because=because if len(found) == 1 else "",
        remind=rule.paamind_timer,
        escalate=rule.eskaler_timer,
        days=rule.udloeb_dage,
    )


async def members(desk: Desk, party: str) -> list[Colleague]:
    """Everybody in a rule's "rolle:…" or "gruppe:…"; nobody for another party. Raises ConnectorError."""
    directory, found = desk.systems.get(Directory), dict[str, Colleague]()
    for group in sorted(groups(party, desk)):
        found |= {person.id: Colleague.of(person) for person in await directory.people_in(group)}
    return list(found.values())


def groups(party: str, desk: Desk) -> frozenset[str]:
    """The object ids of the groups that a rule's "rolle:…" or "gruppe:…" stands for."""
    kind, _, name = party.partition(":")
    return frozenset({name}) if kind == "gruppe" else desk.roles.get(name, frozenset())
