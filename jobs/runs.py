"""Run data: one row for each job that anybody ever started, and one for each of its steps, with their entries in the chain.

A row is opened before its job is enqueued and closed when its work is over; a step's row is written when the step is over, before its
result is recorded. All of it is safe to repeat: what is there already is neither changed nor proved twice.
"""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Executable,
    Insert,
    Row,
    Table,
    bindparam,
    delete,
    false,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from jobs.audit import Ledger, stamp
from jobs.store import Store
from jobs.tables import ASK, AUDIT, BEGUN, DETAIL, EVENT, RUN, TROUBLE, WAIT

UNKNOWN = "not known"  # how a step went whose process died, in a run that was given up or taken back


@dataclass(frozen=True)
class Trouble:
    """How a step stands whose system does not answer."""

    system: str
    failures: int
    first_at: datetime
    next_at: datetime | None


@dataclass(frozen=True)
class Event:
    """A step that is over. body and detail: what the chain keeps of it (`jobs.audit.Ledger.append`)."""

    run_id: str
    attempt: int
    activity: str
    began_at: datetime
    at: datetime
    system: str
    outcome: str
    failures: int
    body: dict[str, Any]
    detail: dict[str, Any]
    lifecycle: str = "complete"
    resource: str = "bot"
    came_on: bool = False  # the run was lost before and has now got further
    begun: bool = False  # `note_begun` may have been called for it, by whatever process

    def row(self) -> dict[str, Any]:
        """As its table has it, but for the number of its entry."""
        return {name: value for name, value in vars(self).items() if name in EVENT.c}


KEY: BindParameter[str] = bindparam("key")
CLOSE = update(RUN).where(RUN.c.id == KEY, RUN.c.finished_at.is_(None))  # built once: that takes longer than to run them
NEW_EVENT = insert(EVENT)
NO_TROUBLE, NO_ASK = delete(TROUBLE).where(TROUBLE.c.run_id == KEY), delete(ASK).where(ASK.c.run_id == KEY)
OVER = delete(BEGUN).where(BEGUN.c.run_id == KEY, BEGUN.c.attempt == bindparam("tries"), BEGUN.c.activity == bindparam("name"))
NO_WAIT = update(WAIT).where(WAIT.c.run_id == KEY, WAIT.c.over_at.is_(None))


