"""Who somebody is in the data: what a person is called in each system, so that nobody signs findings about themselves."""

from connectors.directory import Directory
from connectors.personer import PEOPLE, Personer, whole
from dialogs.desk import Desk
from dialogs.fields import Colleague
from dialogs.oversight.runner import offered

OF_A_PERSON = (
    "person_id", "medarbejder_nr", "bruger_id", "sap_bruger", "entra_id", "upn", "servicenow_id", "servicenow_bruger", "kreditor_nr",
)  # fmt: skip


def at_once(me: Colleague) -> list[str]:
    """What is known without looking anything up: id, name, addresses and login. A name may be a namesake's: then another signs, which harms nobody."""
    return [me.id, me.name, me.email, me.login, me.login.rpartition("\\")[2], me.email.partition("@")[0]]


async def everywhere(desk: Desk, me: Colleague) -> list[str]:
    """The same with what the identity map knows, of every employment. Reads the staff of all systems: for a job. Raises ConnectorError."""
    known = at_once(me)
    people = Personer(offered(desk.systems))
    if not people.datasets():  # not every system that the map is made of is set up here
        return known
    rows = await whole(people, PEOPLE.name)
    mine = {row["person_id"] for row in rows if row["entra_id"] == me.id}
    return known + sorted({str(row[name]) for row in rows if row["person_id"] in mine for name in OF_A_PERSON if row[name]})


async def chief(desk: Desk, person: str) -> Colleague | None:
    """The person's (id) manager. Raises ConnectorError."""
    found = await desk.systems.get(Directory).manager(person)
    return Colleague.of(found) if found and found.id != person else None
