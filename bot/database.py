"""Opens the database, brought up to date: SQLite in a file, or PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Executable, Row, StaticPool, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine
from typing_extensions import override

HERE = Path(__file__).parent / "migrations"
VERSION_TABLE = "bot_version"  # other parts of Kollega keep their own tables in the same database
BUSY = 15_000  # milliseconds that a writer waits for another process's write
POSTGRES = "postgresql://"
Values = dict[str, Any] | None
EACH_ITS_OWN: dict[str, Any] = {  # a statement is a transaction; its values, which hold what people write, stay out of errors
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
    "hide_parameters": True,
}


def is_postgres(url: str) -> bool:
    """Which of the two kinds a URL names."""
    return url.startswith(POSTGRES)


def default_url(var_dir: Path) -> str:
    """The SQLite file under VAR_DIR."""
    return f"sqlite:///{var_dir.absolute() / 'kollega.sqlite'}"


def file_of(url: str) -> Path:
    """The file of a sqlite:/// URL."""
    return Path(url.removeprefix("sqlite:///"))


class Database(Protocol):
    """Runs statements, each as a transaction of its own (every write of the bot is one statement). Raises SQLAlchemyError.

    values: for a statement with named places in it, which is put together once and not in each turn.
    """

    def insert(self, table: Table) -> Any:
        """An INSERT of this kind of database, which knows ON CONFLICT."""

    async def rows(self, query: Executable, values: Values = None) -> Sequence[Row[Any]]:
        """All that a SELECT finds."""

    async def write(self, statement: Executable, values: Values = None) -> int:
        """Change something; how many rows it touched."""

    async def close(self) -> None:
        """Let the connections go."""


class Postgres(Database):
    """Over SQLAlchemy's async engine."""

    def __init__(self, url: str) -> None:
        address = url.replace(POSTGRES, "postgresql+psycopg://", 1)
        self.engine = create_async_engine(address, **EACH_ITS_OWN, pool_size=10, pool_pre_ping=True)

    @override
    def insert(self, table: Table) -> Any:
        return postgresql.insert(table)

    @override
    async def rows(self, query: Executable, values: Values = None) -> Sequence[Row[Any]]:
        async with self.engine.connect() as connection:
            return (await connection.execute(query, values)).all()

    @override
    async def write(self, statement: Executable, values: Values = None) -> int:
        async with self.engine.connect() as connection:
            return (await connection.execute(statement, values)).rowcount

    @override
    async def close(self) -> None:
        await self.engine.dispose()


class Sqlite(Database):
    """One connection in one thread: a statement costs one hop to it. aiosqlite makes five of them, and each waits for the busy loop."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, **EACH_ITS_OWN, poolclass=StaticPool, connect_args={"check_same_thread": False})
        event.listen(self.engine, "connect", _prepare)
        self._thread = ThreadPoolExecutor(1, "sqlite")

    @override
    def insert(self, table: Table) -> Any:
        return sqlite.insert(table)

    @override
    async def rows(self, query: Executable, values: Values = None) -> Sequence[Row[Any]]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._rows, query, values)

    def _rows(self, query: Executable, values: Values) -> Sequence[Row[Any]]:
        with self.engine.connect() as connection:
            return connection.execute(query, values).all()

    @override
    async def write(self, statement: Executable, values: Values = None) -> int:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._write, statement, values)

    def _write(self, statement: Executable, values: Values) -> int:
        with self.engine.connect() as connection:
            return connection.execute(statement, values).rowcount

    @override
    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self.engine.dispose)
        self._thread.shutdown()


def database(url: str) -> Database:
    """Nothing is connected yet."""
    return Postgres(url) if is_postgres(url) else Sqlite(url)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """The database, with all migrations run."""
    await _migrate(url)
    found = database(url)
    try:
        yield found
    finally:
        await found.close()


def _prepare(connection: Any, record: Any) -> None:
    """WAL: readers do not wait for the writer. NORMAL: a kill loses nothing, a power cut may lose the last turn but never the file."""
    del record
    with ExitStack() as undone:
        undone.callback(connection.close)  # a connection that fails here would be left open with its thread
        cursor = connection.cursor()
        for pragma in (f"busy_timeout = {BUSY}", "journal_mode = WAL", "synchronous = NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        undone.pop_all()


async def _migrate(url: str) -> None:
    """Run what is missing. Alembic is loaded only then: an up-to-date start costs one query."""
    if not is_postgres(url):
        file_of(url).parent.mkdir(parents=True, exist_ok=True)
    if await _version(url) != newest():
        from bot.migrations.run import upgrade

        await asyncio.to_thread(upgrade, url)


async def _version(url: str) -> str | None:
    """The revision that the database stands at, None for an empty one."""
    if not is_postgres(url) and not file_of(url).exists():
        return None
    found = database(url)
    try:
        rows = await found.rows(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
    except (OperationalError, ProgrammingError) as error:
        if "no such table" in str(error.orig) or "does not exist" in str(error.orig):
            return None
        raise
    finally:
        await found.close()
    return str(rows[0][0]) if rows else None


def newest() -> str:
    """The last revision: the files are named by it (0001_first.py)."""
    return max(path.stem.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*.py"))
