"""Files that came with messages, kept until their purpose is over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.tables import blob as table

KEPT = timedelta(days=14)  # as long as an unfinished form is kept


class Blobs:
    """Fulfils dialogs.desk.Files."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    async def keep(self, key: str, name: str, content_type: str, body: bytes) -> None:
        """Keep bytes under a key; the same key again puts them in the place of the earlier ones."""
        values = {
            "name": name,
            "content_type": content_type,
            "body": body,
            "expires_at": self._milliseconds(self._clock() + KEPT),
        }
        make: Any = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        statement = make(table).values(key=key, **values).on_conflict_do_update(index_elements=["key"], set_=values)
        async with self._engine.connect() as connection:
            await connection.execute(statement)

    async def read(self, key: str) -> bytes:
        """The bytes. Raises KeyError when they are gone."""
        query = select(table.c.body).where((table.c.key == key) & (table.c.expires_at > self._milliseconds(self._clock())))
        async with self._engine.connect() as connection:
            found = (await connection.execute(query)).scalar()
        if found is None:
            raise KeyError(key)
        return bytes(found)

    async def forget(self, key: str) -> None:
        """Delete one file, if it is there."""
        async with self._engine.connect() as connection:
            await connection.execute(delete(table).where(table.c.key == key))

    async def expire(self) -> int:
        """Delete the files whose time is over; how many they were."""
        async with self._engine.connect() as connection:
            return (await connection.execute(delete(table).where(table.c.expires_at <= self._milliseconds(self._clock())))).rowcount

    @staticmethod
    def _milliseconds(moment: datetime) -> int:
        return int(moment.timestamp() * 1000)
