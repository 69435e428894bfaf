"""The run data's database: reads one by one, writes in batches, each batch one transaction with its end of the chain.

Writes of jobs that run at the same time share a commit: a commit waits for the disk, and the chain has one writer at a time.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
import structlog
from sqlalchemy import Connection, Engine, Row, Select, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from jobs.audit import Ledger
from jobs.database import ALIVE
from jobs.tables import NO_SCHEMA, create

T = TypeVar("T")
Work = Callable[[Connection, Ledger], T]
MOST = 200  # writes in one transaction
GATHER = 0.01  # seconds that a write waits for others to share its commit
LITE = ("database is locked", "database or disk is full", "disk I/O error")  # SQLite's words for what will pass
log = structlog.get_logger()


class Store:
    """Every method waits while the database is away, as dbos does; callers in a turn set their own limit."""

    def __init__(self, url: str) -> None:
        self._lite = url.startswith("sqlite")
        if self._lite:
            shared: dict[str, Any] = {"hide_parameters": True, "connect_args": {"timeout": 30}, "execution_options": NO_SCHEMA}
            self._reader: AsyncEngine | Engine = create_engine(url, **shared)
            self._writer = create_engine(url, **shared)
            event.listen(self._writer, "connect", _durable)
            event.listen(self._writer, "begin", _at_once)
        else:
            shared = {"hide_parameters": True, "pool_pre_ping": True, "connect_args": ALIVE}
            self._reader = create_async_engine(url, **shared)
            self._writer = create_engine(url, pool_size=1, max_overflow=0, **shared)
        self._thread = ThreadPoolExecutor(1, "jobs-store")
        self._reading = ThreadPoolExecutor(1, "jobs-store-reads")  # SQLite alone: a file is read in no time, but not on the loop
        self._waiting: deque[tuple[Work[Any], asyncio.Future[Any]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def create(self) -> None:
        """Make the tables that are missing. Raises sqlalchemy's errors where the database is not there."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._create)

    def _create(self) -> None:
        with self._writer.begin() as connection:
            create(connection)

    async def close(self) -> None:
        """Write what still waits, if the database answers, and let go of the connections."""
        if self._writing:
            await asyncio.wait({self._writing}, timeout=5)
            self._writing.cancel()
        self._thread.submit(self._writer.dispose)
        self._thread.shutdown(wait=False)
        if isinstance(self._reader, AsyncEngine):
            await self._reader.dispose()
        else:
            self._reading.submit(self._reader.dispose)
        self._reading.shutdown(wait=False)

    async def write(self, work: Work[T]) -> T:
        """What `work` gives, committed. It runs in a thread, perhaps again after a lost connection, and must bear that."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write_all(), context=contextvars.Context())
        return await future

    async def _write_all(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHER)
            await self._commit([self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))])

    async def _commit(self, batch: list[tuple[Work[Any], asyncio.Future[Any]]]) -> None:
        try:
            results = await self.patiently(lambda: self._in_thread([work for work, _ in batch]))
        except Exception as error:  # noqa: BLE001 - nothing is swallowed: it is handed to the one whose work it was, one of the others' is not
            for one in batch if len(batch) > 1 else ():
                await self._commit([one])
            if len(batch) == 1 and not batch[0][1].done():
                batch[0][1].set_exception(error)
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():  # cancelled meanwhile; what it wrote stays
                    future.set_result(result)

    async def _in_thread(self, works: list[Work[Any]]) -> list[Any]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, works)

    def _transaction(self, works: list[Work[Any]]) -> list[Any]:
        with self._writer.begin() as connection:
            ledger = Ledger(connection, alone=len(works) == 1)
            results = [work(connection, ledger) for work in works]
            ledger.flush()
            return results

    async def read(self, statement: Select[Any]) -> list[Row[Any]]:
        """All rows."""

        async def once(reader: AsyncEngine) -> list[Row[Any]]:
            async with reader.connect() as connection:
                return list((await connection.execute(statement)).all())

        def in_thread(reader: Engine) -> list[Row[Any]]:
            with reader.connect() as connection:
                return list(connection.execute(statement).all())

        reader, loop = self._reader, asyncio.get_running_loop()
        if isinstance(reader, AsyncEngine):
            return await self.patiently(lambda: once(reader))
        return await self.patiently(lambda: loop.run_in_executor(self._reading, in_thread, reader))

    @staticmethod
    async def patiently(attempt: Callable[[], Awaitable[T]]) -> T:
        """The first result that is not a failure that will pass."""
        wait = 0.1
        while True:
            try:
                return await attempt()
            except (DBAPIError, PoolTimeout) as error:
                if isinstance(error, DBAPIError) and not _passes(error):
                    raise
                log.warning("job_database_away", error=type(error).__name__, wait=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)


def _durable(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # `_at_once` begins
    connection.execute("PRAGMA synchronous=FULL")  # what is acknowledged survives a power cut


def _at_once(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # the end of the chain is read under the lock under which it grows


def _passes(error: DBAPIError) -> bool:
    """Whether it will pass: a lost connection, a server that restarts, a locked file, a full disk."""
    if error.connection_invalidated or any(words in str(error.orig) for words in LITE):
        return True
    # No SQLSTATE: the server was not reached. Else: connection, resources, operator, rolled back.
    return isinstance(error.orig, psycopg.OperationalError) and (error.orig.sqlstate or "08")[:2] in {"08", "53", "57", "40"}
