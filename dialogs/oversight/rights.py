"""Who may run a tilsyn and see what it found: managers, and those with the role of controller or leder (ROLES)."""

from connectors.directory import Directory
from dialogs.desk import Desk
from dialogs.oversight.runner import Oversight

ROLES = ("controller", "leder")
REFUSAL = "Tilsyn kan kun ledere og controllere køre og se. Spørg din leder, hvis du har brug for det."


def office(desk: Desk) -> Oversight:
    """The oversight at hand. Raises LookupError where there is none."""
    if desk.oversight is None:
        raise LookupError("no oversight at this desk")
    return desk.oversight


async def may_see(desk: Desk, person: str) -> bool:
    """Whether that person (id) may run tilsyn and see their rows. Raises ConnectorError."""
    directory = desk.systems.get(Directory)
    if await directory.leads(person):
        return True
    wanted = frozenset().union(*(desk.roles.get(role, frozenset()) for role in ROLES))
    return bool(wanted) and bool(wanted & await directory.groups_of(person))
