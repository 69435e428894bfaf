"""Orders, invoices and who may approve how much where; with what is not in order among them (T4, T5, T16)."""

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

from simulators.calendar_dk import workdays
from simulators.consulting import MONTHS, RATE, contracts
from simulators.kvantum.creditors import CONSULTING, COUNT, FIRST, clerks, creditors
from simulators.planted import Plan
from simulators.staff import TODAY, sap, staff, units
from simulators.world import PEOPLE, UNITS, Person, person

ORDERS = 6200
SMALL, HEAD = 50_000_00, 500_000_00  # øre that a team leader and a head may approve
OPEN_END = date(9999, 12, 31)
Q3 = (date(2026, 7, 1), date(2026, 9, 30))
Q2 = (date(2026, 4, 1), date(2026, 6, 30))


@dataclass(frozen=True)
class Order:
    """One line of a purchase order. Amounts in øre, without VAT."""

    number: str
    day: date
    creditor: str
    deal: str | None
    amount: int
    asker: str
    approver: str
    place: str
    delivered: date

    def row(self) -> tuple[object, ...]:
        return (
            self.number, 10, self.day.isoformat(), self.creditor, self.deal, self.amount, self.asker, self.approver, self.place, self.delivered.isoformat(),
        )  # fmt: skip


@dataclass(frozen=True)
class Invoice:
    """One invoice. net: øre without VAT; a credit note's is negative."""

    id: str
    creditor: str
    number: str
    day: date
    received: date
    net: int
    order: str | None
    by: str
    approver: str
    paid: date | None
    vat: bool = True

    @property
    def gross(self) -> int:
        return self.net * 5 // 4 if self.vat else self.net

    def row(self) -> tuple[object, ...]:
        state = "betalt" if self.paid else "godkendt"
        return (
            self.id, self.creditor, self.number, self.day.isoformat(), self.received.isoformat(), self.gross, self.net, "DKK", self.order, state, self.by,
            self.approver, self.paid.isoformat() if self.paid else None,
        )  # fmt: skip


@dataclass(frozen=True)
class Authority:
    """What somebody may approve at a cost centre, in øre."""

    user: str
    place: str
    limit: int
    first: date
    last: date = OPEN_END

    def row(self) -> tuple[object, ...]:
        return (self.user, self.place, self.limit, self.first.isoformat(), self.last.isoformat())


def places(unit: str) -> list[str]:
    """The cost centres of a unit, ten digits."""
    return [f"{4100 + 10 * units().index(unit) + n:010d}" for n in (1, 2, 3)]


@dataclass
class Purchases:
    """The purchases of one world, as they are made."""

    seed: int
    plan: Plan = field(default_factory=Plan)
    orders: list[Order] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    authorities: list[Authority] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed} purchases")  # noqa: S311 - a fixed world, nothing secret
        self.enter, _ = clerks(self.seed)
        self.companies = creditors(self.seed)[CONSULTING + 2 : COUNT]  # those before sell hours, or at a fixed price
        self.days = workdays(FIRST, TODAY - timedelta(days=3))
        able = [one for one in PEOPLE if one.number > 9 and one.number not in staff(self.seed).fates]
        self.people = {unit: [one for one in able if one.department == unit and one not in self.enter] for unit in units()}
        self.leaders = {unit: found[0] for unit, found in self.people.items()}
        self.heads = {unit: person(head) for unit, _, head in UNITS}

    def authorise(self) -> None:
        """Each cost centre has its head and one team leader."""
        for unit in units():
            for place in places(unit):
                self.authorities.append(Authority(sap(self.heads[unit]), place, HEAD, date(2024, 1, 1)))
                self.authorities.append(Authority(sap(self.leaders[unit]), place, SMALL, date(2024, 1, 1)))

    def unit(self) -> str:
        return self.chance.choice(units())

    def asker(self, unit: str) -> Person:
        return self.chance.choice(self.people[unit][1:])

    def amount(self, creditor: str, low: int = 300_00, high: int = 14_000_00) -> int:
        """Øre that this creditor has not had before, divisible by four so that the VAT is whole."""
        taken = self.amounts.setdefault(creditor, set())
        found = next(value for _ in range(10_000) if (value := self.chance.randrange(low, high, 4)) not in taken)
        taken.add(found)
        return found

    def order(self, creditor: str, day: date, amount: int, unit: str, **other: object) -> Order:
        """One more order, approved by the team leader."""
        number = f"{4_500_000_000 + len(self.orders)}"
        place = self.chance.choice(places(unit))
        one = Order(
            number,
            day,
            creditor,
            None,
            amount,
            sap(self.asker(unit)),
            sap(self.leaders[unit]),
            place,
            day + timedelta(days=self.chance.randint(1, 14)),
        )
        self.orders.append(replace(one, **other))  # type: ignore[arg-type]  # the names are those of the class
        return self.orders[-1]

    def next_number(self, creditor: str) -> str:
        """The creditor's own next invoice number, in its own manner."""
        last = self.numbers[creditor] = self.numbers.get(creditor, int(creditor) % 7000 + 1000) + 1
        return f"{('', 'F-', 'INV', '2026/')[int(creditor) % 4]}{last}"

    def invoice(self, creditor: str, received: date, net: int, **other: object) -> Invoice:
        """One more invoice, entered by a clerk and paid some weeks later."""
        paid = received + timedelta(days=self.chance.randint(12, 28))
        one = Invoice(
            f"{5_100_000_000 + len(self.invoices)}", creditor, self.next_number(creditor), received - timedelta(days=self.chance.randint(1, 4)), received, net, None,
            sap(self.chance.choice(self.enter)), "", paid if paid < TODAY else None,
        )  # fmt: skip
        self.invoices.append(replace(one, **other))  # type: ignore[arg-type]  # the names are those of the class
        return self.invoices[-1]

    def billed(self, order: Order, **other: object) -> Invoice:
        """The invoice of an order, as its approver approves it."""
        received = order.delivered + timedelta(days=self.chance.randint(1, 9))
        return self.invoice(order.creditor, received, order.amount, **{"order": order.number, "approver": order.approver, **other})

    def everyday(self) -> None:
        """Ordinary orders with their invoices, and invoices without an order that the head approves."""
        last = TODAY - timedelta(days=30)
        days = [day for day in self.days if day <= last]
        for _ in range(ORDERS):
            creditor, unit = self.chance.choice(self.companies).number, self.unit()
            self.billed(self.order(creditor, self.chance.choice(days), self.amount(creditor), unit))
        for _ in range(2600):
            creditor, unit = self.chance.choice(self.companies).number, self.unit()
            self.invoice(creditor, self.chance.choice(self.days), self.amount(creditor), approver=sap(self.heads[unit]))

    def day(self, within: tuple[date, date], margin: int = 30) -> date:
        """A workday of the period, with room before its end."""
        return self.chance.choice([day for day in self.days if within[0] <= day <= within[1] - timedelta(days=margin)])


@cache
def purchases(seed: int) -> Purchases:
    """The purchases of one world."""
    from simulators.kvantum import irregular

    found = Purchases(seed)
    found.authorise()
    found.everyday()
    irregular.over_authority(found)
    irregular.doubled(found)
    irregular.consultants(found, contracts(seed), MONTHS, RATE)
    return found
