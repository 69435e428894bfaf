"""What is new since the last run of a tilsyn, and what two datasets say differently. Both leave a Parquet file with one row a difference.

Such a file has `_status`, `_ændringer` (a list of kolonne, fra, til), and the row's own columns; that of runs has `nr` (in the newer run) and `_gange` too.
For a thread or a process of its own: nothing here awaits. `memory` is in megabytes; duckdb.Error is raised where memory and disk do not suffice.
"""

# ruff: noqa: S608 - SQL cannot bind names and tables: every one goes through quoted() or literal()
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialogs import texts
from dialogs.oversight import telling
from dialogs.oversight.pairing import (
    CHANGES,
    HERE,
    LEFT,
    NUMBER,
    RIGHT,
    STATUS,
    TIMES,
    CannotCompare,
    Shared,
    Table,
    changes,
    counted,
    is_number,
    joined,
    laid,
    literal,
    opened,
    quoted,
    shared,
    side,
    values,
)

if TYPE_CHECKING:
    import duckdb

MEMORY = 1000
READ: dict[type, Callable[[str], Any]] = {
    bool: "true".__eq__,
    Decimal: Decimal,
    float: Decimal,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}
CHANGED = "ændret"  # of a row that was found last time too, and says something else now
ORDER = ("gentaget", "genåbnet", "ny", "løst")  # of a comparison of runs: what comes back is the worst


@dataclass(frozen=True)
class Changed:
    """A column, and the number of rows in which it differs."""

    column: str
    rows: int


