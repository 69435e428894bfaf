"""That somebody at the command line was shown rows about people, in the same chain of proof as the chat's (`jobs.engine.Jobs.saw`)."""

import asyncio
from pathlib import Path

from sqlalchemy import Connection

from dialogs.oversight.store import Run
from jobs.audit import Ledger
from jobs.database import place, prepare
from jobs.people import Pseudonyms, kept
from jobs.store import Store

WHAT = "rows of a tilsyn"


async def recorded(database_url: str | None, var_dir: Path, person_key: str | None, run: Run) -> None:
    """One entry more. Raises sqlalchemy's errors, and ValueError for another person key than the database was begun with."""
    where = place(database_url, var_dir)
    await asyncio.to_thread(prepare, where)
    pseudonyms = Pseudonyms(person_key.encode() if person_key else await asyncio.to_thread(kept, var_dir / "person.key"))
    store = Store(where.runs)

    def write(connection: Connection, ledger: Ledger) -> None:
        pseudonyms.settle(connection)
        body = {"who": pseudonyms.of(run.by_id), "whose": pseudonyms.of(run.id), "system": "oversight", "what": WHAT}
        ledger.append(run.started_at, "sight", body, detail={"who": run.by_id, "whose": run.id, "more": {"rows": run.rows}})

    try:
        await store.create()
        await store.write(write)
    finally:
        await store.close()
