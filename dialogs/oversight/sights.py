"""That somebody at the command line was shown rows about people, in the same chain of proof as the chat's (`jobs.engine.Jobs.saw`)."""

import asyncio
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from jobs.audit import Ledger
from jobs.database import place, prepare
from jobs.people import Pseudonyms, kept
from jobs.store import Store

WHAT = "rows of a tilsyn"


async def recorded(
    database_url: str | None, var_dir: Path, person_key: str | None, *, who: str, whose: str, at: datetime, rows: int
) -> None:
    """One entry more: who (id) saw so many rows of a run or a dataset. at: aware. Raises sqlalchemy's errors, and ValueError for another person key than the database was begun with."""
    where = place(database_url, var_dir)
    await asyncio.to_thread(prepare, where)
    pseudonyms = Pseudonyms(person_key.encode() if person_key else await asyncio.to_thread(kept, var_dir / "person.key"))
    store = Store(where.runs)

    def write(connection: Connection, ledger: Ledger) -> None:
        pseudonyms.settle(connection)
        body = {"who": pseudonyms.of(who), "whose": pseudonyms.of(whose), "system": "oversight", "what": WHAT}
        ledger.append(at, "sight", body, detail={"who": who, "whose": whose, "more": {"rows": rows}})

    try:
        await store.create()
        await store.write(write)
    finally:
        await store.close()
