"""Who is and was employed: the people of the world, those who have left, came back, stand in as consultants, or had a user id before.

One person has one fate at most, so that each finding has one reason. Numbers are padded to 8 digits here; other systems write them without.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from simulators.planted import Plan, Plant
from simulators.world import NOW, PEOPLE, UNITS, Person, person

TODAY = NOW.date()
FIRST_FATED = 60  # people before that are spoken of in conversations and stay as they are
SPOKEN_OF = frozenset(
    {63, 68, 69, 70, 76, 80, 83, 89, 97, 102, 104, 115, 116, 154, 157, 161, 163, 167, 172, 173, 175, 181, 187, 197, 199, 200}
)  # and these
WEEK = 37.0  # hours of a full week
BOSSES = frozenset(one.manager for one in PEOPLE) - {0}


@dataclass(frozen=True)
class Employment:
    """One employment. `kind`: fast, timeloen or konsulent. `end`: the last day, None for open. number: the person in the world, 0 for a former one."""

    employee: str
    login: str
    start: date
    end: date | None
    hours: float
    unit: str
    boss: str
    kind: str
    number: int

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Staff:
    """All employments, and the plants among them. fates: the number of a person → what happened."""

    employments: tuple[Employment, ...]
    fates: dict[int, str]
    plants: tuple[Plant, ...]
    left_on: dict[int, date]

    def of(self, number: int) -> list[Employment]:
        """The employments of a person of the world."""
        return [one for one in self.employments if one.number == number]


def employee_nr(one: Person) -> str:
    """The first employment's number, padded."""
    return f"{100000 + one.number:08d}"


def login(one: Person) -> str:
    r"""The user id: `bhol` of kk\bhol."""
    return one.login.rpartition("\\")[2]


def sap(one: Person) -> str:
    """The user in Kvantum: upper case, at most 12 characters."""
    return login(one).upper()[:12]


def main_employment(one: Person, chance: random.Random, **other: object) -> Employment:
    """The ordinary employment of a person."""
    kind = "timeloen" if one.number % 19 == 0 and one.number > 20 else "fast"
    hours = 20.0 if kind == "timeloen" else WEEK
    start = date(2010 + one.number % 15, 1 + one.number % 9, 1)
    values: dict[str, object] = {
        "employee": employee_nr(one), "login": login(one), "start": start, "end": None, "hours": hours, "unit": one.department,
        "boss": employee_nr(person(one.manager)) if one.manager else "", "kind": kind, "number": one.number,
    }  # fmt: skip
    del chance
    return Employment(**{**values, **other})  # type: ignore[arg-type]  # the names are those of the class


class Hiring:
    """Draws the fates of one world."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(f"{seed} staff")  # noqa: S311 - a fixed world, nothing secret
        self.plan = Plan()
        self.fates: dict[int, str] = {}
        self.left_on: dict[int, date] = {}
        self.found: list[Employment] = []
        ordinary = [one for one in PEOPLE if one.number >= FIRST_FATED and one.number not in BOSSES | SPOKEN_OF and one.number % 19]
        self.pool = self.chance.sample(ordinary, len(ordinary))

    def take(self, fate: str, count: int) -> list[Person]:
        """So many people for that fate."""
        chosen = [self.pool.pop() for _ in range(count)]
        self.fates.update({one.number: fate for one in chosen})
        return chosen

    def between(self, first: date, last: date) -> date:
        return first + timedelta(days=self.chance.randrange((last - first).days + 1))

    def leave(self) -> None:
        """People who left: with an open account (findings), without one, and some that only look so."""
        for n, one in enumerate(self.take("left", 7)):
            end = self.between(date(2026, 1, 10), date(2026, 6, 20)) if n < 4 else self.between(date(2026, 7, 5), date(2026, 9, 20))
            self.employ(one, end=end)
            self.left_on[one.number] = end
            self.plan.finding("T1", login(one), day=end, why="har forladt kommunen, kontoen er åben")
        for one in self.take("left_closed", 4):
            end = self.between(date(2026, 2, 1), date(2026, 8, 20))
            self.employ(one, end=end)
            self.left_on[one.number] = end
            self.plan.alike("T1", login(one), day=end, why="fratrådt, men kontoen er lukket og uden rettigheder")
        for one in self.take("leaves_later", 2):
            self.employ(one, end=TODAY + timedelta(days=self.chance.randint(20, 60)))
            self.plan.alike("T1", login(one), day=date(2026, 9, 30), why="har sagt op, men er her endnu")
        for n, one in enumerate(self.take("rehired", 3)):
            end = self.between(date(2026, 2, 1), date(2026, 7, 10))
            self.employ(one, end=end)
            self.employ(one, employee=f"{190000 + n:08d}", start=end + timedelta(days=21))
            self.plan.alike("T1", login(one), day=end, why="genansat under nyt nummer")
        for n, one in enumerate(self.take("consultant_now", 2)):
            end = self.between(date(2026, 1, 15), date(2026, 5, 31))
            self.employ(one, end=end)
            self.employ(one, employee=f"{900000 + n:08d}", start=end + timedelta(days=1), kind="konsulent")
            self.plan.alike("T1", login(one), day=end, why="fortsat som konsulent")

    def share(self) -> None:
        """Two employments at once, and user ids that somebody else had years ago."""
        for n, one in enumerate(self.take("two_jobs", 3)):
            self.employ(one, hours=22.2)
            self.employ(one, employee=f"{180000 + n:08d}", start=date(2024, 3, 1), hours=14.8)
        for n, one in enumerate(self.take("reused_login", 3)):
            start = date(2021 + n, 2, 1)
            self.found.append(
                main_employment(one, self.chance, employee=f"{50000 + n:08d}", start=date(2008, 5, 1), end=date(2015 + n, 8, 31), number=0)
            )
            self.employ(one, start=start)
            self.plan.alike("T1", login(one), day=date(2026, 9, 30), why="bruger_id tilhørte før en anden, der er fratrådt")

    def employ(self, one: Person, **other: object) -> None:
        self.found.append(main_employment(one, self.chance, **other))

    def rest(self) -> None:
        """Everybody else, and a few who start or are consultants from outside."""
        for one in self.take("consultant", 6):
            self.employ(one, employee=f"{910000 + one.number:08d}", kind="konsulent", start=date(2025, 6, 1))
        for one in self.take("starts", 4):
            monday = date(2026, 7, 6) + timedelta(weeks=self.chance.randint(0, 9))
            self.employ(one, start=monday + timedelta(days=2))
        for one in (*self.take("idle", 5), *self.take("idle_by_group", 2)):
            self.employ(one)
        for one in PEOPLE:
            if one.number not in self.fates:
                self.employ(one)


@cache
def staff(seed: int) -> Staff:
    """The staff of one world."""
    hiring = Hiring(seed)
    hiring.leave()
    hiring.share()
    hiring.rest()
    rows = sorted(hiring.found, key=lambda one: (one.employee, one.start))
    return Staff(tuple(rows), hiring.fates, tuple(hiring.plan.plants), hiring.left_on)


def plants(seed: int) -> tuple[Plant, ...]:
    """What is planted here."""
    return staff(seed).plants


def with_fate(seed: int, fate: str) -> list[Person]:
    """The people with that fate, by number."""
    return [person(number) for number, one in sorted(staff(seed).fates.items()) if one == fate]


def on_leave(seed: int) -> Person:
    """One of those whose account is idle: away with full absence for months."""
    return with_fate(seed, "idle")[-1]


def units() -> list[str]:
    return [unit for unit, _, _ in UNITS]
