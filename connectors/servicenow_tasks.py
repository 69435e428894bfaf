"""Tasks in ServiceNow that somebody is to do by a day: made once a key, read back, and closed with what was done.

A catalogue task that belongs to no order: the base table `task` itself takes no new rows, and an incident would be a fault that is none.
"""

from datetime import UTC, datetime
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from connectors.errors import Conflict, Refused, Unavailable
from connectors.servicenow_table import Row, TableApi

TABLE = "sc_task"
COMPLETE = "3"
KEY = 100  # characters that correlation_id holds
READ = ("number", "state", "active", "close_notes", "assigned_to", "due_date")


class TaskDraft(BaseModel):
    """A new task. assigned_to: a user's sys_id. due: aware."""

    model_config = ConfigDict(frozen=True)

    assigned_to: str
    title: str = Field(max_length=160)
    description: str = Field(max_length=4000)
    due: datetime


class Task(BaseModel):
    """A task as it stands. `state` is the stored value, `state_text` what people see."""

    model_config = ConfigDict(frozen=True)

    id: str
    number: str
    state: str
    state_text: str
    open: bool
    notes: str
    link: str


class Tasks(TableApi):
    """Tasks for people."""

    async def create_task(self, draft: TaskDraft, key: str) -> Task:
        """Make it, once per key, and read it back. Safe to repeat. Only in jobs.

        Raises Refused("not_taken") when the instance kept another value than was sent, Conflict("doubled") when two carry the key.
        """
        if not key or len(key) > KEY:
            raise Refused(self.name, "create task: the key does not fit", code="bad_key")
        values = {
            "short_description": " ".join(draft.title.split()),
            "description": draft.description,
            "assigned_to": draft.assigned_to,
            "due_date": draft.due.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            "correlation_id": key,
            "correlation_display": "Kollega",
        }
        async with self.one_at_a_time(key):
            row = await self._task_of(key, tuple(values))
            if row is None:
                await self.insert(TABLE, values, "create task")
                row = await self._task_of(key, tuple(values))
        if row is None:
            raise Unavailable(self.name, "create task: not visible yet", code="not_visible")
        others = [field for field, value in values.items() if row.value(field).replace("\r\n", "\n") != value]
        if others and row.value("sys_mod_count") == "0":  # later on, people may have changed it
            raise Refused(self.name, f"create task: {row.value('number')} has other values in {', '.join(others)}", code="not_taken")
        return self._task(row)

    async def task(self, sys_id: str) -> Task:
        """A task as it stands now. Raises NotFound."""
        return self._task(await self.row(TABLE, sys_id, READ, "read task"))

    async def close_task(self, sys_id: str, notes: str) -> Task:
        """Close it as done, with what was done, and read it back. Safe to repeat; one that is closed already stays as it is.

        Raises Refused("not_taken") when the instance did not close it.
        """
        found = await self.task(sys_id)
        if not found.open:
            return found
        await self.change(TABLE, sys_id, {"state": COMPLETE, "close_notes": notes[:4000]}, "close task")
        found = await self.task(sys_id)
        if found.open:
            raise Refused(self.name, f"close task: {found.number} is still open", code="not_taken")
        return found

    async def _task_of(self, key: str, sent: tuple[str, ...]) -> Row | None:
        """The task that carries the key."""
        found = await self.rows(TABLE, {"correlation_id": key}, (*READ, *sent, "sys_mod_count"), "look for the task")
        if len(found) > 1:
            raise Conflict(self.name, "create task: two carry the key", code="doubled")
        return found[0] if found else None

    def _task(self, row: Row) -> Task:
        target = quote(f"{TABLE}.do?sys_id={row.value('sys_id')}", safe="")
        return Task(
            id=row.value("sys_id"),
            number=row.value("number"),
            state=row.value("state"),
            state_text=row.text("state"),
            open=row.value("active") == "true",
            notes=row.value("close_notes"),
            link=f"{self.url}/nav_to.do?uri={target}",
        )
