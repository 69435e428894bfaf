"""Who may run a tilsyn and see what it found: managers, and those with the role of controller or leder (ROLES)."""

from connectors.directory import Directory
from dialogs.desk import Desk
from dialogs.oversight.runner import Oversight

CONTROLLER = "controller"
ROLES = (CONTROLLER, "leder")
REFUSAL = "Tilsyn kan kun ledere og controllere køre og se. Spørg din leder, hvis du har brug for det."


def office(desk: Desk) -> Oversight:
    """The oversight at hand. Raises LookupError where there is none."""
    if desk.oversight is None:
        raise LookupError("no oversight at this desk")
    return desk.oversight


async def may_see(desk: Desk, person: str) -> bool:
    """Whether that person (id) may run tilsyn and see their rows. Raises ConnectorError."""
    return await desk.systems.get(Directory).leads(person) or await has_role(desk, person, *ROLES)


async def has_role(desk: Desk, person: str, *roles: str) -> bool:
    """Whether that person (id) is in a group that gives one of those roles. Raises ConnectorError."""
    wanted = frozenset().union(*(desk.roles.get(role, frozenset()) for role in roles))
    return bool(wanted) and bool(wanted & await desk.systems.get(Directory).groups_of(person))
