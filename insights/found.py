"""The rows of a run as a page asks for them: filtered, sorted, grouped, a screenful at a time, by DuckDB over the run's own file.

What a person wrote reaches the SQL as values alone; names of columns are those of the run, and how to compare is one of a few words.
"""

# ruff: noqa: S608 - SQL cannot bind names: every one is a column of the run, through quoted()
import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from dialogs.oversight import heads, telling
from dialogs.oversight.pairing import quoted

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")
Kind = Literal["text", "number", "count", "day", "moment", "truth", "other"]
How = Literal["has", "is", "from", "to", "empty"]
HOW: dict[How, str] = {"has": "indeholder", "is": "er", "from": "fra", "to": "til", "empty": "er tom"}
RANGED: tuple[Kind, ...] = ("number", "count", "day", "moment")
SCREEN, MOST = 50, 200  # rows on a page: as a rule, and at most
GROUPS = 200
SECONDS, AT_ONCE = 10.0, 2
LIMITS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "600MB",
    "threads": "2",
    "temp_directory": "",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
PLACE = "file_row_number"  # the SELECT's order: the worst first
NR = "nr"


class BadWish(ValueError):
    """What was asked for cannot be had; the text says why, in Danish."""


@dataclass(frozen=True)
class Filter:
    """One condition. text: as the person wrote it."""

    column: str
    how: How
    text: str = ""


@dataclass(frozen=True)
class Wish:
    """What a page asks for. search: in every column. only, never: numbers of rows that alone are wanted, or are not. page: from 1."""

    search: str = ""
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    descending: bool = False
    group: str = ""
    only: frozenset[int] | None = None
    never: frozenset[int] = frozenset()
    page: int = 1
    size: int = SCREEN


@dataclass(frozen=True)
class Rows:
    """A page of rows, and how many the wish fits in all."""

    total: int
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Groups:
    """Rows counted by a column's values, the most first; sums of the amounts in each. groups: how many there are in all."""

    total: int
    groups: int
    columns: tuple[str, ...]
    rows: list[tuple[Any, int, tuple[Any, ...]]]


def kinds(columns: Sequence[tuple[str, str]]) -> dict[str, Kind]:
    """What each of a run's columns holds, by its Arrow type."""
    return {name: kind_of(arrow) for name, arrow in columns}


def kind_of(arrow: str) -> Kind:
    """What a column of that type is to people."""
    if arrow.startswith(("decimal", "double", "float", "halffloat")):
        return "number"
    if arrow.startswith(("int", "uint")):
        return "count"
    if arrow.startswith("timestamp"):
        return "moment"
    simple: dict[str, Kind] = {"string": "text", "large_string": "text", "string_view": "text", "bool": "truth", "date32[day]": "day"}
    return simple.get(arrow, "other")


