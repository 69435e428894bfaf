"""The data of the simulated time registration, made at first use: employments, hours by day, absence, and what is not in order (T8, T9, T10)."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache

from simulators.calendar_dk import is_workday, workdays
from simulators.consulting import contracts
from simulators.planted import Plan, Plant
from simulators.reporting import Entity, Warehouse
from simulators.staff import BOSSES, TODAY, Employment, staff, with_fate
from simulators.timereg.absence import FIRST, Absence, absences
from simulators.timereg.cases import Cases

LAST = TODAY - timedelta(days=3)  # Friday: the sheets of this week are not in yet
DAILY = (700, 725, 740, 750, 790)  # hundredths of hours of a full day
Q3 = (date(2026, 7, 6), date(2026, 9, 20))
Q2 = (date(2026, 4, 13), date(2026, 6, 14))
ENTITIES = (
    Entity(
        "Ansaettelser",
        {
            "medarbejder_nr": "text", "bruger_id": "text", "fra": "date", "til": "date", "ugenorm": "decimal", "enhed": "text", "leder_nr": "text",
            "type": "text",
        },
        ("medarbejder_nr", "fra"),
    ),
    Entity(
        "Registreringer",
        {
            "medarbejder_nr": "text", "dato": "date", "timer": "decimal", "opgave_nr": "text", "sag_nr": "text", "art": "text", "status": "text",
            "registreret_tid": "timestamp", "godkendt_af": "text",
        },
        ("medarbejder_nr", "dato", "opgave_nr", "sag_nr", "art"),
        "timer",
    ),
    Entity("Fravaer", {"medarbejder_nr": "text", "fra": "date", "til": "date", "art": "text", "omfang_pct": "integer"}, ("medarbejder_nr", "fra", "art")),
)  # fmt: skip
Row = tuple[object, ...]


@dataclass
class Sheets:
    """The sheets of one world. odd: what somebody's week is, by employee and Monday, where it is not an ordinary one."""

    seed: int
    plan: Plan = field(default_factory=Plan)
    rows: list[Row] = field(default_factory=list)
    odd: dict[tuple[str, date], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed} sheets")  # noqa: S311 - a fixed world, nothing secret
        self.staff = staff(self.seed)
        self.away = absences(self.seed)
        self.kept = [one for one in self.staff.employments if one.kind != "konsulent" and one.number and one.number not in BOSSES]
        self.cases = Cases(self.chance)
        self.days = workdays(FIRST, LAST)

    def add(self, employee: str, day: date, hours: int, task: str, case: str | None = None, **other: object) -> None:
        """One line of a sheet, entered the same afternoon."""
        at = datetime.combine(day, time(15, self.chance.randrange(60)))
        values = {"kind": "arbejde", "state": "godkendt" if day < LAST - timedelta(days=7) else "indsendt", "entered": at, **other}
        approver = "leder" if values["state"] == "godkendt" else None
        self.rows.append(
            (
                plain(employee),
                day.isoformat(),
                hours,
                task,
                case,
                values["kind"],
                values["state"],
                str(values["entered"]).replace(" ", "T"),
                approver,
            )
        )

    def absent(self, employee: str, day: date) -> Absence | None:
        return next((one for one in self.away[employee] if one.covers(day)), None)

    def weeks(self) -> None:
        """Choose the weeks that are not in order (T9), each of another person."""
        able = [one for one in self.kept if one.kind == "fast" and one.number not in self.staff.fates]
        pool = self.chance.sample(able, len(able))
        for within in (Q3, Q3, Q2):
            for what, why in (("none", "ingen timer i ugen"), ("few", "under 80 % af normen"), ("many", "over 115 % af normen")):
                who, monday = self.ordinary_week(pool, within)
                self.odd[who.employee, monday] = what
                self.plan.finding("T9", who.employee, monday.isoformat(), day=monday, why=why)
        who = pool.pop()
        for n in range(17):
            monday = date(2026, 5, 25) + timedelta(weeks=n)
            self.odd[who.employee, monday] = "overtime"
        self.away[who.employee] = ()
        for one in with_fate(self.seed, "starts"):
            [job] = self.staff.of(one.number)
            monday = job.start - timedelta(days=job.start.weekday())
            self.plan.alike("T9", job.employee, monday.isoformat(), day=monday, why="begyndte midt i ugen")
        for number in sorted(BOSSES):
            [job] = self.staff.of(number)
            self.plan.alike("T9", job.employee, "2026-08-31", day=date(2026, 8, 31), why="leder uden pligt til at registrere")
        self.overworked = who.employee

    def ordinary_week(self, pool: list[Employment], within: tuple[date, date]) -> tuple[Employment, date]:
        """Somebody and a week of five workdays at work."""
        mondays = [within[0] + timedelta(weeks=n) for n in range((within[1] - within[0]).days // 7)]
        while True:
            who, monday = pool.pop(), self.chance.choice(mondays)
            week = [monday + timedelta(days=n) for n in range(5)]
            if all(is_workday(day) and who.covers(day) and not self.absent(who.employee, day) for day in week):
                return who, monday

    def hours(self, one: Employment, day: date) -> int:
        """What somebody works on a workday, in hundredths; 0 for nothing."""
        what = self.odd.get((one.employee, day - timedelta(days=day.weekday())))
        if what == "none" or (what == "few" and day.weekday() in {1, 3}):
            return 0
        if what in {"many", "overtime"}:
            return 1000
        away = self.absent(one.employee, day)
        usual = int(self.chance.choice(DAILY) * one.hours / 37)
        return usual if away is None else usual * (100 - away.percent) // 100

    def everyday(self) -> None:
        """All sheets of everybody who keeps them."""
        for one in self.kept:
            tasks = self.chance.sample(range(1000, 1060), 3)
            for day in self.days:
                if not one.covers(day):
                    continue
                hours = self.hours(one, day)
                if hours > 300 and (case := self.cases.at_work(one, day)):
                    self.add(one.employee, day, 100, "SAG", case)
                    hours -= 100
                if hours:
                    self.add(one.employee, day, hours, str(self.chance.choice(tasks)))
        for contract in contracts(self.seed):
            for day, hours in contract.hours.items():
                self.add(contract.employee, day, hours, contract.order)

    def overtime(self) -> None:
        """The plants of the one whose mean is over 48: each of the weeks is one."""
        for n in range(17):
            monday = date(2026, 5, 25) + timedelta(weeks=n)
            self.plan.finding("T9", self.overworked, monday.isoformat(), day=monday, why="50 timer om ugen i 17 uger")

    def on_absence(self) -> None:
        """T8: work on a day of full absence; and half days, cancelled lines and flex, which are none."""
        able = [one for one in self.kept if one.kind == "fast" and one.employee != self.overworked]
        stretches = [
            row for one in able for row in self.away[one.employee] if (one.end is None or row.last <= one.end) and row.last <= LAST
        ]
        for within in (Q3, Q3, Q3, Q2, Q2):
            one = self.chance.choice([row for row in stretches if row.percent == 100 and within[0] <= row.first <= within[1]])
            stretches.remove(one)
            day = workdays(one.first, one.last)[0]
            self.add(one.employee, day, 200, "1099")
            self.plan.finding("T8", one.employee, day.isoformat(), day=day, why="arbejdstid på en hel fraværsdag")
        for within in (Q3, Q2):
            for how, why in (({"state": "annulleret"}, "registreringen er annulleret"), ({"kind": "flex"}, "flex, ikke arbejde")):
                one = self.chance.choice([row for row in stretches if row.percent == 100 and within[0] <= row.first <= within[1]])
                stretches.remove(one)
                day = workdays(one.first, one.last)[0]
                self.add(one.employee, day, 200, "1098", **how)
                self.plan.alike("T8", one.employee, day.isoformat(), day=day, why=why)
            half = self.chance.choice([row for row in stretches if row.percent == 50 and within[0] <= row.first <= within[1]])
            self.plan.alike("T8", half.employee, half.first.isoformat(), day=half.first, why="fravær en halv dag")

    def on_cases(self) -> None:
        """T10: time on closed and unknown cases; and late entries and careless spelling, which are none."""
        able = [one for one in self.kept if one.kind == "fast" and one.number not in self.staff.fates and not self.away_lately(one)]
        for n, plant in enumerate(self.cases.plants(self.chance)):
            who = able[(n * 7) % len(able)]
            self.add(who.employee, plant.day, 50, f"SAG{n}", plant.written, **({"entered": plant.entered} if plant.entered else {}))
            note = self.plan.finding if plant.finding else self.plan.alike
            note("T10", who.employee, plant.day.isoformat(), plant.number, day=plant.day, why=plant.why)

    def away_lately(self, one: Employment) -> bool:
        """Somebody on leave in the weeks that T10 is about must not get hours there."""
        return any(row.last >= date(2026, 10, 1) for row in self.away[one.employee])


def plain(employee: str) -> str:
    """The number without leading zeros."""
    return employee.lstrip("0")


@cache
def made(seed: int) -> tuple[Warehouse, tuple[Plant, ...]]:
    """The rows of one world in SQLite, and what is planted among them."""
    sheets = Sheets(seed)
    sheets.away = dict(sheets.away)
    sheets.weeks()
    sheets.everyday()
    sheets.overtime()
    sheets.on_absence()
    sheets.on_cases()
    warehouse = Warehouse({entity.name: entity for entity in ENTITIES})
    warehouse.fill("Ansaettelser", (employment(one) for one in sheets.staff.employments))
    warehouse.fill("Registreringer", sheets.rows)
    away = (row for rows in sheets.away.values() for row in rows)
    warehouse.fill("Fravaer", ((plain(row.employee), row.first.isoformat(), row.last.isoformat(), row.kind, row.percent) for row in away))
    return warehouse, tuple(sheets.plan.plants)


def employment(one: Employment) -> Row:
    """A row of Ansaettelser; consultants have no weekly norm."""
    hours = 0 if one.kind == "konsulent" else round(one.hours * 100)
    end = one.end.isoformat() if one.end else None
    return (one.employee, one.login, one.start.isoformat(), end, hours, one.unit, one.boss or None, one.kind)


def load(seed: int) -> Warehouse:
    """The rows of one world."""
    return made(seed)[0]


def plants(seed: int) -> tuple[Plant, ...]:
    """What is planted here."""
    return made(seed)[1]
