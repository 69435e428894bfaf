"""The next deadline of each tilsyn by the year's wheel, for those whose it is: a controller sees all, a manager their own and their unit's."""

from datetime import date, timedelta

from connectors.directory import Person
from dialogs import texts
from dialogs.desk import Desk
from dialogs.oversight import duties, periods
from dialogs.oversight.duties import Duty
from dialogs.oversight.rights import CONTROLLER, has_role, office
from insights.views import Json

BACK = timedelta(days=365)  # deadlines that went by so long ago are still told of


async def deadlines(desk: Desk, person: Person) -> dict[str, Json]:
    """By the tilsyn's name: the first deadline that nobody has signed for, as the list shows it. Raises ConnectorError."""
    if desk.wheel is None or not await desk.wheel.entries():
        return {}
    today = texts.local(desk.now()).date()
    some = await duties.asked(office(desk), desk.wheel, today - BACK, date(today.year, 12, 31))
    everything = await has_role(desk, person.id, CONTROLLER)
    mine = [one for one in some if not one.is_signed and (everything or is_theirs(one, person))]
    found: dict[str, Json] = {}
    for one in sorted(mine, key=lambda duty: duty.deadline):
        found.setdefault(one.tilsyn, told(one, today))
    return found


def is_theirs(duty: Duty, person: Person) -> bool:
    """They are to sign it, or it is of their unit."""
    return duty.owner == person.email.casefold() or (bool(duty.unit) and duty.unit == person.department)


def told(duty: Duty, today: date) -> Json:
    """A deadline in the list."""
    return {
        "text": periods.short(duty.deadline),
        "period": periods.said(duty.period),
        "unit": duty.unit,
        "late": duty.is_late(today),
        "at": duty.deadline.isoformat(),
    }
