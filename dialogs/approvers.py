"""Who must say yes to a standard request, by the administrators' rule."""

from collections.abc import Awaitable, Callable, Sequence

from pydantic import BaseModel

from connectors.directory import Directory
from dialogs import texts
from dialogs.fields import At, Colleague
from dialogs.rules import Rule
from dialogs.talk import Fact

Owners = Callable[[At], Awaitable[Sequence[Colleague]]]


class Approval(BaseModel):
    """Who is asked, how many of them must say yes, and when they are reminded. `because`: "ejer", "leder"."""

    approvers: list[Colleague]
    number: int = 1
    because: str = ""
    remind: int  # working hours
    escalate: int  # working hours
    days: int

    def fact(self) -> Fact:
        """Who has to say yes, as a line of the summary."""
        *most, last = [texts.plain(one.name) for one in self.approvers]
        if self.number > 1:
            return Fact(label="Skal godkendes af", value=f"{self.number} af {texts.names([*most, last])}")
        who = f"{', '.join(most)} eller {last}" if most else last
        return Fact(label="Skal godkendes af", value=f"{who} ({self.because})" if self.because else who)


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
                because, some = (
                    "",
                    [Colleague.of(person) for group in sorted(groups(one, at)) for person in await directory.people_in(group)],
                )
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


def groups(party: str, at: At) -> frozenset[str]:
    """The object ids of the groups that a rule's "rolle:…" or "gruppe:…" stands for."""
    kind, _, name = party.partition(":")
    return frozenset({name}) if kind == "gruppe" else at.desk.roles.get(name, frozenset())
