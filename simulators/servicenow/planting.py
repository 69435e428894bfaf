"""Collects the records of the seeded world and stores them at once."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from simulators.servicenow.columns import TABLES
from simulators.servicenow.records import FIRST, Row, born, defaults
from simulators.servicenow.values import identity, stored
from simulators.simulation import Simulation
from simulators.world import NOW, Person

BEGINNING = NOW - timedelta(days=600)


class Planting:
    """The seeded records, table by table. `chance` is the one source of variety: the same at every start."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Row]] = defaultdict(dict)
        self.chance = random.Random(20261123)  # noqa: S311 - a fixed world, nothing secret
        self.numbers: dict[str, int] = {}

    def add(self, table: str, *key: object, at: datetime = BEGINNING, by: str = "admin", **columns: object) -> str:
        """One record, known by its key; gives its sys_id. Of columns that are references, the sys_id is wanted."""
        sys_id = identity(table, *key)
        row = {**defaults(table), **born(by, at), "sys_id": sys_id, **{name: str(value) for name, value in columns.items()}}
        if TABLES[table].prefix:
            row.setdefault("number", self.number(table))
        if "number" in row:
            self.numbers[table] = max(self.numbers.get(table, FIRST), int(row["number"].removeprefix(TABLES[table].prefix)))
        self.rows[table][sys_id] = row
        return sys_id

    def number(self, table: str) -> str:
        """The next number of a table."""
        return f"{TABLES[table].prefix}{self.numbers.get(table, FIRST) + 1:07d}"

    def journal(self, table: str, sys_id: str, element: str, text: str, *, at: datetime, by: str) -> None:
        """One entry in a record's journal."""
        self.add("sys_journal_field", sys_id, at, text, at=at, by=by, name=table, element=element, element_id=sys_id, value=text)
        row = self.rows[table][sys_id]
        row |= {"sys_updated_on": max(row["sys_updated_on"], stored(at)), "sys_updated_by": by}
        row["sys_mod_count"] = str(int(row["sys_mod_count"]) + 1)

    def store(self, simulation: Simulation) -> None:
        """Put everything into an empty store; numbers go on after a gap."""
        for table, rows in self.rows.items():
            simulation.store.table("servicenow", table).fill(rows)
        for table, last in self.numbers.items():
            simulation.store.count(f"servicenow.number.{table}", last + 3)


def user_id(person: Person) -> str:
    """The sys_id of a person's user record."""
    return identity("sys_user", person.number)


def user_name(person: Person) -> str:
    """The local part of the address."""
    return person.email.partition("@")[0]


def among(chance: random.Random, people: Iterable[Person]) -> Person:
    """One of several people."""
    return chance.choice(list(people))
