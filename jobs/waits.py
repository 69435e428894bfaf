"""Waits: a job rests until somebody answers or the time is over, for weeks if need be, whatever restarts in between.

Its row says until when; that moment does not move. The first answer counts, whether it comes before the wait, during it, or while no
process runs. One look a round serves all waits of a process, so that a thousand open ones cost what one does.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Row, select, update

from connectors.errors import ConnectorError
from jobs.audit import Ledger
from jobs.people import Pseudonyms
from jobs.runs import unless_there
from jobs.store import Store
from jobs.tables import RUN, WAIT

AGAIN = timedelta(minutes=1)  # after a reminder that could not be made
log = structlog.get_logger()


@dataclass(frozen=True)
class Answer:
    """What counts. by: {"id", "name"}. message: JSON."""

    by: dict[str, str]
    at: datetime
    message: dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """What became of an answer. `counts`: it was the first. `answer`: the one that counts; None where the wait was over without one."""

    counts: bool
    answer: Answer | None


@dataclass(frozen=True)
class Reminder:
    """Something to do at a time (aware) if nobody has answered by then. Done at least once; when several are due, the last alone."""

    at: datetime
    call: Callable[[], Awaitable[object]]


class Cancelled(Exception):
    """The job was cancelled while it waited."""


@dataclass
class Waiting:
    """One wait of this process."""

    run_id: str
    name: str
    due: datetime  # the next reminder, or the end
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Waits:
    """The waits of one process, and the answers of all."""

    def __init__(self, store: Store, pseudonyms: Pseudonyms, now: Callable[[], datetime]) -> None:
        self._store = store
        self._pseudonyms = pseudonyms
        self._now = now
        self._here: dict[tuple[str, str], Waiting] = {}

    async def wait(self, run_id: str, name: str, until: datetime, reminders: Sequence[Reminder]) -> tuple[datetime, Answer | None]:
        """Since when it waited, and the first answer, or None at that time (the one given first counts). Raises Cancelled."""
        row = await self._opened(run_id, name, until)
        ahead = sorted(reminders, key=lambda reminder: reminder.at)
        done = row.reminded
        while True:
            if row.answer is not None:
                return row.opened_at, _answer(row)
            now = self._now()
            if now >= row.until and await self._over(run_id, name):
                return row.opened_at, None
            due = min([row.until, *(one.at for one in ahead if one.at > now)])
            last = sum(reminder.at <= now for reminder in ahead)
            if last > done and now < row.until:
                if await self._remind(run_id, name, ahead[last - 1]):
                    done = last
                    await self._set(run_id, name, reminded=done)
                else:
                    due = min(due, now + AGAIN)
            await self._rest(run_id, name, due)
            row = await self._opened(run_id, name, until)

    async def answer(self, run_id: str, name: str, message: dict[str, Any], by: dict[str, str]) -> Answered:
        """Give an answer to a run's wait, also before it waits. The first counts; the others learn who gave it."""
        now = self._now()
        row = {"answer": json.dumps({"by": by, "message": message}), "answered_by": self._pseudonyms.of(by["id"]), "answered_at": now}

        def write(connection: Connection, ledger: Ledger) -> Answered:
            is_open = connection.execute(select(RUN.c.id).where(RUN.c.id == run_id, RUN.c.finished_at.is_(None))).first()
            if is_open:
                unless_there(connection, WAIT, {"run_id": run_id, "name": name, "reminded": 0})
            here = (WAIT.c.run_id == run_id, WAIT.c.name == name)
            unanswered = update(WAIT).where(*here, WAIT.c.answer.is_(None), WAIT.c.over_at.is_(None))
            counts = bool(is_open) and connection.execute(unanswered.values(**row)).rowcount == 1
            if counts:
                body = {"run": run_id, "wait": name, "by": row["answered_by"]}
                ledger.append(now, "answered", body, run_id, {"by": by, "message": message})
            found = connection.execute(select(WAIT).where(*here)).first()
            return Answered(counts, _answer(found) if found and found.answer is not None else None)

        given = await self._store.write(write)
        self._wake(run_id, name)
        return given

    async def given(self, run_id: str) -> dict[str, Answer]:
        """The answers that a run has, by the name of their wait."""
        rows = await self._store.read(select(WAIT).where(WAIT.c.run_id == run_id, WAIT.c.answer.is_not(None)))
        return {row.name: _answer(row) for row in rows}

    async def round(self) -> None:
        """One look for all waits of this process: answered elsewhere, cancelled, due."""
        if not self._here:
            return
        answered = select(WAIT.c.run_id, WAIT.c.name).where(WAIT.c.over_at.is_(None), WAIT.c.answered_at.is_not(None))
        closed = select(WAIT.c.run_id, WAIT.c.name).join(RUN, RUN.c.id == WAIT.c.run_id).where(RUN.c.state == "cancelled")
        keys = [waiting.run_id for waiting in self._here.values()]
        for row in [*await self._store.read(answered), *await self._store.read(closed.where(WAIT.c.run_id.in_(keys)))]:
            self._wake(row.run_id, row.name)
        for waiting in self._here.values():
            if self._now() >= waiting.due:
                waiting.woken.set()

    def _wake(self, run_id: str, name: str) -> None:
        if waiting := self._here.get((run_id, name)):
            waiting.woken.set()

    async def _rest(self, run_id: str, name: str, due: datetime) -> None:
        waiting = self._here[run_id, name] = Waiting(run_id, name, due)
        try:
            await waiting.woken.wait()
        finally:
            del self._here[run_id, name]

    async def _opened(self, run_id: str, name: str, until: datetime) -> Row[Any]:
        """The wait's row, made or as it is. Raises Cancelled."""
        here = (WAIT.c.run_id == run_id, WAIT.c.name == name)

        def write(connection: Connection, ledger: Ledger) -> Row[Any]:
            del ledger
            unless_there(connection, WAIT, {"run_id": run_id, "name": name, "reminded": 0})
            fresh = update(WAIT).where(*here, WAIT.c.until.is_(None)).values(until=until, opened_at=self._now())
            connection.execute(fresh)
            return connection.execute(select(WAIT, RUN.c.state).join(RUN, RUN.c.id == WAIT.c.run_id).where(*here)).one()

        row = await self._store.write(write)
        if row.state == "cancelled":
            raise Cancelled
        return row

    async def _over(self, run_id: str, name: str) -> bool:
        """End a wait that nobody answered; False: somebody has, at the last moment."""
        here = (WAIT.c.run_id == run_id, WAIT.c.name == name)

        def write(connection: Connection, ledger: Ledger) -> bool:
            del ledger
            connection.execute(update(WAIT).where(*here, WAIT.c.answer.is_(None)).values(over_at=self._now()))
            return connection.execute(select(WAIT.c.answer).where(*here)).scalar_one() is None

        return await self._store.write(write)

    async def _remind(self, run_id: str, name: str, reminder: Reminder) -> bool:
        try:
            await reminder.call()
        except ConnectorError as error:  # no reason to give up the wait; the next look tries again
            log.warning("reminder_not_made", job=run_id, wait=name, error=type(error).__name__)
            return False
        return True

    async def _set(self, run_id: str, name: str, **values: Any) -> None:
        def write(connection: Connection, ledger: Ledger) -> None:
            del ledger
            connection.execute(update(WAIT).where(WAIT.c.run_id == run_id, WAIT.c.name == name).values(**values))

        await self._store.write(write)


def _answer(row: Row[Any]) -> Answer:
    found = json.loads(row.answer)
    return Answer(found["by"], row.answered_at, found["message"])
