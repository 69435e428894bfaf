"""The conversations' rows: one read and one write a turn, and no write over another's."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot import database
from bot.blobs import Blobs
from bot.database import Database
from bot.locks import FileLocks, Locks, PostgresLocks
from bot.outbox import Outbox
from bot.reference import Reference
from bot.tables import conversation as table

LOAD = select(table.c.version, table.c.reference, table.c.body).where(table.c.id == bindparam("row_id"))
REPLACE = update(table).where((table.c.id == bindparam("row_id")) & (table.c.version == bindparam("row_version")))
REPLACE = REPLACE.values({name: bindparam(name) for name in ("version", "person_id", "reference", "body", "updated_at")})


class Stale(Exception):
    """The row was written by somebody else since it was read: read it again."""


@dataclass(frozen=True)
class Row:
    """One conversation. `version` 0: not in the database yet; `reference` is None then. `body`: JSON of bot.memory, "" at first."""

    conversation: str
    version: int = 0
    reference: Reference | None = None
    body: str = ""


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def milliseconds(moment: datetime) -> int:
    """As the tables hold it."""
    return int(moment.timestamp() * 1000)


class Store:
    """Everything the bot keeps: `load`/`save`, `locks`, `outbox`, `blobs`. Database errors (SQLAlchemyError) go through to the caller."""

    def __init__(self, base: Database, locks: Locks, clock: Callable[[], datetime] = now) -> None:
        self.database = base
        self._clock = clock
        self.locks = locks
        self.outbox = Outbox(base, clock)
        self.blobs = Blobs(base, clock)

    async def load(self, conversation: str) -> Row:
        """The row, or a new one with version 0."""
        found = await self.database.rows(LOAD, {"row_id": conversation})
        if not found:
            return Row(conversation)
        return Row(conversation, found[0].version, Reference.model_validate_json(found[0].reference), found[0].body)

    async def save(self, row: Row) -> Row:
        """Write a row that was read as it is in `row.version`; the row with its new version. Raises Stale."""
        assert row.reference is not None  # noqa: S101 - a row is written for an activity, which has a reference
        values = {
            "version": row.version + 1,
            "person_id": row.reference.person if row.reference.personal else "",
            "reference": row.reference.model_dump_json(exclude_defaults=True),
            "body": row.body,
            "updated_at": milliseconds(self._clock()),
        }
        if not (await self._replace(row, values) if row.version else await self._insert(row, values)):
            raise Stale(row.conversation)
        return replace(row, version=row.version + 1)

    async def _replace(self, row: Row, values: dict[str, Any]) -> bool:
        return await self.database.write(REPLACE, values | {"row_id": row.conversation, "row_version": row.version}) == 1

    async def _insert(self, row: Row, values: dict[str, Any]) -> bool:
        try:
            await self.database.write(insert(table), values | {"id": row.conversation})
        except IntegrityError:
            return False
        return True

    async def chat_with(self, person: str) -> Reference | None:
        """The newest personal chat with a person (Entra object id), or None."""
        return await self._newest(table.c.person_id == person) if person else None

    async def any_chat(self) -> Reference | None:
        """The personal chat that was written last, for its service URL and tenant."""
        return await self._newest(table.c.person_id != "")

    async def _newest(self, which: ColumnElement[bool]) -> Reference | None:
        query = select(table.c.reference).where(which).order_by(table.c.updated_at.desc()).limit(1)
        found = await self.database.rows(query)
        return Reference.model_validate_json(found[0].reference) if found else None


@asynccontextmanager
async def opened(url: str | None, var_dir: Path, clock: Callable[[], datetime] = now) -> AsyncIterator[Store]:
    """The store at `url`; None is the SQLite file under `var_dir`. Migrations are run first."""
    url = url or database.default_url(var_dir)
    async with database.opened(url) as base:
        locks = Locks(PostgresLocks(url) if database.is_postgres(url) else FileLocks(var_dir / "locks" / "conversations"))
        try:
            yield Store(base, locks, clock)
        finally:
            await locks.close()
