"""The consultants from outside: their orders in Kvantum, and the hours that they register on them. Invoices and time sheets both come from here."""

import random
from dataclasses import dataclass
from datetime import date
from functools import cache

from simulators.calendar_dk import workdays
from simulators.staff import employee_nr, with_fate
from simulators.world import Person

RATE = 950_00  # øre an hour, the same in every contract
MONTHS = tuple(date(2026, month, 1) for month in range(1, 11))


@dataclass(frozen=True)
class Contract:
    """One consultant on one order. hours: worked hours by day, in hundredths."""

    who: Person
    employee: str
    order: str
    supplier: int
    hours: dict[date, int]

    def month(self, first: date) -> int:
        """Hundredths of hours in a month."""
        return sum(hours for day, hours in self.hours.items() if (day.year, day.month) == (first.year, first.month))


@cache
def contracts(seed: int) -> tuple[Contract, ...]:
    """Six consultants, two at each of three suppliers, each with an order of their own."""
    chance = random.Random(f"{seed} consulting")  # noqa: S311 - a fixed world, nothing secret
    return tuple(contract(one, n, chance) for n, one in enumerate(with_fate(seed, "consultant")))


def contract(one: Person, n: int, chance: random.Random) -> Contract:
    """About three days a week."""
    days = [day for day in workdays(MONTHS[0], date(2026, 10, 31)) if chance.random() < 0.6]
    number = f"{910000 + one.number:08d}"
    assert number != employee_nr(one)  # noqa: S101 - consultants have a number series of their own
    return Contract(one, number, f"{4_500_900_000 + n}", n // 2, {day: chance.choice((740, 740, 600, 450)) for day in days})
