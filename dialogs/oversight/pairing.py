"""Two tables laid side by side by their key, in DuckDB: which rows have no partner, which differ, and in what.

Rows that are the same in both are found by two 64-bit hashes, of their key and of the rest (other rows pass for the same once in 10^38), so
that tables which do not fit in memory need not: only those that are not are read whole. What does not fit then either is put on disk.
For a thread or a process of its own: nothing here awaits.
"""

# ruff: noqa: S608 - SQL cannot bind names and tables: every one goes through quoted() or literal()
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dialogs.oversight.telling import heading, masked

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

STATUS, TIMES, CHANGES = "_status", "_gange", "_ændringer"  # columns of ours, beside those of the tables
LEFT, RIGHT = "venstre", "højre"
HERE = "_her"  # true in a row that is there
NUMBER = "nr"  # of a finding in its own run: it says nothing in another


class CannotCompare(Exception):
    """Two tables that cannot be laid side by side; the text says why, in Danish."""


@dataclass(frozen=True)
class Table:
    """A table to compare. data: a Parquet file, or Arrow. title: what people call it. names: its own names for the other table's columns."""

    data: "Path | pa.Table"
    title: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shared:
    """The columns that both tables have, the key's apart: name and the type that both are compared in. left, right: those of one alone."""

    key: tuple[str, ...]
    types: Mapping[str, str]
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        return [name for name in self.types if name not in self.key]


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def opened(folder: Path, memory: int, threads: int = 0) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A database in memory, of so many megabytes; what takes more is put on disk beside the result, and gone afterwards. threads: 0 is one a core."""
    import duckdb

    with TemporaryDirectory(prefix=".sammenligning-", dir=folder) as place:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory}MB",
            "temp_directory": place,
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
        }
        connection = duckdb.connect(":memory:", config=config | ({"threads": threads} if threads else {}))
        try:
            yield connection
        finally:
            connection.close()


def side(connection: "duckdb.DuckDBPyConnection", name: str, table: Table) -> dict[str, str]:
    """A table as a view of that name; its columns and their types. Raises CannotCompare."""
    if isinstance(table.data, Path):
        source = f"read_parquet({literal(str(table.data))})"
    else:
        source = quoted(f"{name} given")
        connection.register(f"{name} given", table.data)
    renamed = ", ".join(f"{quoted(old)} AS {quoted(new)}" for old, new in table.names.items())
    connection.execute(f"CREATE TEMP VIEW {quoted(name)} AS SELECT * {f'RENAME ({renamed})' if renamed else ''} FROM {source}")
    columns = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {quoted(name)}").fetchall() if row[0] != NUMBER}
    if taken := next((one for one in (STATUS, TIMES, CHANGES) if one in columns), None):
        raise CannotCompare(f"Kolonnen {taken} i {table.title} har et navn, som jeg selv bruger. Giv den et andet.")
    return columns


def shared(left: Mapping[str, str], right: Mapping[str, str], key: Sequence[str], titles: tuple[str, str]) -> Shared:
    """What both have. Raises CannotCompare where one lacks a column of the key."""
    for columns, title in zip((left, right), titles, strict=True):
        if missing := next((name for name in key if name not in columns), None):
            raise CannotCompare(f"Nøglen {heading(missing)} er ikke en kolonne i {title}.")
    types = {name: common(kind, right[name]) for name, kind in left.items() if name in right}
    return Shared(tuple(key), types, tuple(name for name in left if name not in right), tuple(name for name in right if name not in left))


def is_number(kind: str) -> bool:
    """Whether a type of DuckDB's can be counted with."""
    return kind.startswith(
        (
            "DECIMAL",
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
            "UBIGINT",
            "FLOAT",
            "DOUBLE",
        )
    )


def common(left: str, right: str) -> str:
    """The type that values of two types are compared in: as numbers, as points in time, or as they are written."""
    if left == right:
        return left
    if is_number(left) and is_number(right):
        return "DOUBLE" if {left, right} & {"DOUBLE", "FLOAT"} else "DECIMAL(38,6)"
    return "TIMESTAMP" if {left, right} == {"DATE", "TIMESTAMP"} else "VARCHAR"


