"""The ledger: every invoice as a document that sums to nothing, cards and outlays (T6, T7), pay and internal transfers; some 60,000 lines."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from simulators.calendar_dk import is_workday, workdays
from simulators.kvantum.purchases import Q2, Q3, Purchases, places
from simulators.planted import Plan
from simulators.staff import TODAY, employee_nr, sap, staff, units
from simulators.timereg.absence import FIRST as KEPT_FROM
from simulators.timereg.absence import Absence, absences
from simulators.world import PEOPLE, Person

CARDS = 60
EXPENSES = {"22": "Varekøb", "24": "Tjenesteydelser", "26": "Inventar", "29": "IT og telefoni"}
BOUGHT = (
    "Møde med leverandør, forplejning til 6",
    "Togbillet til kursus i Odense",
    "Kabler og adaptere til mødelokale",
    "Fagbog til teamet",
    "Blomster til jubilæum, Karen M.",
)
TRANSFERS = ("Omfordeling af porto", "Intern husleje", "Fordeling af telefoni", "Overførsel mellem konti", "Rettelse af konto")
START = date(2025, 1, 1)
Line = tuple[object, ...]


@dataclass
class Ledger:
    """The lines of one world. number: the next document number of each year, which begins anew each year."""

    seed: int
    purchases: Purchases
    plan: Plan = field(default_factory=Plan)
    lines: list[Line] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed} postings")  # noqa: S311 - a fixed world, nothing secret
        self.unit_of_place = {place: unit for unit in units() for place in places(unit)}
        self.days = workdays(START, TODAY - timedelta(days=2))

    def document(self, when: tuple[date, date], kind: str, parts: list[tuple[str, str, int]], text: str, by: str, **more: object) -> str:
        """A document with lines (account, cost centre, øre) that sum to nothing; gives its number. when: booked, and the voucher's own day.

        A card stands on its first line alone.
        """
        assert sum(amount for _, _, amount in parts) == 0  # noqa: S101 - the ledger's own rule
        booked, day = when
        year, period = booked.year, more.get("period", booked.month)
        self.numbers[year] = self.numbers.get(year, 1_900_000_000) + 1
        number = str(self.numbers[year])
        for n, (account, place, amount) in enumerate(parts, 1):
            self.lines.append((
                number, n, year, period, booked.isoformat(), day.isoformat(), account, place, more.get("project"), amount, text, more.get("creditor"),
                more.get("invoice"), more.get("order"), kind, by, more.get("approver"), int(bool(more.get("receipt"))), more.get("card") if n == 1 else None,
            ))  # fmt: skip
        return number

    def invoices(self) -> None:
        """Expense, VAT, debt."""
        place_of = {one.number: one.place for one in self.purchases.orders}
        every = sorted(self.unit_of_place)
        for one in self.purchases.invoices:
            place = place_of.get(one.order or "") or every[int(one.id) % len(every)]
            group = sorted(EXPENSES)[int(one.creditor) % 4]
            account = f"{group}{int(one.creditor) % 90 + 10:02d}0000"
            parts = [(account, place, one.net), ("59010000", place, one.gross - one.net), ("95100000", place, -one.gross)]
            text = f"{EXPENSES[group]}, faktura {one.number}"
            booked = min(one.received, TODAY)
            self.document(
                (booked, one.day), "KR", parts, text, one.by, creditor=one.creditor, invoice=one.number, order=one.order, approver=one.approver, receipt=True
            )  # fmt: skip

    def outlay(self, who: Person, day: date, kind: str, text: str = "", **more: object) -> str:
        """One purchase by card (KK) or paid out of one's own pocket (UD), booked some days later on a workday."""
        booked = day + timedelta(days=self.chance.randint(1, 6))
        while not is_workday(booked):
            booked += timedelta(days=1)
        amount, place = self.chance.randint(45_00, 2400_00), self.chance.choice(places(who.department))
        card = f"KK{who.number:04d}" if kind == "KK" else None
        values: dict[str, object] = {"approver": sap(self.purchases.heads[who.department]), "receipt": True, "card": card, **more}
        booked = values.pop("booked", booked)  # type: ignore[assignment]  # a date where it is given
        return self.document(
            (booked, day),
            kind,
            [("22450000", place, amount), ("95800000", place, -amount)],
            text or self.chance.choice(BOUGHT),
            sap(who),
            **values,
        )

    def everyday(self) -> None:
        """Cards and outlays of people at work, pay, internal transfers, and the closing periods of last year."""
        holders = self.holders()
        for _ in range(3900):
            who = self.chance.choice(holders)
            self.outlay(who, self.free_day(who, self.days[:-12]), "KK")
        able = [one for one in PEOPLE if one.number not in staff(self.seed).fates]
        for _ in range(900):
            who = self.chance.choice(able)
            self.outlay(who, self.chance.choice(self.days[:-12]), "UD")
        every = sorted(self.unit_of_place)
        for month in {(day.year, day.month): day for day in self.days}.values():
            for place in every:
                gross = self.chance.randint(300_000_00, 900_000_00)
                tax, pension = gross * 38 // 100, gross * 12 // 100
                parts = [
                    ("11010000", place, gross),
                    ("95300000", place, -tax),
                    ("95400000", place, -pension),
                    ("95200000", place, tax + pension - gross),
                ]
                self.document((month, month), "LØ", parts, f"Løn {month:%m.%Y}", "LOENKOERSEL")
        clerks = [sap(one) for one in self.purchases.enter]
        for n in range(10_000):
            day, (one, other) = self.chance.choice(self.days), self.chance.sample(every, 2)
            amount = self.chance.randint(100_00, 60_000_00)
            closing = {"period": 13 + n % 4} if n % 150 == 0 else {}
            booked = date(2025, 12, 31) if closing else day
            self.document(
                (booked, booked if closing else day),
                "IN",
                [("49100000", one, amount), ("49100000", other, -amount)],
                self.chance.choice(TRANSFERS),
                self.chance.choice(clerks),
                **closing,
            )

    def holders(self) -> list[Person]:
        """Those who have a purchase card."""
        able = [
            one for one in PEOPLE if one.number > 8 and one.number not in staff(self.seed).fates and employee_nr(one) in absences(self.seed)
        ]
        return able[:CARDS]

    def away(self, who: Person, day: date) -> Absence | None:
        return next((one for one in absences(self.seed)[employee_nr(who)] if one.covers(day)), None)

    def free_day(self, who: Person, days: list[date]) -> date:
        """A day on which nobody can say that the person was away."""
        return next(day for _ in range(1000) if self.away(who, day := self.chance.choice(days)) is None)

    def within(self, period: tuple[date, date], fits: Callable[[date], bool], before: int = 45) -> date:
        """A day of the period that fits, some weeks before its end."""
        days = [period[0] + timedelta(days=n) for n in range((period[1] - period[0]).days - before)]
        return self.chance.choice([day for day in days if fits(day)])

    def key(self, number: str, day: date) -> tuple[str, str]:
        return (str(day.year), number)

    def receipts(self) -> None:
        """T6: no receipt or a text that says nothing; and receipts that are elsewhere, are not due yet, or are not needed."""
        able = self.holders()
        for n, period in enumerate((Q3, Q3, Q2)):
            for kind in ("KK", "UD"):
                who = self.chance.choice(able)
                day = self.within(period, lambda day, who=who: is_workday(day) and self.away(who, day) is None)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
                number = self.outlay(who, day, kind, receipt=False)
                self.plan.finding("T6", *self.key(number, day), day=day, why="bilag mangler")
            who = self.chance.choice(able)
            day = self.free_day(who, [day for day in self.days if period[0] <= day <= period[1] - timedelta(days=45)])
            number = self.outlay(who, day, "KK", ("div", "-", "køb")[n])
            self.plan.finding("T6", *self.key(number, day), day=day, why="teksten siger intet om formålet")
            day = self.free_day(who, [day for day in self.days if period[0] <= day <= period[1] - timedelta(days=45)])
            number = self.outlay(who, day, "KK", f"Bilag ligger ved {1_900_000_100 + n}, samme møde", receipt=False)
            self.plan.alike("T6", *self.key(number, day), day=day, why="bilaget ligger ved et andet bilag")
            number = self.outlay(who, day, "UD", "Bro/færge: Storebælt, uden kvittering", receipt=False)
            self.plan.alike("T6", *self.key(number, day), day=day, why="broafgift")
            late = self.free_day(who, [day for day in self.days if period[1] - timedelta(days=20) <= day <= period[1]])
            number = self.outlay(who, late, "KK", receipt=False)
            self.plan.alike("T6", *self.key(number, late), day=late, why="under 30 dage gammelt ved kvartalets slutning")

    def days_off(self) -> None:
        """T7: cards used at weekends, on public holidays and in absence; and what only looks so."""
        for period in (Q3, Q3, Q3, Q2):
            who = self.chance.choice(self.holders())
            day = self.within(period, lambda day, who=who: day.weekday() >= 5 and self.away(who, day) is None)  # type: ignore[misc]  # as above
            number = self.outlay(who, day, "KK")
            self.plan.finding("T7", *self.key(number, day), day=day, why="købt i en weekend")
            shop = self.outlay(who, day, "KK", "Webshop: abonnement fornyet")
            self.plan.alike("T7", *self.key(shop, day), day=day, why="webshop")
            work = self.free_day(who, [one for one in self.days if period[0] <= one <= period[1] - timedelta(days=45)])
            booked = work + timedelta(days=5 - work.weekday())
            number = self.outlay(who, work, "KK", booked=booked)
            self.plan.alike("T7", *self.key(number, work), day=work, why="bogført i en weekend, købt på en hverdag")
        who = self.chance.choice([one for one in self.holders() if self.away(one, date(2026, 5, 25)) is None])
        number = self.outlay(who, date(2026, 5, 25), "KK")
        self.plan.finding("T7", *self.key(number, date(2026, 5, 25)), day=date(2026, 5, 25), why="købt 2. pinsedag")
        self.in_absence()

    def in_absence(self) -> None:
        """Bought on a day of full absence (findings), or of half a day's (none)."""
        for percent, count in ((100, 2), (50, 2)):
            able = [
                (who, one, day)
                for who in self.holders()
                for one in absences(self.seed)[employee_nr(who)]
                if one.percent == percent
                for day in days_of(one)
            ]
            for period in (Q3, Q2)[:count]:
                who, _, day = self.chance.choice([row for row in able if period[0] <= row[2] <= period[1] - timedelta(days=10)])
                number = self.outlay(who, day, "KK")
                if percent == 100:
                    self.plan.finding("T7", *self.key(number, day), day=day, why="købt under fravær")
                else:
                    self.plan.alike("T7", *self.key(number, day), day=day, why="fravær en halv dag")


def days_of(one: Absence) -> list[date]:
    """The workdays of an absence, since time is kept."""
    return workdays(max(one.first, KEPT_FROM), one.last)


def ledger(seed: int, purchases: Purchases) -> Ledger:
    """The whole ledger of one world."""
    found = Ledger(seed, purchases)
    found.invoices()
    found.everyday()
    found.receipts()
    found.days_off()
    return found