class Reader:
    """Reads findings. One database in memory for all, so that its limits hold for all together; a few questions at a time.

    seconds: that one question may take.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._base: duckdb.DuckDBPyConnection | None = None

    async def rows(self, path: Path, columns: Mapping[str, Kind], wish: Wish) -> Rows:
        """A page of rows: first their places in the file, by the columns that it takes; then those rows whole. Raises BadWish."""
        where, values = condition(wish, columns)
        order = ordered(wish, columns)
        size = max(1, min(wish.size, MOST))
        page = Page(order, quoted(wish.sort) if wish.sort else "", (max(1, wish.page) - 1) * size, size)

        def work(cursor: "duckdb.DuckDBPyConnection") -> Rows:
            given = [str(path), *values]
            total, places = fitting(cursor, given, where, page) if where else every(cursor, given, page)
            return Rows(total, whole(cursor, path, columns, places))

        return await self.ask(work)

    async def groups(self, path: Path, columns: Mapping[str, Kind], wish: Wish) -> Groups:
        """Rows counted by the values of a column. Raises BadWish."""
        by = quoted(known(wish.group, columns))
        where, values = condition(wish, columns)
        amounts = [name for name, kind in columns.items() if kind == "number" and name != wish.group]
        sums = "".join(f", sum({quoted(name)})" for name in amounts)
        query = f"SELECT {by}, count(*) AS n{sums} FROM {SOURCE}{where} GROUP BY 1"

        def work(cursor: "duckdb.DuckDBPyConnection") -> Groups:
            counted = cursor.execute(f"SELECT count(*), coalesce(sum(n), 0) FROM ({query})", [str(path), *values]).fetchall()
            found = cursor.execute(f"{query} ORDER BY n DESC, 1 LIMIT {GROUPS}", [str(path), *values]).fetchall()
            rows = [(row[0], row[1], tuple(row[2:])) for row in found]
            return Groups(int(counted[0][1]), counted[0][0], tuple(amounts), rows)

        return await self.ask(work)

    async def numbers(self, path: Path, columns: Mapping[str, Kind], wish: Wish, most: int) -> list[int]:
        """The numbers of all rows that the wish fits, at most so many. Raises BadWish."""
        where, values = condition(wish, columns)
        query = f"SELECT {quoted(NR)} FROM {SOURCE}{where} LIMIT {int(most)}"
        return await self.ask(lambda cursor: [row[0] for row in cursor.execute(query, [str(path), *values]).fetchall()])

    async def ask(self, work: "Callable[[duckdb.DuckDBPyConnection], T]") -> T:
        """Some work with a cursor in a thread; broken off when it takes too long. Raises BadWish."""
        import duckdb

        async with self._gate:
            cursor = await asyncio.to_thread(self._cursor)
            stop = asyncio.get_running_loop().call_later(self._seconds, cursor.interrupt)
            try:
                return await asyncio.to_thread(work, cursor)
            except duckdb.InterruptException:
                raise BadWish("Det tager for lang tid. Vælg et filter mere.") from None
            except duckdb.OutOfMemoryException:
                raise BadWish("Det er for meget på én gang. Vælg et filter mere.") from None
            except duckdb.IOException:
                raise BadWish("Kørslens fund er ikke længere gemt.") from None
            finally:
                stop.cancel()
                await asyncio.to_thread(cursor.close)

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            if self._base is not None:
                self._base.close()
                self._base = None

    def _cursor(self) -> "duckdb.DuckDBPyConnection":
        import duckdb

        with self._lock:
            if self._base is None:
                self._base = duckdb.connect(":memory:", config=LIMITS)
            return self._base.cursor()


SOURCE = f"read_parquet(?, {PLACE}=true)"


@dataclass(frozen=True)
class Page:
    """A part of sorted rows. order: after ORDER BY. sort: the column that it names, "" for none."""

    order: str
    sort: str
    first: int
    size: int

    @property
    def sql(self) -> str:
        return f"ORDER BY {self.order} LIMIT {self.size} OFFSET {self.first}"


def every(cursor: "duckdb.DuckDBPyConnection", given: list[Any], page: Page) -> tuple[int, list[int]]:
    """How many rows there are, and the places in the file of a page of them."""
    [(total,)] = cursor.execute(f"SELECT count(*) FROM {SOURCE}", given).fetchall()
    if not page.sort:
        return total, list(range(page.first, min(page.first + page.size, total)))
    return total, [row[0] for row in cursor.execute(f"SELECT {PLACE} FROM {SOURCE} {page.sql}", given).fetchall()]


def fitting(cursor: "duckdb.DuckDBPyConnection", given: list[Any], where: str, page: Page) -> tuple[int, list[int]]:
    """The same of the rows that a condition leaves, which is looked at once for both."""
    names = f"{PLACE}, {page.sort}" if page.sort else PLACE
    fits = f"WITH fits AS MATERIALIZED (SELECT {names} FROM {SOURCE}{where})"
    rows = cursor.execute(f"{fits} SELECT {PLACE}, (SELECT count(*) FROM fits) FROM fits {page.sql}", given).fetchall()
    if rows or not page.first:
        return (rows[0][1] if rows else 0), [row[0] for row in rows]
    [(total,)] = cursor.execute(f"SELECT count(*) FROM {SOURCE}{where}", given).fetchall()  # beyond the last page
    return total, []


def whole(cursor: "duckdb.DuckDBPyConnection", path: Path, columns: Mapping[str, Kind], places: Sequence[int]) -> list[dict[str, Any]]:
    """The rows of those places, in that order."""
    if not places:
        return []
    names = ", ".join(quoted(name) for name in columns)
    numbers = ", ".join(str(int(one)) for one in places)  # written out: DuckDB then reads the parts of the file that hold them alone
    asked = f"SELECT {PLACE}, {names} FROM {SOURCE} WHERE {PLACE} IN ({numbers}) AND {PLACE} BETWEEN {min(places)} AND {max(places)}"
    found = {row[0]: dict(zip(columns, row[1:], strict=True)) for row in cursor.execute(asked, [str(path)]).fetchall()}
    return [found[place] for place in places]


def known(name: str, columns: Mapping[str, Kind]) -> str:
    """A column of the run. Raises BadWish."""
    if name not in columns:
        raise BadWish("Den kolonne er ikke i kørslen.")
    return name


def ordered(wish: Wish, columns: Mapping[str, Kind]) -> str:
    """How rows are sorted; equal ones stay in the SELECT's order."""
    if not wish.sort:
        return PLACE
    name = known(wish.sort, columns)
    danish = " COLLATE da" if columns[name] == "text" else ""
    return f"{quoted(name)}{danish} {'DESC' if wish.descending else 'ASC'} NULLS LAST, {PLACE}"


