"""How jobs stand: our run data together with what dbos says of the open ones."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import structlog
from sqlalchemy import Row

from jobs.job import Order
from jobs.logs import described
from jobs.pace import Pace
from jobs.runs import Runs, Trouble, links

log = structlog.get_logger()

State = Literal["waiting", "running", "retrying", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class Status:
    """How a job stands. Times are UTC. `retrying_system` and `next_try` only while it retries; `outcome` and `links` once it is finished.

    links: what it made or changed, {"name", "url"} each.
    """

    key: str
    intent: str
    reference: str
    conversation: str
    state: State
    outcome: str
    started_at: datetime
    finished_at: datetime | None
    minutes: int
    retrying_system: str
    next_try: datetime | None
    links: list[dict[str, str]]


@dataclass(frozen=True)
class Record:
    """What a job was told, and the results of its steps that are over, as plain JSON, by the steps' names."""

    order: Order
    results: dict[str, Any]


async def record_of(key: str) -> Record | None:
    """From dbos' own rows."""
    from dbos import DBOS

    found = await DBOS.list_workflows_async(workflow_ids=[key], load_input=True, load_output=False)
    if not found or found[0].input is None:
        return None
    steps = await DBOS.list_workflow_steps_async(key)
    (order,) = found[0].input["args"]
    return Record(Order(**order), {one["function_name"]: one["output"] for one in steps if one["error"] is None})


async def of_job(runs: Runs, key: str) -> Status | None:
    """How one job stands, or None."""
    row = await runs.get(key)
    return next(iter(await of_rows(runs, [row])), None) if row is not None else None


async def of_rows(runs: Runs, rows: list[Row[Any]]) -> list[Status]:
    """Rows whose job was never enqueued are left out: the process died between the two, and nobody was told that it had begun."""
    still_open = [row.id for row in rows if row.finished_at is None]
    states = await _states(still_open)
    troubles = await runs.troubles(list(states)) if states else {}
    known = [row for row in rows if row.finished_at is not None or row.id in states]
    return [_status(row, states.get(row.id, ""), troubles.get(row.id)) for row in known]


def _status(row: Row[Any], state: str, trouble: Trouble | None) -> Status:
    retries = trouble if state == "PENDING" and row.finished_at is None else None
    now = "retrying" if retries else NAMES.get(state, "failed")
    return Status(
        key=row.id,
        intent=row.intent,
        reference=row.reference,
        conversation=row.conversation,
        state=cast("State", now if row.finished_at is None else row.state),
        outcome=row.outcome,
        started_at=row.started_at,
        finished_at=row.finished_at,
        minutes=row.minutes,
        retrying_system=retries.system if retries else "",
        next_try=retries.next_at if retries else None,
        links=links(row),
    )


OVER = {"CANCELLED", "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"}
NAMES = {"PENDING": "running", "ENQUEUED": "waiting", "DELAYED": "waiting", "SUCCESS": "done", "CANCELLED": "cancelled"}


async def _states(keys: list[str]) -> dict[str, str]:
    """Dbos' word for each of these jobs that it knows."""
    from dbos import DBOS

    found = await DBOS.list_workflows_async(workflow_ids=keys, load_input=False, load_output=False) if keys else []
    return {one.workflow_id: one.status for one in found}


class Mending:
    """Closes the runs whose job ended without doing so: given up after too many crashes, unreadable, cancelled half-way."""

    def __init__(
        self, runs: Runs, tell: Callable[[str, str, dict[str, Any]], Awaitable[None]], pace: Pace, now: Callable[[], datetime]
    ) -> None:
        self._runs = runs
        self._tell = tell
        self._pace = pace
        self._now = now
        self._seen: set[str] = set()  # runs whose job was found to be over at the last look

    async def mend(self) -> None:
        """One look at all open runs; two in a row decide, since a retry opens the run a moment before its job."""
        rows = await self._runs.still_open(self._now() - timedelta(seconds=self._pace.orphan))
        states = await _states([row.id for row in rows])
        before, self._seen = self._seen, {key for key, state in states.items() if state in OVER}
        for row in rows:
            match states.get(row.id) if row.id in before else None:
                case "CANCELLED":  # by an administrator, or by a turn that died half-way
                    await self._close(row, "cancelled", "cancelled", "")
                case "ERROR" | "MAX_RECOVERY_ATTEMPTS_EXCEEDED" as state:
                    log.error("job_given_up", reference=row.reference, intent=row.intent, state=state)
                    await self._close(row, "crashed", "failed", state)

    async def _close(self, row: Row[Any], kind: str, state: State, outcome: str) -> None:
        """Told first, then closed: a run whose end could not be told stays open, and the next look tells it."""
        key = f"{row.id}/job/{kind}" + (f" {row.attempt + 1}" if row.attempt else "")
        try:
            await self._tell(key, row.conversation, {"kind": kind, "reference": row.reference})
        except Exception as error:  # noqa: BLE001 - the border of a job, outside its run: the others must be mended too
            log.error("end_not_told", reference=row.reference, **described(error))  # noqa: TRY400 - a traceback would quote a person
        else:
            await self._runs.finish(row.id, state, outcome, self._now())
