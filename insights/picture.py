"""The picture that answers a run's question at a glance: findings by what tells them apart, or over time. Drawn by the browser, told here too."""

# ruff: noqa: S608 - SQL cannot bind names: every one is a column of the run, through quoted()
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialogs import texts
from dialogs.oversight import telling
from dialogs.oversight.pairing import quoted
from insights.found import SOURCE, Kind, Reader, said
from insights.views import Json, heading

if TYPE_CHECKING:
    import duckdb

TELLING = (
    "hvorfor",
    "aarsag",
    "grund",
    "art",
    "kategori",
    "type",
    "felt",
    "mangler",
    "problem",
    "status",
    "enhed",
    "afdeling",
    "omkostningssted",
    "sku",
    "ret",
    "gruppe",
)  # fmt: skip - columns that say what is wrong, or where; the best first
FEW, BARS = 2, 10  # values that a picture needs, and bars that it shows
SPREAD = 3  # days apart that make a picture over time worth while
MONTHS = 62  # days: beyond, a picture over time is by month


@dataclass(frozen=True)
class Bars:
    """What a picture shows: names, counts, and (where a press may filter) the value of each."""

    column: str
    names: list[str]
    counts: list[int]
    values: list[str]
    over_time: bool = False
    other: int = 0


async def picture(reader: Reader, path: Path, columns: Mapping[str, Kind]) -> Json | None:
    """The picture of a run's findings; None where no column tells them apart."""
    bars: Bars | None = await reader.ask(lambda cursor: chosen(cursor, path, columns))
    if bars is None:
        return None
    total = sum(bars.counts) + bars.other
    return {
        "column": bars.column,
        "title": titled(bars, total),
        "label": heading(bars.column),
        "overTime": bars.over_time,
        "bars": [
            {"name": name, "count": count, "countText": telling.number(count), "value": value}
            for name, count, value in zip(bars.names, bars.counts, bars.values, strict=True)
        ],
        "other": bars.other,
    }


def titled(bars: Bars, total: int) -> str:
    """What the picture says, in a sentence."""
    count, name = max(zip(bars.counts, bars.names, strict=True), key=lambda one: one[0])
    if bars.over_time:
        return f"Flest fund i {name}: {telling.number(count)} af {telling.number(total)}"
    return f"{name[:1].upper()}{name[1:]}: {telling.number(count)} af {texts.count(total, 'fund', 'fund')}"


def chosen(cursor: "duckdb.DuckDBPyConnection", path: Path, columns: Mapping[str, Kind]) -> Bars | None:
    """The first of the telling columns that has a few values; else a day; else any text with a few values."""
    texts_ = [name for name, kind in columns.items() if kind in {"text", "truth"}]
    some = sorted(texts_, key=lambda name: (rank(name), texts_.index(name)))
    days = [name for name, kind in columns.items() if kind in {"day", "moment"}]
    distinct = counted(cursor, path, some)
    for name in (name for name in some if rank(name) < len(TELLING)):
        if distinct[name] >= FEW:
            return by_value(cursor, path, name, columns[name])
    for name in days:
        if bars := by_time(cursor, path, name):
            return bars
    few = [name for name in some if FEW <= distinct[name] <= BARS]
    return by_value(cursor, path, few[0], columns[few[0]]) if few else None


def rank(name: str) -> int:
    """How much a column's name promises: 0 is most."""
    return next((place for place, word in enumerate(TELLING) if name == word or name.endswith(f"_{word}")), len(TELLING))


def counted(cursor: "duckdb.DuckDBPyConnection", path: Path, names: list[str]) -> dict[str, int]:
    """How many values each column has."""
    if not names:
        return {}
    asked = ", ".join(f"approx_count_distinct({quoted(name)})" for name in names)
    [row] = cursor.execute(f"SELECT {asked} FROM {SOURCE}", [str(path)]).fetchall()
    return dict(zip(names, row, strict=True))


def by_value(cursor: "duckdb.DuckDBPyConnection", path: Path, name: str, kind: Kind) -> Bars:
    """Findings by a column's values, the most first."""
    query = f"SELECT {quoted(name)}, count(*) AS n FROM {SOURCE} GROUP BY 1 ORDER BY n DESC, 1"
    rows: list[tuple[Any, int]] = cursor.execute(query, [str(path)]).fetchmany(5000)
    shown, rest = rows[:BARS], rows[BARS:]
    names = [telling.cell(value) if value != "" else "–" for value, _ in shown]
    values = [
        "" if value is None or telling.cell(value) != telling.masked(telling.cell(value)) else said(value, kind) for value, _ in shown
    ]
    return Bars(name, names, [count for _, count in shown], values, other=sum(count for _, count in rest))


def by_time(cursor: "duckdb.DuckDBPyConnection", path: Path, name: str) -> Bars | None:
    """Findings by day or month, the oldest first; None where they are of almost one day."""
    column = quoted(name)
    [(first, last)] = cursor.execute(f"SELECT min({column}::DATE), max({column}::DATE) FROM {SOURCE}", [str(path)]).fetchall()
    if first is None or (last - first).days < SPREAD:
        return None
    step = "month" if (last - first).days > MONTHS else "week"
    query = f"SELECT date_trunc('{step}', {column})::DATE AS at, count(*) FROM {SOURCE} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 1 DESC LIMIT 24"
    rows = cursor.execute(query, [str(path)]).fetchall()[::-1]
    if len(rows) < FEW:
        return None
    names = [f"{texts.MONTHS[at.month - 1]} {at.year}" if step == "month" else f"uge {at.isocalendar().week}" for at, _ in rows]
    return Bars(name, names, [count for _, count in rows], ["" for _ in rows], over_time=True)