def unless_there(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert the row unless one with its key is there; whether it was new."""
    return connection.execute(_insert(connection.dialect.name, table), row).rowcount == 1


@functools.cache  # to build a statement takes longer than to run it
def _insert(dialect: str, table: Table) -> Insert:
    fresh = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return fresh.on_conflict_do_nothing().execution_options(preserve_rowcount=True)  # without it psycopg's is lost: -1


class Runs:
    """Runs, their steps, and their troubles."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def open(self, row: dict[str, Any], detail: dict[str, Any]) -> bool:
        """Write the row unless its id is there. False: that run is finished already."""
        whole = {"state": "open", "outcome": "", "minutes": 0, "told_retrying": False, **row}

        def write(connection: Connection, ledger: Ledger) -> bool:
            if unless_there(connection, RUN, whole):
                body = {name: row[name] for name in ("intent", "person", "reference")}
                ledger.append(row["started_at"], "started", {"run": row["id"], **body}, row["id"], detail)
                return True
            return connection.execute(select(RUN.c.finished_at).where(RUN.c.id == row["id"])).scalar_one() is None

        return await self._store.write(write)

    async def finish(self, key: str, state: str, outcome: str, now: datetime, **more: Any) -> bool:
        """Close the run. The first to close it counts; False for a later one. more: other columns."""
        values = {"state": state, "outcome": outcome.replace("\0", ""), "finished_at": now, **more}

        def write(connection: Connection, ledger: Ledger) -> bool:
            first = connection.execute(CLOSE, {"key": key, **values}).rowcount == 1
            if first:
                ledger.later(NO_TROUBLE, {"key": key})
                if state != "failed":  # nobody is asked any more; of one that failed it is needed when it is begun again
                    ledger.later(NO_ASK, {"key": key})
                ledger.later(NO_WAIT, {"key": key, "over_at": now})
                body = {"run": key, "state": state, "outcome": values["outcome"], "minutes": more.get("minutes", 0)}
                ledger.append(now, "closed", body, key)
            return bool(first)

        return await self._store.write(write)

    async def note_event(self, event: Event) -> None:
        """Write down that a step is over, once."""

        def write(connection: Connection, ledger: Ledger) -> None:
            row = {**event.row(), "seq": ledger.next}
            if not ledger.alone:
                ledger.later(NEW_EVENT, row)  # where it is there already all of them fail, and each is tried alone
            if not ledger.alone or unless_there(connection, EVENT, row):
                ledger.append(event.at, "step", event.body, event.run_id, event.detail)
                if event.begun:
                    ledger.later(OVER, {"key": event.run_id, "tries": event.attempt, "name": event.activity})
                if event.came_on:
                    connection.execute(update(RUN).where(RUN.c.id == event.run_id).values(deaths=0))

        await self._store.write(write)

    async def note_begun(self, event: Event) -> None:
        """Write down that a step is about to change something, once, before it does."""
        row = {name: value for name, value in vars(event).items() if name in BEGUN.c}

        def write(connection: Connection, ledger: Ledger) -> None:
            if unless_there(connection, BEGUN, row):
                ledger.append(event.at, "begun", event.body, event.run_id, event.detail)

        await self._store.write(write)

    async def begun(self, key: str) -> list[Row[Any]]:
        """The steps of a run that were about to change something and are not over."""
        return await self._store.read(select(BEGUN).where(BEGUN.c.run_id == key).order_by(BEGUN.c.at))

    async def settle(self, before: datetime, now: datetime) -> None:
        """Close what was begun in runs that ended before that time: nobody will hear any more how it went, and the chain says so."""

        def write(connection: Connection, ledger: Ledger) -> None:
            ended = select(BEGUN).join(RUN, RUN.c.id == BEGUN.c.run_id).where(RUN.c.finished_at < before)
            for row in connection.execute(ended).all():
                body = {"run": row.run_id, "attempt": row.attempt, "step": row.activity, "system": row.system, "outcome": UNKNOWN}
                event = Event(row.run_id, row.attempt, row.activity, row.at, now, row.system, UNKNOWN, 0, body, {})
                if unless_there(connection, EVENT, {**event.row(), "seq": ledger.next}):
                    ledger.append(now, "step", body, row.run_id)
                connection.execute(OVER, {"key": row.run_id, "tries": row.attempt, "name": row.activity})

        await self._store.write(write)

    async def stop(self, key: str, by: str, now: datetime) -> None:
        """Have an open run stop before its next step or try; who runs jobs tells the person and closes it."""

        def write(connection: Connection, ledger: Ledger) -> None:
            still_open = update(RUN).where(RUN.c.id == key, RUN.c.finished_at.is_(None), RUN.c.state != "cancelled")
            if connection.execute(still_open.values(state="cancelled")).rowcount == 1:
                ledger.append(now, "stopped", {"run": key}, key, {"by": by})

        await self._store.write(write)

    async def lost_once_more(self, key: str) -> Row[Any] | None:
        """Count that the run is taken over from a process that is gone; its row."""

        def write(connection: Connection, ledger: Ledger) -> Row[Any] | None:
            del ledger
            connection.execute(update(RUN).where(RUN.c.id == key).values(deaths=RUN.c.deaths + 1))
            return connection.execute(select(RUN).where(RUN.c.id == key)).first()

        return await self._store.write(write)

    async def came_on(self, key: str) -> None:
        """The run has got as far as it can for now: whatever took its processes, it was not the run."""
        await self._write(update(RUN).where(RUN.c.id == key).values(deaths=0))

    async def begin_again(self, key: str, by: str, now: datetime) -> bool:
        """Open a run that failed once more. False: it did not fail."""
        values = {"state": "open", "outcome": "", "finished_at": None, "attempt": RUN.c.attempt + 1, "deaths": 0, "told_retrying": False}

        def write(connection: Connection, ledger: Ledger) -> bool:
            ended = connection.execute(select(RUN.c.finished_at).where(RUN.c.id == key)).scalar()
            failed = update(RUN).where(RUN.c.id == key, RUN.c.state == "failed").values(**values)
            if connection.execute(failed).rowcount != 1:
                return False
            here = (WAIT.c.run_id == key) & (WAIT.c.over_at == ended)  # what was over before, the run has gone past
            connection.execute(delete(WAIT).where(here, WAIT.c.answer.is_(None)))
            connection.execute(update(WAIT).where(here).values(over_at=None))
            ledger.append(now, "retried", {"run": key}, key, {"by": by})
            return True

        return await self._store.write(write)

    async def get(self, key: str) -> Row[Any] | None:
        """The row of one run."""
        return next(iter(await self._store.read(select(RUN).where(RUN.c.id == key))), None)

    async def named(self, name: str) -> Row[Any] | None:
        """The newest run with that key or reference."""
        which = (RUN.c.id == name) | (RUN.c.reference == name.upper())
        return next(iter(await self._store.read(select(RUN).where(which).order_by(RUN.c.started_at.desc()).limit(1))), None)

    async def newest(self, state: str, limit: int) -> list[Row[Any]]:
        """The newest runs, newest first; of one state, or of all ("")."""
        runs = select(RUN).order_by(RUN.c.started_at.desc(), RUN.c.id).limit(limit)
        return await self._store.read(runs.where(RUN.c.state == state) if state else runs)

    async def events(self, key: str) -> list[Row[Any]]:
        """The steps of a run, in the order they ended."""
        return await self._store.read(select(EVENT).where(EVENT.c.run_id == key).order_by(EVENT.c.at, EVENT.c.seq))

    async def still_open(self, before: datetime) -> list[Row[Any]]:
        """Runs that started before that time and are not closed; of many, some others each time."""
        return await self._store.read(
            select(RUN).where(RUN.c.finished_at.is_(None), RUN.c.started_at < before).order_by(func.random()).limit(500)
        )

    async def is_cancelled(self, key: str) -> bool:
        """Whether the person took it back."""
        return bool(await self._store.read(select(RUN.c.id).where(RUN.c.id == key, RUN.c.state == "cancelled")))

    async def is_told_retrying(self, key: str) -> bool:
        """Whether the person knows that it takes longer."""
        return bool(await self._store.read(select(RUN.c.id).where(RUN.c.id == key, RUN.c.told_retrying == true())))

    async def mark_told_retrying(self, key: str) -> None:
        """Note that the person knows."""
        await self._write(update(RUN).where(RUN.c.id == key, RUN.c.told_retrying == false()).values(told_retrying=True))

    async def trouble(self, key: str, step: str) -> Trouble | None:
        """What is known of a step's failures."""
        rows = await self._store.read(select(TROUBLE).where(TROUBLE.c.run_id == key, TROUBLE.c.step == step))
        return next((Trouble(row.system, row.failures, row.first_at, row.next_at) for row in rows), None)

    async def troubles(self, keys: Sequence[str]) -> dict[str, Trouble]:
        """Per run, the step that will be tried next."""
        rows = await self._store.read(
            select(TROUBLE).where(TROUBLE.c.run_id.in_(keys), TROUBLE.c.next_at.is_not(None)).order_by(TROUBLE.c.next_at.desc())
        )
        return {row.run_id: Trouble(row.system, row.failures, row.first_at, row.next_at) for row in rows}

    async def waits(self, keys: Sequence[str]) -> dict[str, Row[Any]]:
        """Per run, the wait that nobody has answered yet."""
        resting = select(WAIT).where(WAIT.c.run_id.in_(keys), WAIT.c.until.is_not(None), WAIT.c.over_at.is_(None), WAIT.c.answer.is_(None))
        return {row.run_id: row for row in await self._store.read(resting)}

    async def note(self, key: str, step: str, trouble: Trouble) -> None:
        """Write down how a step stands; its first failure stays what it was."""
        now = {"system": trouble.system, "failures": trouble.failures, "next_at": trouble.next_at}

        def write(connection: Connection, ledger: Ledger) -> None:
            del ledger
            if not unless_there(connection, TROUBLE, {"run_id": key, "step": step, "first_at": trouble.first_at, **now}):
                connection.execute(update(TROUBLE).where(TROUBLE.c.run_id == key, TROUBLE.c.step == step).values(**now))

        await self._store.write(write)

    async def forget(self, before: datetime, now: datetime, most: int = 100) -> int:
        """Delete runs that were closed before that time, with their steps and their erasable details; the chain says so. How many."""

        def write(connection: Connection, ledger: Ledger) -> int:
            keys = list(connection.execute(select(RUN.c.id).where(RUN.c.finished_at < before).limit(most)).scalars())
            newest = select(func.max(AUDIT.c.seq)).where(AUDIT.c.at < stamp(before)).scalar_subquery()
            of_no_run = (DETAIL.c.run_id == "") & (DETAIL.c.seq <= newest)
            others = list(connection.execute(select(DETAIL.c.seq).where(of_no_run).order_by(DETAIL.c.seq).limit(most * 20)).scalars())
            seqs = sorted([*connection.execute(select(DETAIL.c.seq).where(DETAIL.c.run_id.in_(keys))).scalars(), *others])
            if keys or seqs:  # the tombstone: the chain holds the hashes of what is gone, and says that it went by the rule
                ledger.append(now, "erased", {"runs": sorted(keys), "details": seqs, "why": "kept as long as the rule says"})
            connection.execute(delete(DETAIL).where(DETAIL.c.run_id.in_(keys) | DETAIL.c.seq.in_(others)))
            for table, column in (
                (EVENT, EVENT.c.run_id),
                (BEGUN, BEGUN.c.run_id),
                (WAIT, WAIT.c.run_id),
                (ASK, ASK.c.run_id),
                (RUN, RUN.c.id),
            ):
                connection.execute(delete(table).where(column.in_(keys)))
            return len(keys) + len(seqs)

        return await self._store.write(write)

    async def _write(self, statement: Executable) -> None:
        def write(connection: Connection, ledger: Ledger) -> None:
            del ledger
            connection.execute(statement)

        await self._store.write(write)


def links(row: Row[Any]) -> list[dict[str, str]]:
    """What a run made or changed."""
    found: list[dict[str, str]] = json.loads(row.links)
    return found
