"""The runs of every tilsyn: what was asked, how it ended, and what it was made of. One table, beside the jobs' own.

It is made where it is missing, in the database of DATABASE_URL; on SQLite it has a file of its own, so that no turn waits for it.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json
from sqlalchemy import Column, Connection, MetaData, NullPool, Select, String, Table, Text, create_engine, delete, make_url, select, text
from sqlalchemy.schema import CreateIndex, CreateTable

from connectors.datasets import Period
from connectors.fetched import Fetched

T = TypeVar("T")
BUSY = 15.0  # seconds that a writer waits for another's write
State = Literal["running", "failed", "partial", "empty", "nothing", "found"]
STATES: dict[State, str] = {
    "running": "i gang",
    "failed": "fejlet",
    "partial": "delvist hentet",
    "empty": "ingen data",
    "nothing": "intet fundet",
    "found": "fund",
}
WHOLE: tuple[State, ...] = ("nothing", "found")
UNIT = "enhed"  # the parameter and the column by which a run is of one unit
TABLE = Table(
    "oversight_run_1",
    MetaData(),
    Column("id", String, primary_key=True),
    Column("tilsyn", String, nullable=False),
    Column("first", String, nullable=False),  # of the period, ISO
    Column("last", String, nullable=False),
    Column("started_at", String, nullable=False),  # UTC, ISO
    Column("state", String, nullable=False),
    Column("body", Text, nullable=False),  # JSON of a Run
)


class Run(BaseModel):
    """One run. Times are UTC; problem: in Danish, for a run that failed. sha256: of the rows; sql_sha256: of the file that it ran.

    given: the parameters that were said. by_id, by_name: who ran it. job: the key of the one that did, "" for a command. minutes: that the tilsyn takes by hand.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    tilsyn: str
    title: str
    first: date
    last: date
    given: dict[str, str] = {}
    datasets: tuple[str, ...] = ()
    by_id: str
    by_name: str
    job: str = ""
    started_at: datetime
    ended_at: datetime | None = None
    state: State = "running"
    rows: int = 0
    sha256: str = ""
    sql_sha256: str
    lineage: tuple[Fetched, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    minutes: int = 0
    problem: str = ""

    @property
    def period(self) -> Period:
        return Period(self.first, self.last)

    @property
    def unit(self) -> str:
        """The one unit that it is of, "" for all."""
        return self.given.get(UNIT, "")

    @property
    def looked_at(self) -> int:
        """Rows of all its datasets."""
        return sum(one.rows for one in self.lineage)

    @property
    def is_whole(self) -> bool:
        """It ran to its end: what it says of findings counts."""
        return self.state in WHOLE


class Runs:
    """The table, at `url`: of the part "oversight" (settings.kept_at). Raises sqlalchemy.exc.SQLAlchemyError."""

    def __init__(self, url: str) -> None:
        self._file = Path(str(make_url(url).database)) if url.startswith("sqlite") else None
        connect = {"timeout": BUSY} if self._file else {"connect_timeout": int(BUSY)}
        self._engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=connect)

    async def put(self, run: Run) -> None:
        """Write a run, or what has become of it."""
        row = {
            "id": run.id,
            "tilsyn": run.tilsyn,
            "first": run.first.isoformat(),
            "last": run.last.isoformat(),
            "started_at": run.started_at.astimezone(UTC).isoformat(),
            "state": run.state,
            "body": run.model_dump_json(),
        }

        def write(connection: Connection) -> None:
            connection.execute(delete(TABLE).where(TABLE.c.id == run.id))
            connection.execute(TABLE.insert(), row)

        await self.do(write)

    async def get(self, id_: str) -> Run | None:
        """One run."""
        return next(iter(await self._found(select(TABLE.c.body).where(TABLE.c.id == id_))), None)

    async def of(self, tilsyn: str = "", period: Period | None = None, most: int = 50) -> list[Run]:
        """Runs, the newest first: of one tilsyn, of one period, or all."""
        query = select(TABLE.c.body).order_by(TABLE.c.started_at.desc(), TABLE.c.id).limit(most)
        if tilsyn:
            query = query.where(TABLE.c.tilsyn == tilsyn)
        if period:
            query = query.where(TABLE.c.first == period.first.isoformat(), TABLE.c.last == period.last.isoformat())
        return await self._found(query)

    async def alike(self, run: Run) -> list[Run]:
        """The whole runs of the same tilsyn with the same parameters, itself among them, the newest first, however many others lie between."""
        query = select(TABLE.c.body).order_by(TABLE.c.started_at.desc(), TABLE.c.id)
        query = query.where(TABLE.c.tilsyn == run.tilsyn, TABLE.c.state.in_(WHOLE))
        for pair in run.given.items():  # narrows what is read; which it is, is told below
            query = query.where(TABLE.c.body.contains(to_json(dict([pair])).decode()[1:-1], autoescape=True))
        return [one for one in await self._found(query) if one.given == run.given]

    async def older(self, before: datetime) -> list[Run]:
        """Those that began before a time."""
        return await self._found(select(TABLE.c.body).where(TABLE.c.started_at < before.astimezone(UTC).isoformat()))

    async def remove(self, ids: list[str]) -> None:
        """Forget runs."""
        await self.do(lambda connection: connection.execute(delete(TABLE).where(TABLE.c.id.in_(ids))))

    async def _found(self, query: Select[Any]) -> list[Run]:
        bodies = await self.do(lambda connection: list(connection.execute(query).scalars()))
        return [Run.model_validate_json(body) for body in bodies]

    async def do(self, work: Callable[[Connection], T], *tables: Table) -> T:
        """Some work in a thread and in one transaction, with these tables there too; whoever writes has the database alone meanwhile."""

        def in_thread() -> T:
            with self._begun(tables) as connection:
                return work(connection)

        return await asyncio.to_thread(in_thread)

    @contextmanager
    def _begun(self, tables: Sequence[Table]) -> Iterator[Connection]:
        """A transaction, with the tables there."""
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._engine.connect()) as connection, connection.begin():
            if self._file is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('kollega.oversight'))"))
            for table in (TABLE, *tables):
                connection.execute(CreateTable(table, if_not_exists=True))
                for index in table.indexes:
                    connection.execute(CreateIndex(index, if_not_exists=True))
            yield connection
