"""Who is asked to approve what: kept while the run is open, so that "what waits for me" can be told and a press can be checked."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from jobs.audit import Ledger
from jobs.people import Pseudonyms
from jobs.runs import unless_there
from jobs.store import Store
from jobs.tables import ASK, RUN


@dataclass(frozen=True)
class Asked:
    """One approval that waits for somebody. `shown`: JSON, as it was given. `at`: UTC."""

    key: str
    at: datetime
    shown: dict[str, Any]


class Asks:
    """The open approvals of all processes."""

    def __init__(self, store: Store, pseudonyms: Pseudonyms, now: Callable[[], datetime]) -> None:
        self._store = store
        self._pseudonyms = pseudonyms
        self._now = now

    async def put(self, key: str, people: Sequence[str], shown: dict[str, Any]) -> None:
        """These people (ids) may approve that run. Safe to repeat."""
        now, text = self._now(), json.dumps(shown, ensure_ascii=False)

        def write(connection: Connection, ledger: Ledger) -> None:
            del ledger
            for person in people:
                unless_there(connection, ASK, {"run_id": key, "person": self._pseudonyms.of(person), "asked_at": now, "shown": text})

        await self._store.write(write)

    async def of(self, person: str) -> list[Asked]:
        """What waits for one person (id), the oldest first. A run that ended otherwise waits for nobody."""
        mine = (
            select(ASK).join(RUN, RUN.c.id == ASK.c.run_id).where(ASK.c.person == self._pseudonyms.of(person), RUN.c.finished_at.is_(None))
        )
        rows = await self._store.read(mine.order_by(ASK.c.asked_at, ASK.c.run_id))
        return [Asked(row.run_id, row.asked_at, json.loads(row.shown)) for row in rows]
