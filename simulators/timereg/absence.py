"""Absence of the simulated staff: holidays in whole weeks, sickness, children's first day, care days, parental leave; one stretch at a time."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from simulators.calendar_dk import is_workday
from simulators.staff import TODAY, Employment, employee_nr, on_leave, staff

FIRST = date(2025, 11, 3)  # a Monday: time is kept from here on
LEAVE = (date(2026, 5, 4), date(2027, 2, 26))  # of the one who is on leave
KINDS = (("ferie", 0.5), ("sygdom", 0.3), ("barns sygdom", 0.1), ("omsorgsdag", 0.1))


@dataclass(frozen=True)
class Absence:
    """Away from the first to the last day, so many per cent of the day."""

    employee: str
    first: date
    last: date
    kind: str
    percent: int

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@cache
def absences(seed: int) -> dict[str, tuple[Absence, ...]]:
    """All absence by employee number, in order and without overlap."""
    chance = random.Random(f"{seed} absence")  # noqa: S311 - a fixed world, nothing secret
    found = {one.employee: tuple(of(one, chance)) for one in staff(seed).employments if one.kind != "konsulent"}
    away = employee_nr(on_leave(seed))
    before = tuple(one for one in found[away] if one.last < LEAVE[0])
    return found | {away: (*before, Absence(away, *LEAVE, "barsel", 100))}


def of(one: Employment, chance: random.Random) -> list[Absence]:
    """The absence of one employment: a stretch every five to nine weeks, a quarter of the short ones half days."""
    found = []
    day = max(FIRST, one.start) + timedelta(days=chance.randint(10, 40))
    last = min(one.end or TODAY, TODAY)
    while day < last - timedelta(days=16):
        if not is_workday(day):
            day += timedelta(days=1)
            continue
        [kind] = chance.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS])
        if kind == "ferie":
            day += timedelta(days=-day.weekday() % 7)
            end, percent = day + timedelta(days=7 * chance.randint(1, 2) - 3), 100
        else:
            end, percent = day + timedelta(days=chance.randint(0, 2) if kind == "sygdom" else 0), 50 if chance.random() < 0.25 else 100
        if end <= last:
            found.append(Absence(one.employee, day, end, kind, percent))
        day = end + timedelta(days=chance.randint(35, 63))
    return found
