"""The records of the instance: where they lie, how they are found and named."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from simulators.servicenow.columns import TABLES, family, lineage
from simulators.servicenow.dictionary import MADE, made
from simulators.servicenow.refusals import bad_request
from simulators.servicenow.values import identity, stored
from simulators.simulation import Simulation
from simulators.store import Table

Row = dict[str, Any]
T = TypeVar("T")
FIRST = 10_000  # the first number that a table gives, less one


class Records:
    """Everything that the instance knows. One for each request, so that what it caches is never stale."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self._names: dict[tuple[str, str], str | None] = {}
        self._journals: dict[str, list[Row]] | None = None
        self._authors: dict[str, str] = {}

    def table(self, name: str) -> Table:
        """The records of exactly that class."""
        return self.simulation.store.table("servicenow", name)

    def setting(self, name: str, default: T) -> T:
        """A switch of /control/settings, `servicenow_<name>`; one of the wrong type counts as not set."""
        found = self.simulation.settings.get(f"servicenow_{name}", default)
        if isinstance(default, float) and isinstance(found, int):
            return type(default)(found)
        return found if isinstance(found, type(default)) else default

    def now(self) -> datetime:
        return self.simulation.now()

    def rows(self, table: str) -> Iterator[Row]:
        """The records of a table and of all that extend it. Raises Refusal (400) for a table that is none."""
        if table not in TABLES:
            raise bad_request(f"Invalid table {table}")
        if table in MADE:
            yield from made(table).values()
            return
        for name in family(table):
            yield from self.table(name).values()

    def find(self, table: str, sys_id: str) -> Row | None:
        """The record of a table, or of one that extends it, with that sys_id."""
        if table in MADE:
            return made(table).get(sys_id)
        for name in family(table) if table in TABLES else ():
            if sys_id in (rows := self.table(name)):
                return rows[sys_id]
        return None

    def where(self, table: str, **wanted: str) -> list[Row]:
        """The records in which each of these columns has that value."""
        return [row for row in self.rows(table) if all(row.get(name, "") == value for name, value in wanted.items())]

    def first(self, table: str, **wanted: str) -> Row | None:
        """The first of `where`, or None."""
        return next((row for row in self.rows(table) if all(row.get(name, "") == value for name, value in wanted.items())), None)

    def named(self, table: str, text: str) -> Row | None:
        """The first record with that display value."""
        return self.first(table, **{TABLES[table].display: text})

    def display(self, table: str, sys_id: str) -> str | None:
        """The display value of a record, or None where there is no such record."""
        if (table, sys_id) not in self._names:
            row = self.find(table, sys_id)
            self._names[table, sys_id] = None if row is None else str(row.get(TABLES[table].display, ""))
        return self._names[table, sys_id]

    def journals(self, sys_id: str) -> list[Row]:
        """The journal entries of a record, oldest first."""
        if self._journals is None:
            self._journals = {}
            for row in self.table("sys_journal_field").values():
                self._journals.setdefault(row["element_id"], []).append(row)
        return self._journals.get(sys_id, [])

    def author(self, user_name: str) -> str:
        """What the person behind a user name is called; the user name where there is none."""
        if not self._authors:
            self._authors = {str(row.get("user_name", "")): str(row.get("name", "")) for row in self.table("sys_user").values()}
        return self._authors.get(user_name) or user_name

    def number(self, table: str) -> str:
        """The next number of a table; it is used up even if the record is refused afterwards."""
        count = self.simulation.store.count(f"servicenow.number.{table}", FIRST)
        return f"{TABLES[table].prefix}{count:07d}"

    def new_id(self, table: str) -> str:
        """A sys_id that nobody has."""
        return identity(table, "made", self.simulation.store.count("servicenow.sys_id"))

    def add(self, table: str, author: str, **columns: str) -> Row:
        """Keep a record that the system itself makes, with its defaults. No rules run."""
        row = {**defaults(table), **columns}
        row.setdefault("sys_id", self.new_id(table))
        row |= born(author, self.now())
        if TABLES[table].prefix and "number" not in row:
            row["number"] = self.number(table)
        self.keep(table, row)
        return row

    def keep(self, table: str, row: Mapping[str, Any]) -> None:
        """Store a record in the table of its class."""
        self.table(table)[row["sys_id"]] = dict(row)
        self._names.clear()
        self._journals = None

    def touch(self, table: str, row: Row, author: str) -> None:
        """Store a record that the system itself changed."""
        self.keep(table, {**row, **touched(row, author, self.now())})

    def drop(self, table: str, sys_id: str) -> None:
        """Delete a record with its journal and attachments."""
        for kind, key in (("sys_journal_field", "element_id"), ("sys_attachment", "table_sys_id")):
            for row in self.where(kind, **{key: sys_id}):
                del self.table(kind)[row["sys_id"]]
        for name in family(table):
            self.table(name).pop(sys_id, None)
        self._names.clear()
        self._journals = None


def defaults(table: str) -> Row:
    """What a new record holds before anybody says anything."""
    found = {name: column.default for name, column in TABLES[table].columns.items() if column.default}
    return found | ({"sys_class_name": table} if "sys_class_name" in TABLES[table].columns else {})


def born(author: str, now: datetime) -> Row:
    """The system columns of a new record."""
    at = stored(now)
    return {"sys_created_on": at, "sys_created_by": author, "sys_updated_on": at, "sys_updated_by": author, "sys_mod_count": "0"}


def touched(row: Mapping[str, Any], author: str, now: datetime) -> Row:
    """The system columns of a record that changed."""
    return {"sys_updated_on": stored(now), "sys_updated_by": author, "sys_mod_count": str(int(row.get("sys_mod_count") or 0) + 1)}


def class_of(table: str, row: Mapping[str, Any]) -> str:
    """The table that a record really lies in."""
    found = row.get("sys_class_name")
    return found if isinstance(found, str) and found in TABLES and table in lineage(found) else table
