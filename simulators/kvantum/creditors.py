"""The creditors and what was changed about them, with who approved it (T3)."""

import hashlib
import random
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache

from simulators.calendar_dk import workdays
from simulators.planted import Plan
from simulators.staff import TODAY, employee_nr, sap, staff
from simulators.world import PEOPLE, Person

FIRST = date(2025, 1, 1)
Q3 = (date(2026, 7, 4), date(2026, 9, 20))
Q2 = (date(2026, 4, 4), date(2026, 6, 20))
COUNT = 380
CONSULTING = 3  # the first ones sell consultants' hours
WORDS = (
    "Nordisk",
    "Øresund",
    "Dansk",
    "Vester",
    "Amager",
    "Sjællands",
    "Kongens",
    "Harbo",
    "Skjold",
    "Bæk & Toft",
    "Lund",
    "Grøn",
    "Hav",
    "Fyrtårnets",
)
TRADES = (
    "Kontor",
    "IT",
    "Rengøring",
    "Catering",
    "Møbler",
    "Kursus",
    "Vagt",
    "Transport",
    "Tryk",
    "El",
    "VVS",
    "Software",
    "Hardware",
    "Rådgivning",
)
FORMS = ("ApS", "A/S", "I/S", "P/S")
ACCOUNT = ("regnr", "kontonr", "iban")
SHARED, TWIN, PAID_TO, NEW = 210, 212, 213, 4_950_000  # places of creditors whose account is another's too, and the number of a new one
SOON = 5  # days from a change of account to a payment
SENSITIVE = ("regnr", "kontonr", "iban", "cvr", "navn")
SYNC = ("NEMKONTO", "CVRSYNC", "MIGRERING")  # users that are no people
WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)


@dataclass(frozen=True)
class Creditor:
    """One creditor, as Kvantum keeps it."""

    number: str
    name: str
    cvr: str
    reg: str
    account: str
    created: date
    by: str
    blocked: bool = False

    @property
    def iban(self) -> str:
        return iban(self.reg, self.account)

    def row(self) -> tuple[object, ...]:
        return (
            self.number,
            self.name,
            self.cvr or None,
            self.reg,
            self.account,
            self.iban,
            self.created.isoformat(),
            self.by,
            int(self.blocked),
        )


@dataclass(frozen=True)
class Change:
    """One change of one field. approved: when and by whom, None where nobody has."""

    number: str
    field: str
    at: datetime
    by: str
    approved: datetime | None
    approver: str | None

    def row(self) -> tuple[object, ...]:
        old, new = (hashlib.sha256(f"{self} {side}".encode()).hexdigest()[:16] for side in ("old", "new"))
        return (
            self.number, self.field, old, new, self.at.isoformat(), self.by, self.approved.isoformat() if self.approved else None, self.approver,
        )  # fmt: skip