def condition(wish: Wish, columns: Mapping[str, Kind]) -> tuple[str, list[Any]]:
    """The WHERE of a wish and its values. Raises BadWish."""
    parts: list[str] = []
    values: list[Any] = []
    if wish.search.strip():
        part, more = searched(wish.search.strip(), columns)
        parts.append(part)
        values += more
    for one in wish.filters:
        part, more = filtered(one, known(one.column, columns), columns[one.column])
        parts.append(part)
        values += more
    if wish.only is not None:
        parts.append(
            f"list_contains(?::BIGINT[], {quoted(NR)})" if len(wish.only) <= 20 else f"{quoted(NR)} IN (SELECT unnest(?::BIGINT[]))"
        )
        values.append(sorted(wish.only))
    if wish.never:
        parts.append(f"{quoted(NR)} NOT IN (SELECT unnest(?::BIGINT[]))")
        values.append(sorted(wish.never))
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), values


def searched(text: str, columns: Mapping[str, Kind]) -> tuple[str, list[Any]]:
    """A text looked for in every column that holds one, and as a whole number or day in the others."""
    wanted = text.lower()
    folded = "lower({})" if wanted != text.upper() else "{}"  # a number has no small letters, and is found in half the time
    parts = [f"contains({folded.format(quoted(name))}, ?)" for name, kind in columns.items() if kind == "text"]
    values: list[Any] = [wanted] * len(parts)
    for kind, read in READ.items():
        for name in (name for name, one in columns.items() if one == kind):
            try:
                part, more = between(quoted(name), kind, read(text))
            except (ValueError, ArithmeticError):
                break
            parts.append(part)
            values += more
    return (f"({' OR '.join(parts)})" if parts else "false"), values


def filtered(one: Filter, name: str, kind: Kind) -> tuple[str, list[Any]]:
    """One condition. Raises BadWish for a value that is not of the column's kind."""
    column = quoted(name)
    if one.how == "empty":
        return (f"({column} IS NULL OR {column} = '')" if kind == "text" else f"{column} IS NULL"), []
    if one.how == "has" and kind in {"text", "other"}:
        return f"contains(lower({column}::VARCHAR), ?)", [one.text.lower()]
    if kind in {"text", "other"}:
        return f"{column}::VARCHAR {'=' if one.how in {'is', 'has'} else '>=' if one.how == 'from' else '<='} ?", [one.text]
    if kind == "truth":
        return f"{column} = ?", [truth(one.text)]
    try:
        value = READ[kind](one.text.strip())
    except (ValueError, ArithmeticError):
        wanted = "en dag, fx 31.12.2026" if kind in {"day", "moment"} else "et tal, fx 1.234,50"
        raise BadWish(f"”{one.text}” er ikke {wanted}.") from None
    if one.how in {"is", "has"}:
        return between(column, kind, value)
    if one.how == "from":
        return f"{column} >= ?", [value]
    return f"{column} <= ?", [datetime.combine(value, time.max) if kind == "moment" else value]


def between(column: str, kind: Kind, value: Any) -> tuple[str, list[Any]]:
    """That a column holds a value; a moment is of a day."""
    if kind == "moment":
        return f"({column} >= ? AND {column} <= ?)", [value, datetime.combine(value, time.max)]  # after the last day there is none
    return f"{column} = ?", [value]


def truth(text: str) -> bool:
    """Ja or nej. Raises BadWish."""
    try:
        return heads.truth(text.strip())
    except KeyError:
        raise BadWish(f"”{text}” er hverken ja eller nej.") from None


def day(text: str) -> date:
    """31.12.2026, 31-12-2026 or 2026-12-31. Raises ValueError."""
    parts = text.replace("-", ".").replace("/", ".").split(".")
    if len(parts) != 3:
        raise ValueError(text)
    first, month, last = (int(part) for part in parts)
    return date(first, month, last) if first > 31 else date(last, month, first)


def moment(text: str) -> datetime:
    """The beginning of a day. Raises ValueError."""
    return datetime.combine(day(text), time())


def amount(text: str) -> Decimal:
    """1.234,50. Raises ValueError."""
    return heads.amount(text.removesuffix("kr.").strip())


def count(text: str) -> int:
    """A whole number that a column can hold. Raises ValueError and OverflowError."""
    value = heads.whole(text)
    if abs(value) >> 63:
        raise OverflowError(text)
    return value


READ: dict[Kind, Callable[[str], Any]] = {"number": amount, "count": count, "day": day, "moment": moment}


def said(value: Any, kind: Kind) -> str:
    """A value as a filter takes it again."""
    if isinstance(value, datetime):
        value = value.date()
    return telling.cell(value) if kind in RANGED or isinstance(value, bool) else str(value)