def laid(connection: "duckdb.DuckDBPyConnection", both: Shared, titles: tuple[str, str], *, everything: bool) -> None:
    """The tables `a` and `b`: rows of the left and the right table, all of them or those that are not the same in both, for `joined`.

    Raises CannotCompare for a key that stands twice in one table with rows that are not the same in the other.
    """
    kinds = both.types
    names = ", ".join(quoted(name) for name in both.key)
    key, rest = (", ".join(f"{quoted(name)}::{kinds[name]}" for name in some) for some in (both.key, both.columns))
    if not everything:
        hashes = f"hash({key}) AS k, {f'hash({rest})' if rest else '0::UBIGINT'} AS h"
        connection.execute(
            f"""CREATE TEMP TABLE alone AS SELECT DISTINCT k FROM (SELECT k FROM (
                SELECT {hashes}, true AS here FROM {quoted(LEFT)} UNION ALL SELECT {hashes}, false AS here FROM {quoted(RIGHT)})
                GROUP BY k, h HAVING count(*) <> 2 OR min(here) = max(here))"""
        )
    where = "" if everything else f"WHERE hash({key}) IN (SELECT k FROM alone)"
    typed = ", ".join(f"{quoted(name)}::{kind} AS {quoted(name)}" for name, kind in kinds.items())
    for table, view, title in zip("ab", (LEFT, RIGHT), titles, strict=True):
        connection.execute(f"CREATE TEMP TABLE {table} AS SELECT {typed}, true AS {quoted(HERE)} FROM {quoted(view)} {where}")
        doubled = f"SELECT concat_ws(', ', {names}) FROM {table} GROUP BY {names} HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
        if first := connection.execute(doubled).fetchone():
            said = ", ".join(heading(name) for name in both.key)
            raise CannotCompare(
                f"Nøglen ({said}) er ikke entydig i {title}: {masked(first[0]) or '(tom)'} står der flere gange. Føj en kolonne til nøglen."
            )


def joined(both: Shared) -> str:
    """The SQL of `a` and `b` side by side; an empty part of a key equals an empty one."""
    return f"FROM a FULL JOIN b ON {' AND '.join(f'a.{quoted(name)} IS NOT DISTINCT FROM b.{quoted(name)}' for name in both.key)}"


def counted(connection: "duckdb.DuckDBPyConnection", query: str) -> tuple[Any, ...]:
    """The one row that a query gives."""
    row = connection.execute(query).fetchone()
    if row is None:
        raise LookupError("the query gave no row")
    return tuple(row)


def changes(both: Shared, tolerances: Mapping[str, Decimal], title: str) -> str:
    """The SQL of a row's list of changes: column, from (left) and to (right) as text; beyond the tolerance where a column has one.

    Raises CannotCompare for a tolerance of what cannot be counted with.
    """
    parts = []
    for name in both.columns:
        kind, column = both.types[name], quoted(name)
        left, right = f"a.{column}", f"b.{column}"
        differs = f"{left} IS DISTINCT FROM {right}"
        if name in tolerances:
            differs = f"coalesce({apart(kind, left, right, name, title)} > {tolerances[name]}, {differs})"
        parts.append(f"CASE WHEN {differs} THEN {{'kolonne': {literal(name)}, 'fra': {left}::VARCHAR, 'til': {right}::VARCHAR}} END")
    return (
        f"list_filter([{', '.join(parts)}], lambda one: one IS NOT NULL)"
        if parts
        else "[]::STRUCT(kolonne VARCHAR, fra VARCHAR, til VARCHAR)[]"
    )


def apart(kind: str, left: str, right: str, name: str, title: str) -> str:
    """The SQL of how far two values are from each other: numbers as they are, days, and seconds for points in time."""
    if is_number(kind) or kind == "DATE":
        return f"abs({left} - {right})"
    if kind == "TIMESTAMP":
        return f"abs(epoch({left}) - epoch({right}))"
    raise CannotCompare(f"{heading(name).capitalize()} i {title} er ikke et tal eller en dato, så den kan ikke have en tolerance.")


def values(both: Shared) -> str:
    """The SQL of a row's columns: as they are right, and left where there is no right."""
    return ", ".join(f"CASE WHEN b.{quoted(HERE)} THEN b.{quoted(name)} ELSE a.{quoted(name)} END AS {quoted(name)}" for name in both.types)
