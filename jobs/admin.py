"""What administrators see of the jobs and may do to them, beside running bots: list, show, retry, cancel."""

import asyncio
import getpass
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from jobs import approved
from jobs.database import Place
from jobs.runs import Runs, links
from jobs.serializer import JsonSerializer
from jobs.standing import NAMES
from jobs.store import Store

if TYPE_CHECKING:
    from dbos import DBOSClient, Serializer

DENMARK = ZoneInfo("Europe/Copenhagen")
OWN = "tell job/"  # what the names of the engine's own steps begin with: a failure that was told


class No(Exception):
    """It cannot be done; the reason is a sentence for the administrator."""


class Admin:
    """Looks at the job database of running bots."""

    def __init__(self, place: Place, name: str = "kollega") -> None:
        self._place = place
        self._name = name
        self._store = Store(place.runs)
        self._runs = Runs(self._store)

    async def open(self) -> None:
        """Make what an older release did not. Raises sqlalchemy's errors where the database is not there."""
        await self._store.create()

    async def close(self) -> None:
        """Let go."""
        await self._store.close()

    async def newest(self, state: str, limit: int) -> str:
        """A table of the newest jobs."""
        rows = await self._runs.newest(state, limit)
        states = await self._states([row for row in rows if row.finished_at is None])
        head = ("REFERENCE", "AUTOMATION", "STATE", "STARTED", "ENDED", "REASON", "JOB")
        body = [
            (row.reference, row.intent, states.get(row.id, row.state), when(row.started_at), when(row.finished_at), reason(row), row.id)
            for row in rows
        ]
        return table(head, body) if body else "No jobs."

    async def show(self, name: str) -> str:
        """One job with its steps, and who was asked for a yes and gave it."""
        row = await self._found(name)
        state = (await self._states([row] if row.finished_at is None else [])).get(row.id, row.state)
        facts = {
            "Job": row.id,
            "Reference": row.reference,
            "Automation": f"{row.intent} {row.version}".strip(),
            "State": state,
            "Reason": reason(row),
            "Asked by": f"{row.person} {row.unit}".strip(),
            "Came from": row.channel,
            "Started": when(row.started_at),
            "Ended": when(row.finished_at),
            "Minutes saved": str(row.minutes) if row.finished_at else "",
            "Begun again": f"{row.attempt} times" if row.attempt else "",
            **{f"Link {place}": f"{link['name']} {link['url']}" for place, link in enumerate(links(row), 1)},
        }
        width = max(map(len, facts))
        steps = [
            (when(event.at), event.activity, event.system, f"{(event.at - event.began_at).total_seconds():.1f} s", event.outcome)
            for event in await self._runs.events(row.id)
        ]
        steps += [(when(one.at), one.activity, one.system, "", "begun") for one in await self._runs.begun(row.id)]
        lines = [f"{label:{width}}  {value}" for label, value in facts.items() if value]
        approval = [(when(one.at), one.who, one.what) for one in await approved.said(self._store, row.id)]
        lines += ["", table(("AT", "WHO", "APPROVAL"), approval)] if approval else []
        return "\n".join([*lines, "", table(("ENDED", "STEP", "SYSTEM", "TOOK", "OUTCOME"), steps) if steps else "No steps yet."])

    async def retry(self, name: str) -> str:
        """Begin a failed job again, at the step that failed. What was done before it is not done again. Raises No."""
        row = await self._found(name)
        with self._client() as client:  # opened before the run is: the job must begin in the same moment
            status, steps = await asyncio.to_thread(record, client, row.id)
            if status is None:
                raise No(f"{row.reference} cannot be retried: its steps are no longer on record. Ask the person to order it again.")
            if status in {"PENDING", "ENQUEUED", "DELAYED"}:
                raise No(f"{row.reference} is {NAMES[status]}: only a job that failed can be retried.")
            if row.state != "open" and not await self._runs.begin_again(row.id, getpass.getuser(), datetime.now(UTC)):
                raise No(f"{row.reference} is {row.state}: only a job that failed can be retried.")
            start = first_to_repeat(steps)
            await asyncio.to_thread(client.rewind_workflow, row.id, start_step=start)
        return f"{row.reference} begins again at its step {start}. A running bot takes it up within seconds."

    async def cancel(self, name: str) -> str:
        """Stop a job; a step under way runs to its end. A running bot tells the person. Raises No."""
        row = await self._found(name)
        if row.finished_at is not None:
            raise No(f"{row.reference} is {row.state} already.")
        await asyncio.to_thread(self._cancel, row.id)
        await self._runs.stop(row.id, getpass.getuser(), datetime.now(UTC))
        return f"{row.reference} is cancelled. A running bot tells the person within seconds."

    async def _found(self, name: str) -> Row[Any]:
        row = await self._runs.named(name)
        if row is None:
            raise No(f"There is no job {name}. `python -m jobs list` shows those that there are.")
        return row

    async def _states(self, rows: Iterable[Row[Any]]) -> dict[str, str]:
        """How open runs stand, in a word or two."""
        keys = [row.id for row in rows]
        if not keys:
            return {}
        known = await asyncio.to_thread(self._statuses, keys)
        troubles = await self._runs.troubles(keys)
        waits = await self._runs.waits(keys)
        return {key: self._word(known.get(key, ""), troubles.get(key), waits.get(key)) for key in keys}

    @staticmethod
    def _word(status: str, trouble: Any, wait: Any) -> str:
        if status == "PENDING" and trouble:
            return f"retrying: {trouble.system} does not answer, next try {when(trouble.next_at)}"
        if status == "PENDING" and wait:
            return f"waits for {wait.name} until {when(wait.until)}"
        return {"": "never began", "SUCCESS": "ending", "CANCELLED": "being cancelled"}.get(status, NAMES.get(status, "dead"))

    @contextmanager
    def _client(self) -> "Iterator[DBOSClient]":
        from dbos import DBOSClient

        serializer = cast("Serializer", JsonSerializer())
        client = DBOSClient(system_database_url=self._place.jobs, serializer=serializer, application_name=self._name)
        try:
            yield client
        finally:
            client.destroy()

    def _statuses(self, keys: list[str]) -> dict[str, str]:
        with self._client() as client:
            found = client.list_workflows(workflow_ids=keys, load_input=False, load_output=False)
            return {one.workflow_id: one.status for one in found}

    def _cancel(self, key: str) -> None:
        with self._client() as client:
            client.cancel_workflow(key)


def record(client: "DBOSClient", key: str) -> tuple[str | None, list[Any]]:
    """What dbos has of a job: its status, None where it is gone, and its steps."""
    found = client.list_workflows(workflow_ids=[key], load_input=False, load_output=False)
    return (found[0].status, client.list_workflow_steps(key)) if found else (None, [])


def first_to_repeat(steps: list[Any]) -> int:
    """The number of the step to begin again at: the one whose error ended the job, else the first that is not on record.

    Errors that the work took in its stride have further steps of the work after them.
    """
    work = [step for step in steps if not step["function_name"].startswith(OWN)]
    if not work:
        return 1
    last = work[-1]
    return int(last["function_id"]) + (0 if last["error"] is not None else 1)


def reason(row: Row[Any]) -> str:
    """Why a job is dead, as it was recorded."""
    return row.outcome if row.state == "failed" else ""


def when(moment: datetime | None) -> str:
    """A time in Denmark."""
    return moment.astimezone(DENMARK).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Columns under their heads."""
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
    return "\n".join("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in [head, *rows])