def clerks(seed: int) -> tuple[list[Person], list[Person]]:
    """Those of the finance department who enter, and those who approve: nobody is both, and all of them are here all the time."""
    found = [one for one in PEOPLE if one.department == "Økonomi" and one.number > 8 and one.number not in staff(seed).fates]
    return found[: len(found) // 2], found[len(found) // 2 :]


def cvr(chance: random.Random) -> str:
    """Eight digits that pass the check by weights 2 7 6 5 4 3 2 1, sum mod 11 = 0."""
    while True:
        digits = [chance.randint(1, 9), *(chance.randint(0, 9) for _ in range(6))]
        last = -sum(digit * weight for digit, weight in zip(digits, WEIGHTS[:7], strict=True)) % 11
        if last < 10:
            return "".join(map(str, [*digits, last]))


def iban(reg: str, account: str) -> str:
    """DK, two check digits by mod 97, 4 + 10 digits."""
    check = 98 - int(f"{reg}{account}131400") % 97
    return f"DK{check:02d}{reg}{account}"


@cache
def creditors(seed: int) -> tuple[Creditor, ...]:
    """The companies; one company twice under the same CVR; employees who are paid as creditors, with 09 and their number; two more with others' accounts."""
    chance = random.Random(f"{seed} creditors")  # noqa: S311 - a fixed world, nothing secret
    enter, _ = clerks(seed)
    names = chance.sample([f"{a} {b} {c}" for a in WORDS for b in TRADES for c in FORMS], COUNT)
    found = []
    for n, name in enumerate(names):
        reg, account = f"{chance.randint(40, 9900):04d}", f"{chance.randint(10**5, 10**10 - 1):010d}"
        made = date(2012, 1, 2) + timedelta(days=chance.randrange(4600))
        found.append(
            Creditor(f"{4_000_000 + n * 7:010d}", name, cvr(chance), reg, account, made, sap(chance.choice(enter)), chance.random() < 0.04)
        )
    found[:12] = [replace(one, blocked=False) for one in found[:12]]
    twin = found[10]
    found.append(
        replace(twin, number=f"{4_900_000:010d}", name=twin.name.upper(), reg="1551", account=f"{chance.randint(10**8, 10**9):010d}")
    )
    able = [one for one in PEOPLE if one.number > 20 and one.number not in staff(seed).fates]
    for person in chance.sample(able, 12):
        account = f"{chance.randint(10**6, 10**10 - 1):010d}"
        found.append(
            Creditor(
                f"09{employee_nr(person)}", person.name, "", f"{chance.randint(40, 9900):04d}", account, date(2019, 3, 1), sap(enter[0])
            )
        )
    return tuple(shared(found, chance))


def shared(found: list[Creditor], chance: random.Random) -> list[Creditor]:
    """Accounts that two have: two companies; one company that is there twice; a company and an employee; a new creditor and an employee."""
    employees = found[-12:]
    found[SHARED] = replace(found[SHARED], reg=found[SHARED + 1].reg, account=found[SHARED + 1].account)
    found[PAID_TO] = replace(found[PAID_TO], reg=employees[0].reg, account=employees[0].account)
    twin = replace(found[TWIN], number=f"{NEW - 7:010d}", created=date(2020, 5, 4))
    new = replace(
        found[-1], number=f"{NEW:010d}", name="Nordlys Rådgivning ApS", cvr=cvr(chance), reg=employees[1].reg, account=employees[1].account
    )
    return [*found, twin, replace(new, created=date(2026, 8, 12))]


@dataclass
class Changes:
    """Some 600 changes, with the few that are not in order. paid: on which days each creditor was paid, sorted."""

    seed: int
    paid: dict[str, list[date]]
    plan: Plan = field(default_factory=Plan)
    taken: set[str] = field(default_factory=set)
    found: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed} changes")  # noqa: S311 - a fixed world, nothing secret
        self.enter, self.approve = ([sap(one) for one in people] for people in clerks(self.seed))
        self.days = workdays(FIRST, TODAY - timedelta(days=2))
        self.companies = [one.number for one in creditors(self.seed)[:COUNT]]
        self.special = {self.companies[place] for place in (SHARED, SHARED + 1, TWIN, PAID_TO)}
        self.taken |= self.special

    def everyday(self) -> None:
        """Changed by one, approved by another within hours."""
        for _ in range(560):
            number, at = self.chance.choice(self.companies), moment(self.chance.choice(self.days), self.chance)
            field_name = self.chance.choice((*SENSITIVE, "adresse", "email", "betalingsbetingelse"))
            approved = at + timedelta(minutes=self.chance.randint(5, 240))
            one = Change(number, field_name, at, self.chance.choice(self.enter), approved, self.chance.choice(self.approve))
            if field_name not in ACCOUNT or not (number in self.special or self.paid_soon(number, at.date())):
                self.found.append(one)

    def paid_soon(self, number: str, day: date) -> bool:
        """Whether a creditor is paid within days of that one."""
        return any(0 <= (paid - day).days <= SOON for paid in self.paid.get(number, ()))

    def once(self, within: tuple[date, date]) -> tuple[str, datetime]:
        """A creditor that is planted once, and when."""
        number = self.chance.choice([one for one in self.companies if one not in self.taken and len(self.paid.get(one, ())) > 3])
        self.taken.add(number)
        return number, moment(self.chance.choice([day for day in self.days if within[0] <= day <= within[1]]), self.chance)

    def planted(self, within: tuple[date, date]) -> None:
        """Not approved, approved by oneself, approved too late; and what needs no approval."""
        number, at = self.once(within)
        self.found.append(Change(number, "kontonr", at, self.chance.choice(self.enter), None, None))
        self.plan.finding("T3", number, "kontonr", at.isoformat(), day=at.date(), why="ikke godkendt")
        number, at = self.once(within)
        own = self.chance.choice(self.enter)
        self.found.append(Change(number, "iban", at, own, at + timedelta(minutes=3), own))
        self.plan.finding("T3", number, "iban", at.isoformat(), day=at.date(), why="godkendt af den, der ændrede")
        self.late(within)
        self.soon(within)
        number, at = self.once(within)
        self.found.append(Change(number, "kontonr", at, self.chance.choice(SYNC), None, None))
        self.plan.alike("T3", number, "kontonr", at.isoformat(), day=at.date(), why="synkronisering")
        number, at = self.once(within)
        self.found.append(Change(number, "adresse", at, own, None, None))
        self.plan.alike("T3", number, "adresse", at.isoformat(), day=at.date(), why="ikke et betalingsfelt")

    def late(self, within: tuple[date, date]) -> None:
        """Approved after the next payment had gone out."""
        able = [
            (one, day) for one in self.companies if one not in self.taken for day in self.paid.get(one, ()) if within[0] <= day <= within[1]
        ]
        number, payment = self.chance.choice(able)
        self.taken.add(number)
        at = moment(payment - timedelta(days=2), self.chance)
        self.found.append(Change(number, "regnr", at, self.enter[0], moment(payment + timedelta(days=4), self.chance), self.approve[0]))
        self.plan.finding("T3", number, "regnr", at.isoformat(), day=at.date(), why="godkendt efter første betaling")

    def soon(self, within: tuple[date, date]) -> None:
        """Approved by another, and paid three days later; and one that is paid after a week."""
        for days, note, why in ((3, self.plan.finding, "betalt tre dage efter"), (8, self.plan.alike, "betalt otte dage efter")):
            able = [
                (one, day)
                for one in self.companies
                if one not in self.taken
                for day in self.paid.get(one, ())
                if within[0] <= day <= within[1] and not self.paid_soon(one, day - timedelta(days=max(days, SOON + 1)))
            ]
            number, payment = self.chance.choice(able)
            self.taken.add(number)
            at = moment(payment - timedelta(days=days), self.chance)
            self.found.append(Change(number, "kontonr", at, self.enter[0], at + timedelta(minutes=20), self.approve[0]))
            note("T3", number, "kontonr", at.isoformat(), day=at.date(), why=why)

    def accounts(self) -> None:
        """Changed to an account that another has; approved by another, and not paid soon."""
        for place, note, why in (
            (SHARED, self.plan.finding, "kontoen er også en anden kreditors"),
            (PAID_TO, self.plan.finding, "kontoen er en medarbejders"),
            (TWIN, self.plan.alike, "den samme virksomhed to gange"),
        ):
            number = self.companies[place]
            days = [day for day in self.days if Q3[0] <= day <= Q3[1] and not self.paid_soon(number, day)]
            at = moment(self.chance.choice(days), self.chance)
            self.found.append(Change(number, "kontonr", at, self.enter[0], at + timedelta(minutes=20), self.approve[0]))
            note("T3", number, "kontonr", at.isoformat(), day=at.date(), why=why)
        new = creditors(self.seed)[-1]
        self.plan.finding(
            "T3", new.number, "oprettet", f"{new.created}T00:00:00", day=new.created, why="oprettet med en medarbejders konto"
        )


def changes(seed: int, paid: dict[str, list[date]]) -> Changes:
    """The changes of one world."""
    found = Changes(seed, paid)
    found.everyday()
    for within in (Q3, Q3, Q3, Q2):
        found.planted(within)
    found.accounts()
    return found


def moment(day: date, chance: random.Random) -> datetime:
    """A time of that day at work; odd minutes, so that two of one creditor do not meet."""
    return datetime.combine(day, time(chance.randint(8, 11), chance.randrange(60), chance.randrange(60)))
