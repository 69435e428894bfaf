"""Opens the database, brought up to date: SQLite in a file, or PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

HERE = Path(__file__).parent / "migrations"
VERSION_TABLE = "bot_version"  # other parts of Kollega keep their own tables in the same database
BUSY = 15_000  # milliseconds that a writer waits for another process's write
POSTGRES = "postgresql://"


def is_postgres(url: str) -> bool:
    """Which of the two kinds a URL names."""
    return url.startswith(POSTGRES)


def default_url(var_dir: Path) -> str:
    """The SQLite file under VAR_DIR."""
    return f"sqlite:///{var_dir.absolute() / 'kollega.sqlite'}"


def file_of(url: str) -> Path:
    """The file of a sqlite:/// URL."""
    return Path(url.removeprefix("sqlite:///"))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncEngine]:
    """An engine whose every statement is its own transaction (each write here is one statement), with all migrations run."""
    await _migrate(url)
    engine = _postgres(url) if is_postgres(url) else _sqlite(url)
    try:
        yield engine
    finally:
        await engine.dispose()


def _postgres(url: str) -> AsyncEngine:
    address = url.replace(POSTGRES, "postgresql+psycopg://", 1)
    return create_async_engine(
        address, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True, pool_size=10, pool_pre_ping=True, hide_parameters=True
    )


def _sqlite(url: str) -> AsyncEngine:
    address = url.replace("sqlite:///", "sqlite+aiosqlite:///", 1)
    engine = create_async_engine(address, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True, pool_size=4, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare)
    return engine


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
    engine = _postgres(url) if is_postgres(url) else _sqlite(url)
    try:
        async with engine.connect() as connection:
            found = await connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
            version: str | None = found.scalar()
            return version
    except (OperationalError, ProgrammingError) as error:
        if "no such table" in str(error.orig) or "does not exist" in str(error.orig):
            return None
        raise
    finally:
        await engine.dispose()


def newest() -> str:
    """The last revision: the files are named by it (0001_first.py)."""
    return max(path.stem.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*.py"))
