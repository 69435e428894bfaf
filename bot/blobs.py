"""Files that came with messages, kept until their purpose is over."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from bot.database import Database
from bot.tables import blob as table

KEPT = timedelta(days=14)  # as long as an unfinished form is kept


class Blobs:
    """Fulfils dialogs.desk.Files."""

    def __init__(self, base: Database, clock: Callable[[], datetime]) -> None:
        self._database = base
        self._clock = clock

    async def keep(self, key: str, name: str, content_type: str, body: bytes) -> None:
        """Keep bytes under a key; the same key again puts them in the place of the earlier ones."""
        values = {
            "name": name,
            "content_type": content_type,
            "body": body,
            "expires_at": self._milliseconds(self._clock() + KEPT),
        }
        new = self._database.insert(table).values(key=key, **values)
        await self._database.write(new.on_conflict_do_update(index_elements=["key"], set_=values))

    async def read(self, key: str) -> bytes:
        """The bytes. Raises KeyError when they are gone."""
        query = select(table.c.body).where((table.c.key == key) & (table.c.expires_at > self._milliseconds(self._clock())))
        found = await self._database.rows(query)
        if not found:
            raise KeyError(key)
        return bytes(found[0].body)

    async def forget(self, key: str) -> None:
        """Delete one file, if it is there."""
        await self._database.write(delete(table).where(table.c.key == key))

    async def expire(self) -> int:
        """Delete the files whose time is over; how many they were."""
        return await self._database.write(delete(table).where(table.c.expires_at <= self._milliseconds(self._clock())))

    @staticmethod
    def _milliseconds(moment: datetime) -> int:
        return int(moment.timestamp() * 1000)
