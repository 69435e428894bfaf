"""What is done about findings: who does what by when, the task in ServiceNow, and whether later runs still find the same."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, Connection, MetaData, Select, String, Table, Text, delete, insert, select

from dialogs.oversight import periods
from dialogs.oversight.judging import prints
from dialogs.oversight.shown import Action
from dialogs.oversight.store import Run

if TYPE_CHECKING:
    from dialogs.oversight.runner import Oversight

OPEN = "åben"  # what the state of an action begins with, as exports and cards show it
TABLE = Table(
    "oversight_follow_1",
    MetaData(),
    Column("id", String, primary_key=True),  # the business key of the task
    Column("run", String, nullable=False),
    Column("tilsyn", String, nullable=False),
    Column("responsible", String, nullable=False),  # ids
    Column("owner", String, nullable=False),
    Column("state", String, nullable=False),  # OPEN, or the ISO time at which it was closed
    Column("deadline", String, nullable=False),  # ISO
    Column("body", Text, nullable=False),  # JSON of a FollowUp
)


class FollowUp(BaseModel):
    """One action. numbers, keys: of the findings, `nr` and the hash of their key. owner: who decided it. job: that reminds.

    task, number, link: in ServiceNow. evidence: what was done, once it is closed. Times are UTC.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    job: str
    run: str
    tilsyn: str
    title: str
    numbers: tuple[int, ...]
    keys: tuple[str, ...]
    what: str
    responsible_id: str
    responsible: str
    owner_id: str
    owner: str
    deadline: date
    made_at: datetime
    task: str
    number: str
    link: str
    closed_at: datetime | None = None
    closed_by: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Later:
    """What later runs say of a follow-up's findings. kind: "" where none was run since. period: of the newest run; still: how many it has."""

    kind: Literal["", "solved", "there", "again"]
    period: str = ""
    still: int = 0

    @property
    def said(self) -> str:
        """In a few words, "" where there is nothing to say."""
        how = {"solved": "løst: ikke fundet i", "there": "stadig fundet i", "again": "genåbnet: fundet igen i"}
        return f"{how[self.kind]} {self.period}" if self.kind else ""


class FollowUps:
    """The follow-ups of all runs."""

    def __init__(self, oversight: "Oversight") -> None:
        self._oversight = oversight

    async def put(self, one: FollowUp) -> None:
        """Keep a follow-up, or what has become of it. Safe to repeat; one that is closed stays closed."""
        row = {
            "id": one.id, "run": one.run, "tilsyn": one.tilsyn, "responsible": one.responsible_id, "owner": one.owner_id,
            "state": one.closed_at.isoformat() if one.closed_at else OPEN, "deadline": one.deadline.isoformat(), "body": one.model_dump_json(),
        }  # fmt: skip
        older = delete(TABLE).where(TABLE.c.id == one.id, TABLE.c.state == OPEN)
        there = select(TABLE.c.id).where(TABLE.c.id == one.id)

        def write(connection: Connection) -> None:
            connection.execute(older)
            if connection.execute(there).first() is None:
                connection.execute(insert(TABLE), row)

        await self._oversight.runs.do(write, TABLE)

    async def get(self, id_: str) -> FollowUp | None:
        """One."""
        return next(iter(await self._found(select(TABLE.c.body).where(TABLE.c.id == id_))), None)

    async def of(self, run: Run) -> list[FollowUp]:
        """Those of a run, in the order of their findings."""
        found = await self._found(select(TABLE.c.body).where(TABLE.c.run == run.id))
        return sorted(found, key=lambda one: (one.numbers, one.id))

    async def of_job(self, job: str) -> list[FollowUp]:
        """Those that one job made."""
        return await self._found(select(TABLE.c.body).where(TABLE.c.id.startswith(f"{job}/", autoescape=True)).order_by(TABLE.c.id))

    async def every(self, person: str = "", most: int = 200) -> list[FollowUp]:
        """Of one person (id), as owner or responsible, or of all; the open first, by deadline."""
        asked = select(TABLE.c.body).order_by(TABLE.c.state != OPEN, TABLE.c.deadline, TABLE.c.id).limit(most)
        if person:
            asked = asked.where((TABLE.c.responsible == person) | (TABLE.c.owner == person))
        return await self._found(asked)

    async def later(self, one: FollowUp) -> Later:
        """Whether the findings are in runs after the one that they were followed up in."""
        run = await self._oversight.runs.get(one.run)
        if run is None:
            return Later("")
        whole = await self._oversight.runs.alike(run)
        newest = {(other.last, other.first): other for other in sorted(whole, key=lambda other: other.started_at)}  # of each period
        after = [newest[when] for when in sorted(newest) if (when[0], newest[when].started_at) > (run.last, run.started_at)]
        if not after:
            return Later("")
        counts = [len(set(one.keys) & await self._keys(other)) for other in after]
        said = periods.said(after[-1].period)
        if not counts[-1]:
            return Later("solved", said)
        return Later("again" if 0 in counts else "there", said, counts[-1])

    async def keys_of(self, run: Run, numbers: Sequence[int]) -> tuple[str, ...]:
        """The hashes of those findings' keys."""
        key = (await self._oversight.of(run)).key
        return tuple(one.key for one in await asyncio.to_thread(lambda: list(prints(self._oversight.findings(run), key, numbers))))

    async def actions(self, run: Run) -> list[Action]:
        """The same as exports show it, one line a finding."""
        found = []
        for one in await self.of(run):
            state = " · ".join(part for part in (stands(one), (await self.later(one)).said) if part)
            found += [Action(nr, one.what, one.responsible, one.deadline, state) for nr in one.numbers]
        return sorted(found, key=lambda action: action.number)

    async def remove(self, runs: list[str]) -> None:
        """Forget those of runs that are deleted."""
        await self._oversight.runs.do(lambda connection: connection.execute(delete(TABLE).where(TABLE.c.run.in_(runs))), TABLE)

    async def _keys(self, run: Run) -> set[str]:
        if run.state != "found":
            return set()
        key = (await self._oversight.of(run)).key
        return await asyncio.to_thread(lambda: {one.key for one in prints(self._oversight.findings(run), key)})

    async def _found(self, query: Select[Any]) -> list[FollowUp]:
        bodies: list[str] = await self._oversight.runs.do(lambda connection: list(connection.execute(query).scalars()), TABLE)
        return [FollowUp.model_validate_json(body) for body in bodies]


def stands(one: FollowUp) -> str:
    """Open or closed, with what was done; short enough for a table."""
    if one.closed_at is None:
        return f"{OPEN} ({one.number})"
    return f"lukket ({one.number}): {one.evidence}" if one.evidence else f"lukket ({one.number})"
