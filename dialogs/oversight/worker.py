"""The process that runs one SELECT: read-only, without files and network, within limits. It is killed when it takes too long.

Reads one JSON order on standard input and writes one JSON answer on standard output (`dialogs.oversight.running` is the other side).
One thread: the same data give the same rows in the same order, and so the same hash, whatever the SELECT does.
"""

import hashlib
import io
import json
import os
import re
import resource
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

TYPES = {"text": "VARCHAR", "integer": "BIGINT", "decimal": "DECIMAL(18,2)", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}
MOST_ROWS = 5_000_000  # of findings: more are no findings but the data
NICE = 10  # people who chat come first
GROUP = 65_536  # rows that are read at a time where some are shown
OVERHEAD = 3 << 30  # bytes of address space beside DuckDB's own limit: libraries, and what its results hold
AT = re.compile(r"^LINE (\d+):", re.M)
READ: dict[str, Callable[[str], Any]] = {"date": date.fromisoformat, "decimal": Decimal}


class Refusal(Exception):
    """Why the order cannot be carried out: a word, and what it is about."""

    def __init__(self, kind: str, about: str = "", line: int = 0) -> None:
        super().__init__(kind)
        self.kind, self.about, self.line = kind, about, line


def opened(order: dict[str, Any]) -> "duckdb.DuckDBPyConnection":
    """A database in memory with the order's tables, then locked."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "python_enable_replacements": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": f"{order['memory']}MB",
        "threads": "1",
        "temp_directory": "",
    }
    connection = duckdb.connect(":memory:", config=config)
    for table in order["tables"]:
        schema, name = table["name"].split(".")
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        if table["path"]:
            connection.read_parquet(table["path"]).create(table["name"])
        else:
            columns = ", ".join(f'"{column}" {TYPES[kind]}' for column, kind in table["columns"])
            connection.execute(f'CREATE TABLE "{schema}"."{name}" ({columns})')
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def found(order: dict[str, Any]) -> "pa.Table":
    """The SELECT's rows, numbered by the key in a first column `nr`. Raises Refusal and DuckDB's own errors."""
    import duckdb

    connection = opened(order)
    try:
        statements = duckdb.extract_statements(order["sql"])
        if len(statements) != 1:
            raise Refusal("statements", str(len(statements)))
        if statements[0].type.name != "SELECT":
            raise Refusal("not_select", statements[0].type.name)
        values = {name: READ[kind](text) if kind else text for name, (kind, text) in order["parameters"].items()}
        wanted = statements[0].named_parameters
        if unknown := sorted(wanted - values.keys()):
            raise Refusal("parameter", unknown[0])
        given = {name: values[name] for name in wanted}
        connection.execute(f"EXPLAIN {order['sql']}", given)  # runs nothing, and says in which line a name is wrong, which `sql` does not
        table = connection.sql(order["sql"], params=given).to_arrow_table()
    finally:
        connection.close()
    return numbered(table, order["key"])


def numbered(table: "pa.Table", key: list[str]) -> "pa.Table":
    """With `nr` in front, by the key; the rows stay in the SELECT's order. Raises Refusal for a key that is no key."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if table.num_rows > MOST_ROWS:
        raise Refusal("rows", str(table.num_rows))
    names = table.column_names
    if doubled := next((name for name in names if names.count(name) > 1 or name == "nr"), None):
        raise Refusal("column_doubled", doubled)
    if missing := next((name for name in key if name not in names), None):
        raise Refusal("key_missing", missing)
    if empty := next((name for name in key if table[name].null_count), None):
        raise Refusal("key_empty", empty)
    keys = pa.table({name: as_text(table[name]) for name in key})
    if keys.group_by(key).aggregate([]).num_rows != table.num_rows:
        raise Refusal("key_doubled", ", ".join(key))
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in key])
    numbers = pa.array(range(1, table.num_rows + 1), pa.int64()).take(pc.sort_indices(order))
    return table.add_column(0, "nr", numbers)


def as_text(column: Any) -> Any:
    """A column as text, the same in every release of the libraries."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(column.type):
        return pc.cast(pc.round(column, 6), pa.string())
    if pa.types.is_string(column.type):
        return column
    try:
        return pc.cast(column, pa.string())
    except pa.ArrowNotImplementedError:
        raise Refusal("column_type", str(column.type)) from None


def digest(table: "pa.Table") -> str:
    """The SHA-256 of names, types and rows: of what they say, not of how a file holds them."""
    import pyarrow as pa
    from pyarrow import csv

    text = pa.table({name: as_text(table[name]) for name in table.column_names})
    hashed = Hashed()
    hashed.write(";".join(f"{field.name} {field.type}" for field in table.schema).encode() + b"\n")
    csv.write_csv(text, hashed)
    return hashed.sha256.hexdigest()


class Hashed(io.RawIOBase):
    """A file that keeps the hash of what is written to it, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.sha256 = hashlib.sha256()

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Any) -> int:
        self.sha256.update(data)
        return len(data)


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Rows, hash and columns of the result, which lies at the order's `out` then."""
    import pyarrow.parquet as pq

    table = found(order)
    if order["out"]:
        part = Path(f"{order['out']}.part")
        pq.write_table(table, part, GROUP, compression="zstd")
        part.replace(order["out"])
    return {"rows": table.num_rows, "sha256": digest(table), "columns": [[field.name, str(field.type)] for field in table.schema]}


def tried(order: dict[str, Any]) -> dict[str, Any]:
    """The answer, or why there is none."""
    import duckdb

    try:
        return answer(order)
    except Refusal as refusal:
        return {"error": refusal.kind, "about": refusal.about, "line": refusal.line}
    except (MemoryError, duckdb.OutOfMemoryException):
        return {"error": "memory", "about": "", "line": 0}
    except duckdb.Error as error:
        line = AT.search(str(error))
        return {"error": type(error).__name__, "about": str(error), "line": int(line[1]) if line else 0}


def limited(order: dict[str, Any]) -> None:
    """This process takes no more than the order lets it, and only what nobody else wants."""
    os.nice(NICE)
    space = (int(order["memory"]) << 20) + OVERHEAD
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (int(order["seconds"]) + 5, int(order["seconds"]) + 10))  # nobody may be there to kill it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """One order."""
    order = json.load(sys.stdin)
    limited(order)
    json.dump(tried(order), sys.stdout)


if __name__ == "__main__":
    main()
