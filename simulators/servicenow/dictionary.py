"""The tables that describe the others: sys_dictionary, sys_choice, sys_db_object, sys_number. Made from the catalogue, read-only."""

from collections.abc import Iterator
from functools import cache

from simulators.servicenow.columns import CHOICES, INTERNAL, TABLES, Column, choices
from simulators.servicenow.values import identity

Row = dict[str, str]
BORN = "2024-01-15 08:00:00"


def row(table: str, *key: str, **columns: str) -> Row:
    """A record that the maintainers of the instance made."""
    system = {"sys_created_on": BORN, "sys_created_by": "admin", "sys_updated_on": BORN, "sys_updated_by": "admin", "sys_mod_count": "0"}
    return {"sys_id": identity(table, *key), **columns, **system}


def dictionary() -> Iterator[Row]:
    """A row for each column where it is defined, and one for each table."""
    for table in TABLES.values():
        above = TABLES[table.parent].columns if table.parent else {}
        yield row("sys_dictionary", table.name, "", name=table.name, column_label=table.label, internal_type="collection", active="true")
        for column in table.columns.values():
            if above.get(column.name) != column:
                yield entry(table.name, column)


def entry(table: str, column: Column) -> Row:
    """The row of one column."""
    return row(
        "sys_dictionary",
        table,
        column.name,
        name=table,
        element=column.name,
        column_label=column.label,
        internal_type=INTERNAL[column.kind],
        reference=column.reference,
        mandatory=str(column.mandatory).lower(),
        read_only=str(column.fixed).lower(),
        max_length=str(column.length),
        default_value=column.default,
        display=str(column.display).lower(),
        choice="1" if choices(table, column.name) else "",
        active="true",
    )


def choice_rows() -> Iterator[Row]:
    """A row for each choice in each language."""
    for (table, column), values in CHOICES.items():
        for place, choice in enumerate(values):
            for language in ("en", "da"):
                yield row(
                    "sys_choice",
                    table,
                    column,
                    choice.value,
                    choice.dependent,
                    language,
                    name=table,
                    element=column,
                    value=choice.value,
                    label=choice.label(language),
                    language=language,
                    sequence=str(place),
                    inactive="false",
                    dependent_value=choice.dependent,
                )


def table_rows() -> Iterator[Row]:
    """A row for each table."""
    for table in TABLES.values():
        parent = identity("sys_db_object", table.parent) if table.parent else ""
        number = identity("sys_number", table.name) if table.prefix else ""
        yield row("sys_db_object", table.name, name=table.name, label=table.label, super_class=parent, number_ref=number)


def number_rows() -> Iterator[Row]:
    """The prefix of each table that numbers its records."""
    for table in TABLES.values():
        if table.prefix:
            yield row("sys_number", table.name, category=table.name, prefix=table.prefix, number="1000", maximum_digits="7")


MADE = {"sys_dictionary": dictionary, "sys_choice": choice_rows, "sys_db_object": table_rows, "sys_number": number_rows}


@cache
def made(table: str) -> dict[str, Row]:
    """The rows of one of these tables, by sys_id."""
    return {one["sys_id"]: one for one in MADE[table]()}
