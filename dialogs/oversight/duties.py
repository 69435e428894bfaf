"""What the year's wheel asks for, tilsyn by tilsyn and period by period, and how each stands."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, Connection, MetaData, String, Table, Text, delete, select

from connectors.datasets import Period
from dialogs import texts
from dialogs.oversight import periods
from dialogs.oversight.runner import Oversight
from dialogs.oversight.signing import TABLE as SIGNED
from dialogs.oversight.store import STATES, Run
from dialogs.oversight.store import TABLE as RUNS
from dialogs.oversight.wheel import Entry, Wheel
from dialogs.workdays import workday

BY = ("kollega", "Årshjulet")  # who has a run made that the wheel begins: whoever signs it has not prepared it
LONGEST = timedelta(hours=2)  # that anybody works on a run
AGAIN, REMINDERS = 5, 4  # working days between the reminders after a deadline, and how many there are
Step = Literal["soon", "not run", "running", "broken", "unsigned", "signed"]

TOLD = Table(
    "oversight_wheel_told_1",
    MetaData(),
    Column("id", String, primary_key=True),  # of what is asked for, and of the message
    Column("duty", String, nullable=False),
    Column("at", String, nullable=False),  # UTC, ISO
    Column("why", Text, nullable=False),  # the owner was not reached, in Danish; "" for one who was
)


class Duty(BaseModel):
    """One tilsyn of one period. owner: a mail address. run, state, rows: of the run that counts, "" and 0 where there is none. tries: by Kollega itself."""

    model_config = ConfigDict(frozen=True)

    tilsyn: str
    title: str
    unit: str
    first: date
    last: date
    deadline: date
    remind: date
    risk: int
    extent: str
    owner: str
    by_itself: bool
    run: str = ""
    state: str = ""
    rows: int = 0
    tries: int = 0
    is_signed: bool = False
    untold: str = ""  # why the owner does not know of it

    @property
    def key(self) -> str:
        return f"{self.tilsyn}:{self.unit}:{self.first}:{self.last}"

    @property
    def period(self) -> Period:
        return Period(self.first, self.last)

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.title}, {self.unit}" if self.unit else self.title

    def step(self, today: date) -> Step:
        """How far it is."""
        if self.is_signed:
            return "signed"
        if not self.run:
            return "soon" if self.last >= today else "not run"
        return "running" if self.state == "running" else "unsigned" if self.state in {"found", "nothing"} else "broken"

    def is_late(self, today: date) -> bool:
        """The deadline is over, and nobody has signed."""
        return not self.is_signed and today > self.deadline

    def said(self, today: date) -> str:
        """How it stands in a few words: "for sent: ikke kørt", "7 fund, ikke underskrevet"."""
        step = self.step(today)
        how = f"{self.rows:,} fund".replace(",", ".") if self.state == "found" else STATES.get(self.state, "")  # type: ignore[call-overload]  # no state gives no words
        words = {
            "soon": "perioden er ikke slut",
            "not run": "ikke kørt",
            "unsigned": f"{how}, ikke underskrevet",
            "signed": f"{how}, underskrevet",
        }
        return f"for sent: {words.get(step, how)}" if self.is_late(today) else words.get(step, how)

    def reminder(self, today: date) -> str:
        """Which message the owner is to have by that day: "" for none yet, "før", then "efter 1" and on."""
        if self.is_signed or self.last >= today or today < self.remind:
            return ""
        if today <= self.deadline:
            return "før"
        return f"efter {next((n for n in range(REMINDERS, 1, -1) if today >= workday(self.deadline, 1 + AGAIN * (n - 1))), 1)}"


async def asked(oversight: Oversight, wheel: Wheel, first: date, last: date) -> list[Duty]:
    """Everything whose deadline lies between two days, the highest risk first, then the earliest deadline."""
    known, entries = await oversight.every(), await wheel.entries()
    wanted = [(entry, period, deadline) for entry in entries if entry.tilsyn in known for period, deadline in entry.periods(first, last)]
    if not wanted:
        return []
    runs = await within(oversight, min(period.first for _, period, _ in wanted), max(period.last for _, period, _ in wanted))
    signed, untold = await signed_of(oversight, runs), await untold_of(oversight)
    found = []
    for entry, period, deadline in wanted:
        duty = plain(entry, known[entry.tilsyn].title, entry.omfang or known[entry.tilsyn].sample, period, deadline)
        mine = [one for one in runs if (one.tilsyn, one.first, one.last, one.unit) == (duty.tilsyn, duty.first, duty.last, duty.unit)]
        found.append(counted(duty, mine, signed, oversight.now()).model_copy(update={"untold": untold.get(duty.key, "")}))
    return sorted(found, key=lambda one: (-one.risk, one.deadline, one.name))


def plain(entry: Entry, title: str, extent: str, period: Period, deadline: date) -> Duty:
    """What a line of the wheel asks for in a period."""
    return Duty(
        tilsyn=entry.tilsyn,
        title=title,
        unit=entry.enhed,
        first=period.first,
        last=period.last,
        deadline=deadline,
        remind=max(period.last + timedelta(days=1), workday(deadline, -entry.paamind)),
        risk=entry.risk,
        extent=extent,
        owner=entry.ejer.casefold(),
        by_itself=entry.koer,
    )


def counted(duty: Duty, runs: Iterable[Run], signed: Collection[str], now: datetime) -> Duty:
    """With the run that counts, of those of its tilsyn, unit and period: a signed one, else the newest whole one, else the newest."""
    mine = [one for one in runs if set(one.given) <= {"enhed"}]
    if not mine:
        return duty
    best = max(mine, key=lambda one: (one.id in signed, one.is_whole, one.started_at))
    stale = best.state == "running" and now - best.started_at > LONGEST
    return duty.model_copy(
        update={
            "run": best.id,
            "state": "failed" if stale else best.state,
            "rows": best.rows,
            "tries": sum(one.by_id == BY[0] for one in mine),
            "is_signed": best.id in signed,
        }
    )


async def within(oversight: Oversight, first: date, last: date) -> list[Run]:
    """The runs whose period lies between two days."""
    query = select(RUNS.c.body).where(RUNS.c.first >= first.isoformat(), RUNS.c.last <= last.isoformat())
    return [Run.model_validate_json(body) for body in await oversight.runs.do(lambda connection: list(connection.execute(query).scalars()))]


async def signed_of(oversight: Oversight, runs: Iterable[Run]) -> frozenset[str]:
    """The ids of those whose signature still holds: nothing was judged otherwise since."""
    known = set(await oversight.runs.do(lambda connection: list(connection.execute(select(SIGNED.c.run)).scalars()), SIGNED))
    return frozenset([one.id for one in runs if one.id in known and await oversight.signatures.current(one)])


async def untold_of(oversight: Oversight) -> dict[str, str]:
    """Why the owner was not reached the last time, by what it was about; only where it is so."""
    query = select(TOLD.c.duty, TOLD.c.why).order_by(TOLD.c.at)
    rows = await oversight.runs.do(lambda connection: list(connection.execute(query).all()), TOLD)
    newest = {row.duty: row.why for row in rows}
    return {duty: why for duty, why in newest.items() if why}


async def said_already(oversight: Oversight) -> frozenset[str]:
    """What the owners were told, or could not be told: `message_id` of each."""
    return frozenset(await oversight.runs.do(lambda connection: list(connection.execute(select(TOLD.c.id)).scalars()), TOLD))


def message_id(duty: str, kind: str) -> str:
    """The name of one message about a duty (its key)."""
    return f"{duty} {kind}"


async def note(oversight: Oversight, messages: list[tuple[str, str]], why: str) -> None:
    """Put on record that messages (a duty's key, and which) were told, or why they were not; safe to repeat."""
    at = oversight.now().isoformat()
    rows = [{"id": message_id(duty, kind), "duty": duty, "at": at, "why": why} for duty, kind in messages]

    def write(connection: Connection) -> None:
        connection.execute(delete(TOLD).where(TOLD.c.id.in_([row["id"] for row in rows])))
        connection.execute(TOLD.insert(), rows)

    if rows:
        await oversight.runs.do(write, TOLD)


def period_said(duty: Duty) -> str:
    """Its period and its deadline: "oktober 2026, frist 13.11.2026"."""
    return f"{periods.said(duty.period)}, frist {periods.short(duty.deadline)}"


def line(duty: Duty, today: date, *, whose: bool) -> str:
    """How it stands, as a line of a card. whose: with the owner, for those who see others' too."""
    who = f" · {duty.owner}" if whose else ""
    untold = f" · {texts.plain(duty.untold)}" if whose and duty.untold else ""
    return f"{period_said(duty)} · risiko {duty.risk} · {duty.said(today)}{who}{untold}"
