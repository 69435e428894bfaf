"""Run data: one row for each job that anybody ever started, in tables of our own that outlive dbos' records.

A row is opened before its job is enqueued and closed in the job's last step; both are safe to repeat. All times are UTC.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg
import structlog
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    TypeDecorator,
    delete,
    event,
    false,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.schema import CreateIndex, CreateTable
from typing_extensions import override

from jobs.database import ALIVE

T = TypeVar("T")
log = structlog.get_logger()


class Utc(TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value and value.astimezone(UTC)


tables = MetaData(schema="jobs")
RUN = Table(
    "run",
    tables,
    Column("id", String, primary_key=True),  # the business key, and dbos' workflow id
    Column("intent", String, nullable=False),
    Column("person_id", String, nullable=False),
    Column("tenant", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("state", String, nullable=False),  # open, done, failed, cancelled
    Column("outcome", Text, nullable=False),
    Column("minutes", Integer, nullable=False),  # saved, by the automation's own figure
    Column("told_retrying", Boolean, nullable=False),
)
Index("run_by_person", RUN.c.person_id, RUN.c.started_at)
Index("run_by_intent", RUN.c.intent, RUN.c.finished_at)
Index("run_open", RUN.c.finished_at, RUN.c.started_at)
TROUBLE = Table(
    "trouble",  # a step of an open run whose system does not answer
    tables,
    Column("run_id", String, primary_key=True),
    Column("step", String, primary_key=True),
    Column("system", String, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("first_at", Utc, nullable=False),  # the deadline counts from here, restarts or not
    Column("next_at", Utc),  # null: no further try is due
)


@dataclass(frozen=True)
class Trouble:
    """How a step stands whose system does not answer."""

    system: str
    failures: int
    first_at: datetime
    next_at: datetime | None


class Runs:
    """The two tables. Every method waits while the database is away, as dbos does; callers in a turn set their own limit."""

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = (
            create_async_engine(url, hide_parameters=True, connect_args={"timeout": 30}, execution_options=NO_SCHEMA)
            if url.startswith("sqlite")
            else create_async_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=ALIVE)
        )
        if url.startswith("sqlite"):
            event.listen(self._engine.sync_engine, "connect", _durable)

    async def create(self) -> None:
        """Make what is missing. Raises sqlalchemy's errors where the database is not there."""
        async with self._engine.begin() as connection:
            if self._engine.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('kollega.jobs.create'))"))
                await connection.execute(text("CREATE SCHEMA IF NOT EXISTS jobs"))
            for table in tables.sorted_tables:
                await connection.execute(CreateTable(table, if_not_exists=True))
                for index in table.indexes:
                    await connection.execute(CreateIndex(index, if_not_exists=True))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._engine.dispose()

    async def open(self, row: dict[str, Any]) -> bool:
        """Write the row unless its id is there. False: that run is finished already."""
        insert = (postgresql if self._engine.dialect.name == "postgresql" else sqlite).insert(RUN)
        new = insert.values(**row, state="open", outcome="", minutes=0, told_retrying=False).on_conflict_do_nothing()

        async def write(connection: AsyncConnection) -> bool:
            if (await connection.execute(new)).rowcount == 1:
                return True
            found = await connection.execute(select(RUN.c.finished_at).where(RUN.c.id == row["id"]))
            return found.scalar_one() is None

        return await self._patiently(write)

    async def finish(self, key: str, state: str, outcome: str, minutes: int, now: datetime) -> bool:
        """Close the run. The first to close it counts; False for a later one."""
        closed = update(RUN).where(RUN.c.id == key, RUN.c.finished_at.is_(None))
        values = {"state": state, "outcome": outcome.replace("\0", ""), "minutes": minutes, "finished_at": now}

        async def write(connection: AsyncConnection) -> bool:
            first = (await connection.execute(closed.values(**values))).rowcount == 1
            await connection.execute(delete(TROUBLE).where(TROUBLE.c.run_id == key))
            return first

        return await self._patiently(write)

    async def get(self, key: str) -> Row[Any] | None:
        """The row of one run."""
        return next(iter(await self._read(select(RUN).where(RUN.c.id == key))), None)

    async def of_person(self, person_id: str, limit: int) -> list[Row[Any]]:
        """The newest runs of one person, newest first."""
        newest = select(RUN).where(RUN.c.person_id == person_id).order_by(RUN.c.started_at.desc(), RUN.c.id).limit(limit)
        return await self._read(newest)

    async def still_open(self, before: datetime) -> list[Row[Any]]:
        """Runs that started before that time and are not closed."""
        return await self._read(select(RUN).where(RUN.c.finished_at.is_(None), RUN.c.started_at < before).limit(500))

    async def is_cancelled(self, key: str) -> bool:
        """Whether the person took it back."""
        return bool(await self._read(select(RUN.c.id).where(RUN.c.id == key, RUN.c.state == "cancelled")))

    async def is_told_retrying(self, key: str) -> bool:
        """Whether the person knows that it takes longer."""
        return bool(await self._read(select(RUN.c.id).where(RUN.c.id == key, RUN.c.told_retrying == true())))

    async def mark_told_retrying(self, key: str) -> None:
        """Note that the person knows."""
        await self._write(update(RUN).where(RUN.c.id == key, RUN.c.told_retrying == false()).values(told_retrying=True))

    async def trouble(self, key: str, step: str) -> Trouble | None:
        """What is known of a step's failures."""
        rows = await self._read(select(TROUBLE).where(TROUBLE.c.run_id == key, TROUBLE.c.step == step))
        return next((Trouble(row.system, row.failures, row.first_at, row.next_at) for row in rows), None)

    async def troubles(self, keys: list[str]) -> dict[str, Trouble]:
        """Per run, the step that will be tried next."""
        rows = await self._read(
            select(TROUBLE).where(TROUBLE.c.run_id.in_(keys), TROUBLE.c.next_at.is_not(None)).order_by(TROUBLE.c.next_at.desc())
        )
        return {row.run_id: Trouble(row.system, row.failures, row.first_at, row.next_at) for row in rows}

    async def note(self, key: str, step: str, trouble: Trouble) -> None:
        """Write down how a step stands; its first failure stays what it was."""
        insert = (postgresql if self._engine.dialect.name == "postgresql" else sqlite).insert(TROUBLE)
        now = {"system": trouble.system, "failures": trouble.failures, "next_at": trouble.next_at}
        new = insert.values(run_id=key, step=step, first_at=trouble.first_at, **now)
        await self._write(new.on_conflict_do_update(index_elements=["run_id", "step"], set_=now))

    async def _write(self, statement: Any) -> None:
        async def write(connection: AsyncConnection) -> None:
            await connection.execute(statement)

        await self._patiently(write)

    async def _read(self, statement: Select[Any]) -> list[Row[Any]]:
        async def read(connection: AsyncConnection) -> list[Row[Any]]:
            return list((await connection.execute(statement)).all())

        return await self._patiently(read)

    async def _patiently(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        wait = 0.1
        while True:
            try:
                async with self._engine.begin() as connection:
                    return await work(connection)
            except (DBAPIError, PoolTimeout) as error:
                if isinstance(error, DBAPIError) and not _passes(error):
                    raise
                log.warning("job_database_away", error=type(error).__name__, wait=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)


NO_SCHEMA = {"schema_translate_map": {"jobs": None}}  # SQLite has no schemas; there the file is our own


def _durable(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=FULL")  # what is acknowledged survives a power cut
    cursor.close()


def _passes(error: DBAPIError) -> bool:
    """Whether it will pass: a lost connection, a server that restarts, a locked file."""
    if error.connection_invalidated or "database is locked" in str(error.orig):
        return True
    # No SQLSTATE: the server was not reached. Else: connection, resources, operator, rolled back.
    return isinstance(error.orig, psycopg.OperationalError) and (error.orig.sqlstate or "08")[:2] in {"08", "53", "57", "40"}