@dataclass(frozen=True)
class Development:
    """A run against the one before. repeated: found last time too; changed: so many of those say something else now.

    reopened: found before, but not last time. solved: found last time alone. added, dropped: columns that one of the two runs has alone.
    path: the rows, what comes back first, then the worst; `_gange` is in how many runs a finding was found, this one included.
    """

    new: int
    repeated: int
    changed: int
    reopened: int
    solved: int
    columns: tuple[Changed, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    path: Path

    def said(self, before: str) -> str:
        """In one sentence. before: what the run before is called, "2. kvartal 2026"."""
        again = texts.count(self.repeated, "gentaget", "gentagne")
        parts = [
            texts.count(self.new, "nyt", "nye") if self.new else "",
            (f"{again} ({self.changed} ændret)" if self.changed else again) if self.repeated else "",
            texts.count(self.reopened, "genåbnet", "genåbnede") if self.reopened else "",
            texts.count(self.solved, "løst", "løste") if self.solved else "",
        ]
        told = texts.names(part for part in parts if part)
        return f"I forhold til {before}: {told}." if told else f"I forhold til {before}: intet fundet nogen af gangene."


@dataclass(frozen=True)
class Total:
    """The sum of a column on both sides, None where there is nothing to add up; of one unit, or ("") of all."""

    column: str
    left: Decimal | None
    right: Decimal | None
    unit: str = ""

    @property
    def apart(self) -> Decimal:
        """Right less left."""
        return (self.right or Decimal(0)) - (self.left or Decimal(0))

    def said(self) -> str:
        """In one sentence."""
        of = f" for {telling.masked(self.unit)}" if self.unit else ""
        name = telling.heading(self.column).capitalize()
        if not self.apart:
            return f"{name}{of}: {telling.cell(self.left)} begge steder."
        return f"{name}{of}: {telling.cell(self.left)} mod {telling.cell(self.right)}, forskel {telling.cell(self.apart)}."


@dataclass(frozen=True)
class Differences:
    """Two datasets against each other, numbers of rows. same: equal, or within the tolerances. path: the rows that are not."""

    left_title: str
    right_title: str
    left_rows: int
    right_rows: int
    only_left: int
    only_right: int
    differing: int
    columns: tuple[Changed, ...]
    totals: tuple[Total, ...]
    units: tuple[Total, ...]  # those that differ
    left_columns: tuple[str, ...]  # that the other has not
    right_columns: tuple[str, ...]
    path: Path

    @property
    def same(self) -> int:
        return self.left_rows - self.only_left - self.differing

    def said(self) -> str:
        """In one sentence."""
        parts = [
            f"{telling.number(self.differing)} afviger" if self.differing else "",
            f"{telling.number(self.only_left)} findes kun i {self.left_title}" if self.only_left else "",
            f"{telling.number(self.only_right)} findes kun i {self.right_title}" if self.only_right else "",
        ]
        told = texts.names(part for part in parts if part)
        if not told:
            return f"{self.left_title} og {self.right_title} stemmer: {texts.count(self.same, 'række', 'rækker')}."
        return f"{self.left_title} mod {self.right_title}: {telling.number(self.same)} stemmer, {told}."


def runs(
    now: Path,
    before: Sequence[Path],
    key: Sequence[str],
    out: Path,
    *,
    between: Sequence[Path] = (),
    memory: int = MEMORY,
    threads: int = 0,
) -> Development:
    """The findings of a run against those of earlier whole runs, the oldest first; the last of them is the one that it is compared with.

    between: runs after that one, which count in `_gange` alone. Raises CannotCompare, also where there is no run before.
    """
    if not before:
        raise CannotCompare("Tilsynet er ikke kørt før, så der er intet at sammenligne med.")
    titles = ("den forrige kørsel", "denne kørsel")
    with opened(out.parent, memory, threads) as connection:
        left, right = side(connection, LEFT, Table(before[-1], titles[0])), side(connection, RIGHT, Table(now, titles[1]))
        both = shared(left, right, key, titles)
        laid(connection, both, titles, everything=True)
        _remembered(connection, before, between, both)
        here = (f"a.{quoted(HERE)}", f"b.{quoted(HERE)}")
        status = f"CASE WHEN {here[1]} IS NULL THEN 'løst' WHEN {here[0]} THEN 'gentaget' WHEN h.earlier > 0 THEN 'genåbnet' ELSE 'ny' END"
        times = f"coalesce(h.times, 0) + coalesce({here[1]}, false)::BIGINT AS {quoted(TIMES)}, "
        on = " AND ".join(f"h.{quoted(name)} IS NOT DISTINCT FROM coalesce(a.{quoted(name)}, b.{quoted(name)})" for name in both.key)
        _placed(connection, before[-1], now, both)
        found = _rows(
            both, status, changes(both, {}, titles[1]), f"CASE WHEN {here[1]} THEN p.{quoted(NUMBER)} END AS {quoted(NUMBER)}, {times}"
        )
        query = f"""SELECT {found} {joined(both)} LEFT JOIN history h ON {on} LEFT JOIN placed p ON {on.replace("h.", "p.")}
            ORDER BY list_position([{", ".join(literal(one) for one in ORDER)}], {quoted(STATUS)}), {quoted(TIMES)} DESC, p.place, {_key(both)}"""
        _written(connection, query, out)
        numbers = _by_status(connection)
        return Development(
            new=numbers.get("ny", 0),
            repeated=numbers.get("gentaget", 0),
            changed=counted(connection, f"SELECT count(*) FROM result WHERE len({quoted(CHANGES)}) > 0")[0],
            reopened=numbers.get("genåbnet", 0),
            solved=numbers.get("løst", 0),
            columns=_changed(connection),
            added=both.right,
            dropped=both.left,
            path=out,
        )


def datasets(
    left: Table,
    right: Table,
    key: Sequence[str],
    out: Path,
    *,
    tolerances: Mapping[str, Decimal] | None = None,
    amounts: Sequence[str] = (),
    unit: str = "",
    memory: int = MEMORY,
    threads: int = 0,
) -> Differences:
    """Two tables against each other by a key that is unique in both; an empty part of a key equals an empty one.

    tolerances: by column, what may differ: of a number itself, days of a date, seconds of a time. amounts: columns to add up, in all and by
    `unit`. Raises CannotCompare.
    """
    titles = (left.title, right.title)
    with opened(out.parent, memory, threads) as connection:
        both = shared(side(connection, LEFT, left), side(connection, RIGHT, right), key, titles)
        _known([*(tolerances or {}), *amounts, *([unit] if unit else [])], both)
        laid(connection, both, titles, everything=False)
        status = f"CASE WHEN b.{quoted(HERE)} IS NULL THEN '{LEFT}' WHEN a.{quoted(HERE)} IS NULL THEN '{RIGHT}' ELSE 'afviger' END"
        found = changes(both, tolerances or {}, left.title)
        query = f"""SELECT * FROM (SELECT {_rows(both, status, found)} {joined(both)})
            WHERE {quoted(STATUS)} <> 'afviger' OR len({quoted(CHANGES)}) > 0 ORDER BY {quoted(STATUS)}, {_key(both)}"""
        totals = tuple(one for name in amounts for one in _totals(connection, both, name, ""))
        units = tuple(one for name in amounts if unit for one in _totals(connection, both, name, unit) if one.apart)
        _written(connection, query, out)
        numbers = _by_status(connection)
        return Differences(
            left_title=left.title,
            right_title=right.title,
            left_rows=counted(connection, f"SELECT count(*) FROM {quoted(LEFT)}")[0],
            right_rows=counted(connection, f"SELECT count(*) FROM {quoted(RIGHT)}")[0],
            only_left=numbers.get(LEFT, 0),
            only_right=numbers.get(RIGHT, 0),
            differing=numbers.get("afviger", 0),
            columns=_changed(connection),
            totals=totals,
            units=units,
            left_columns=both.left,
            right_columns=both.right,
            path=out,
        )


def page(path: Path, first: int, most: int, status: str = "") -> list[dict[str, Any]]:
    """Some rows of a comparison, in its order: those of one status alone where it is named, or those that are `CHANGED`. A group of rows at a time."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    found: list[dict[str, Any]] = []
    try:
        for group in range(file.num_row_groups):
            if len(found) >= most:
                break
            table = file.read_row_group(group)
            if status:
                is_it = pc.greater(pc.list_value_length(table[CHANGES]), 0) if status == CHANGED else pc.equal(table[STATUS], status)
                table = table.filter(is_it)
            found += table.slice(first, most - len(found)).to_pylist()
            first = max(0, first - table.num_rows)
    finally:
        file.close()
    return found


def changes_said(row: Mapping[str, Any]) -> str:
    """What a row of a comparison says differently: "beløb: 100,00 → 120,00, status: åben → lukket"."""
    return ", ".join(
        f"{telling.heading(one['kolonne'])}: {' → '.join(_told(one[end], row[one['kolonne']]) for end in ('fra', 'til'))}"
        for one in row[CHANGES] or []
    )


def _told(text: str | None, now: Any) -> str:
    """A value of a change as Danes write it; its column's value now shows what it is."""
    read = READ.get(type(now))
    return telling.cell(read(text) if read and text is not None else text)


def _rows(both: Shared, status: str, found: str, more: str = "") -> str:
    """The columns of a comparison; a row that is in one table alone has no changes."""
    what = f"CASE WHEN a.{quoted(HERE)} AND b.{quoted(HERE)} THEN {found} ELSE [] END"
    return f"{status} AS {quoted(STATUS)}, {more}{what} AS {quoted(CHANGES)}, {values(both)}"


def _key(both: Shared) -> str:
    return ", ".join(quoted(name) for name in both.key)


def _known(names: Sequence[str], both: Shared) -> None:
    """Raises CannotCompare for a column that the two do not share."""
    if missing := next((name for name in names if name not in both.types), None):
        raise CannotCompare(f"{telling.heading(missing).capitalize()} er ikke en kolonne i begge.")


def _remembered(connection: "duckdb.DuckDBPyConnection", before: Sequence[Path], between: Sequence[Path], both: Shared) -> None:
    """The table `history`: in how many of the other runs each key was found (`times`), and in how many of `before` (`earlier`).

    A run that has not the key's columns counts for nothing.
    """
    key = ", ".join(f"{quoted(name)}::{both.types[name]} AS {quoted(name)}" for name in both.key)
    parts = []
    for place, path in enumerate([*before, *between]):
        if set(both.key) <= side(connection, f"other {place}", Table(path, "en anden kørsel")).keys():
            parts.append(f"SELECT DISTINCT {key}, {int(place < len(before))} AS earlier FROM {quoted(f'other {place}')}")
    query = f"SELECT {_key(both)}, count(*) AS times, sum(earlier) AS earlier FROM ({' UNION ALL '.join(parts)}) GROUP BY {_key(both)}"
    connection.execute(f"CREATE TEMP TABLE history AS {query}")


def _placed(connection: "duckdb.DuckDBPyConnection", before: Path, now: Path, both: Shared) -> None:
    """The table `placed`: where each finding stands in its own run (the worst first), in this one where it is in both; and its number there."""
    key = ", ".join(f"{quoted(name)}::{both.types[name]} AS {quoted(name)}" for name in both.key)
    parts = []
    for newer, path in enumerate((before, now)):
        source = f"read_parquet({literal(str(path))}, file_row_number = true)"
        names = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        number = f"{quoted(NUMBER)}::BIGINT" if NUMBER in names else "NULL::BIGINT"
        parts.append(f"SELECT {key}, {number} AS {quoted(NUMBER)}, file_row_number AS place, {newer} AS newer FROM {source}")
    query = f"SELECT {_key(both)}, arg_max({quoted(NUMBER)}, newer) AS {quoted(NUMBER)}, arg_max(place, newer) AS place"
    connection.execute(f"CREATE TEMP TABLE placed AS {query} FROM ({' UNION ALL '.join(parts)}) GROUP BY {_key(both)}")


def _written(connection: "duckdb.DuckDBPyConnection", query: str, out: Path) -> None:
    """The rows in the file, whole or not at all, and as the view `result`."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")  # two processes may make the same
    try:
        connection.execute("SET preserve_insertion_order = true")  # or the file would lose the order of its rows
        connection.execute(f"COPY ({query}) TO {literal(str(part))} (FORMAT parquet, COMPRESSION zstd)")
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    connection.execute(f"CREATE TEMP VIEW result AS SELECT * FROM read_parquet({literal(str(out))})")


def _by_status(connection: "duckdb.DuckDBPyConnection") -> dict[str, int]:
    return dict(connection.execute(f"SELECT {quoted(STATUS)}, count(*) FROM result GROUP BY 1").fetchall())


def _changed(connection: "duckdb.DuckDBPyConnection") -> tuple[Changed, ...]:
    """The columns that differ, the one with most rows first."""
    query = f"SELECT one.kolonne, count(*) FROM (SELECT unnest({quoted(CHANGES)}) AS one FROM result) GROUP BY 1 ORDER BY 2 DESC, 1"
    return tuple(Changed(*row) for row in connection.execute(query).fetchall())


def _totals(connection: "duckdb.DuckDBPyConnection", both: Shared, amount: str, unit: str) -> list[Total]:
    """The sums of a column on both sides, in all ("") or by a column's values. Raises CannotCompare."""
    if not is_number(both.types[amount]):
        raise CannotCompare(f"{telling.heading(amount).capitalize()} er ikke et tal, så den kan ikke lægges sammen.")
    by = f"coalesce({quoted(unit)}::VARCHAR, '–')" if unit else "''"
    sums = [f"SELECT {by} AS unit, sum({quoted(amount)}::DECIMAL(38,2)) AS total FROM {quoted(name)} GROUP BY 1" for name in (LEFT, RIGHT)]
    query = f"SELECT unit, a.total, b.total FROM ({sums[0]}) a FULL JOIN ({sums[1]}) b USING (unit) ORDER BY unit"
    return [Total(amount, left, right, name) for name, left, right in connection.execute(query).fetchall()]
