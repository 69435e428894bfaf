"""What each person sees in the chat with the bot: messages with a sequence number that rises with every change."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from simulators.simulation import Simulation
from simulators.store import Document, Table

TYPING = "typing"  # one row: the newest sign that the bot is at work


@dataclass
class Chats:
    """The chats of all people, in the store; and who waits for news."""

    simulation: Simulation
    closing: bool = False
    _news: dict[str, asyncio.Event] = field(default_factory=dict)
    _latest: dict[str, int] = field(default_factory=dict)
    _last_id: int = 0

    def new_id(self) -> str:
        """Epoch milliseconds as text, never the same and never going back."""
        self._last_id = max(self._last_id + 1, time.time_ns() // 1_000_000)
        return str(self._last_id)

    def rows(self, person: str) -> Table:
        return self.simulation.store.table("teams", f"chat {person}")

    def message(self, person: str, key: str) -> Document | None:
        """One message, or None."""
        return self.rows(person).get(key)

    def latest(self, person: str) -> int:
        """The highest sequence number of a chat."""
        if person not in self._latest:
            self._latest[person] = max((row["sequence"] for row in self.rows(person).values()), default=0)
        return self._latest[person]

    def put(self, person: str, message: Document) -> None:
        """Keep a new or changed message, and tell everyone who waits."""
        number = self.simulation.store.count("teams.sequence")
        self.rows(person)[message["id"]] = {**message, "sequence": number}
        self._latest[person] = number
        self.wake(person)

    def change(self, person: str, key: str, **changes: Any) -> None:
        """Change fields of a message that is there."""
        self.put(person, {**self.rows(person)[key], **changes})

    def wake(self, person: str) -> None:
        if event := self._news.pop(person, None):
            event.set()

    def wake_all(self) -> None:
        for person in list(self._news):
            self.wake(person)

    def forget(self) -> None:
        """After a reset: the store is new."""
        self._latest.clear()
        self.wake_all()

    def since(self, person: str, after: int) -> list[Document]:
        """What changed after a sequence number, oldest change first. A number from before a reset counts as 0."""
        after = after if after <= self.latest(person) else 0
        found = [row for row in self.rows(person).values() if row["sequence"] > after]
        return sorted(found, key=lambda row: int(row["sequence"]))

    async def wait(self, person: str, after: int, seconds: float) -> None:
        """Until there is something after that number, or the time is over."""
        if self.latest(person) != after or self.closing or seconds <= 0:
            return
        event = self._news.setdefault(person, asyncio.Event())
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return


def message(key: str, sender: str, at: str, kind: str = "message", **more: Any) -> Document:
    """A message with every field that the page knows."""
    return {
        "id": key,
        "from": sender,
        "type": kind,
        "text": "",
        "summary": None,
        "textFormat": "plain",
        "card": None,
        "attachments": [],
        "suggestions": [],
        "reactions": [],
        "at": at,
        "edited": False,
        "deleted": False,
        "personalCard": None,
        **more,
    }
