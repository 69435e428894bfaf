"""The ServiceNow cases that time is registered on, and the times that should not be there (T10)."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from simulators.calendar_dk import is_workday
from simulators.servicenow.seed import planted
from simulators.staff import TODAY, Employment

LOCAL = ZoneInfo("Europe/Copenhagen")
GRACE = timedelta(days=3)  # after closing, in which time may still be registered


@dataclass(frozen=True)
class Case:
    """An incident, with the days between which it was open; closed is None where it still is."""

    number: str
    opened: date
    closed: date | None


@dataclass(frozen=True)
class Line:
    """One planted line. written: the number as somebody typed it."""

    number: str
    written: str
    day: date
    finding: bool
    why: str
    entered: datetime | None = None


def day_of(text: str) -> date:
    """A stored UTC time as the local day."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).astimezone(LOCAL).date()


class Cases:
    """The incidents of the seeded ServiceNow."""

    def __init__(self, chance: random.Random) -> None:
        rows = planted().rows["incident"].values()
        self.chance = chance
        self.every = [
            Case(row["number"], day_of(row["opened_at"]), day_of(row["closed_at"]) if row.get("closed_at") else None) for row in rows
        ]

    def at_work(self, one: Employment, day: date) -> str | None:
        """Now and then, in the service units, a case that was open that day."""
        if day < date(2026, 10, 1) or one.unit not in {"Servicedesk", "Netværk", "Digital Arbejdsplads"} or self.chance.random() < 0.6:
            return None
        case = self.chance.choice(self.every)
        return case.number if case.opened <= day <= (case.closed or TODAY) else None

    def plants(self, chance: random.Random) -> list[Line]:
        """Three after closing, two on cases that are not there; four that are in order."""
        closed = chance.sample([one for one in self.every if one.closed and one.closed < TODAY - timedelta(days=16)], 6)
        found = [Line(one.number, one.number, workday_after(one.closed, 5), True, "sagen var lukket") for one in closed[:3]]
        found += [
            Line(f"INC{number}", f"INC{number}", date(2026, 11, 9 + n), True, "sagen findes ikke")
            for n, number in enumerate(("0099017", "0099018"))
        ]
        within, late, spelt = closed[3:]
        found.append(Line(within.number, within.number, last_workday(within.closed), False, "registreret på lukkedagen"))
        day = last_workday(late.closed)
        entered = datetime.combine(day + timedelta(days=12), datetime.min.time())
        found.append(Line(late.number, late.number, day, False, "indtastet sent, arbejdet før lukning", entered))
        found.append(Line(spelt.number, f" {spelt.number.lower()} ", last_workday(spelt.closed), False, "skrevet med små bogstaver"))
        return found


def workday_after(day: date | None, days: int) -> date:
    """The first workday so many days after another."""
    found = (day or TODAY) + timedelta(days=days)
    while not is_workday(found):
        found += timedelta(days=1)
    return found


def last_workday(day: date | None) -> date:
    """The day itself, or the workday before it."""
    found = day or TODAY
    while not is_workday(found):
        found -= timedelta(days=1)
    return found
