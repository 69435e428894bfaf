"""Proactive messages, each once: what is to be said, being said, said.

pending → sending → sent
                  → unsure   the request went out and no answer came: it may stand in the chat, so it is not said again;
                             or Teams refused it for its own sake (too large)
                  → pending  it surely did not go out: the caller tries again
                  → dead     the person has blocked or removed the app
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from bot.database import Database
from bot.tables import outbox as table

KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Kept:
    """One message: its state, its activity id once sent, and the Reply as JSON."""

    state: str
    activity_id: str
    body: str


class Outbox:
    def __init__(self, base: Database, clock: Callable[[], datetime]) -> None:
        self._database = base
        self._clock = clock

    async def put(self, key: str, conversation: str, card: str, body: str) -> Kept:
        """Put a message in if its key is new; what stands under the key."""
        values = {
            "key": key,
            "kind": "message",
            "state": "pending",
            "activity_id": "",
            "conversation": conversation,
            "card": card,
            "body": body,
            "updated_at": self._milliseconds(),
        }
        await self._database.write(self._database.insert(table).values(**values).on_conflict_do_nothing())
        found = await self._database.rows(select(table).where(table.c.key == key))
        return Kept(found[0].state, found[0].activity_id, found[0].body)

    async def move(self, key: str, before: str, after: str, activity_id: str = "") -> bool:
        """Change the state if it is `before`; whether it was."""
        values = {"state": after, "activity_id": activity_id, "updated_at": self._milliseconds()}
        same = (table.c.key == key) & (table.c.state == before)
        return await self._database.write(update(table).where(same).values(**values)) == 1

    async def card(self, conversation: str, card: str) -> Kept | None:
        """The newest sent message of a conversation with that card in it."""
        which = (table.c.conversation == conversation) & (table.c.card == card) & (table.c.state == "sent")
        query = select(table).where(which).order_by(table.c.updated_at.desc()).limit(1)
        found = await self._database.rows(query)
        return Kept(found[0].state, found[0].activity_id, found[0].body) if found else None

    async def newest(self, conversation: str, most: int) -> list[str]:
        """The last sent messages of a conversation that have a card, as JSON, newest first."""
        which = (table.c.conversation == conversation) & (table.c.card != "") & (table.c.state == "sent")
        found = await self._database.rows(select(table).where(which).order_by(table.c.updated_at.desc()).limit(most))
        return [row.body for row in found]

    async def expire(self) -> int:
        """Forget messages that were told long ago; how many they were. No job tries for that long."""
        oldest = self._milliseconds() - int(KEPT.total_seconds() * 1000)
        return await self._database.write(delete(table).where(table.c.updated_at < oldest))

    def _milliseconds(self) -> int:
        return int(self._clock().timestamp() * 1000)
