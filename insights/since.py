"""What each finding of a page has become since the last run: new, repeated for the n-th time, reopened, and what it says differently."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialogs.oversight import compare, comparing
from dialogs.oversight.pairing import STATUS, TIMES, quoted
from dialogs.oversight.runner import Oversight
from dialogs.oversight.store import Run
from insights.found import NR, BadWish, Reader

if TYPE_CHECKING:
    import duckdb

GROWN = ("ny", "gentaget", "genåbnet")


async def since(oversight: Oversight, reader: Reader, run: Run, numbers: Collection[int]) -> dict[int, Mapping[str, str]]:
    """By number, how a finding stands to the last run, and what has changed; nothing where there is no run to compare with. Raises NotRun."""
    told = await comparing.compared(oversight, run)
    if told is None or not numbers:
        return {}
    query = f"{await joined(oversight, run)} WHERE f.{quoted(NR)} IN ({', '.join(str(int(one)) for one in numbers)})"

    def work(cursor: "duckdb.DuckDBPyConnection") -> dict[int, Mapping[str, str]]:
        found = cursor.execute(f"SELECT f.{quoted(NR)} AS here, c.* {query}", files(oversight, run, told.development.path))
        names = [one[0] for one in found.description or ()]
        rows = [dict(zip(names, one, strict=True)) for one in found.fetchall()]
        return {row["here"]: {"kind": row[STATUS], "text": said(row), "changes": compare.changes_said(row)} for row in rows}

    return await reader.ask(work)


async def grown(oversight: Oversight, reader: Reader, run: Run, status: str) -> frozenset[int]:
    """The numbers of the findings that have become that since the last run. Raises BadWish and NotRun."""
    told = await comparing.compared(oversight, run)
    if status not in GROWN or told is None:
        raise BadWish("Der er ingen tidligere kørsel at sammenligne med." if told is None else "Den udvikling kender jeg ikke.")
    query = f"SELECT f.{quoted(NR)} {await joined(oversight, run)} WHERE c.{quoted(STATUS)} = ?"
    given = [*files(oversight, run, told.development.path), status]
    return await reader.ask(lambda cursor: frozenset(row[0] for row in cursor.execute(query, given).fetchall()))


async def joined(oversight: Oversight, run: Run) -> str:
    """The run's findings beside their comparison, by the key."""
    on = " AND ".join(f"f.{quoted(name)} = c.{quoted(name)}" for name in (await oversight.of(run)).key)
    return f"FROM read_parquet(?) f JOIN read_parquet(?) c ON {on} AND c.{quoted(STATUS)} <> 'løst'"


def files(oversight: Oversight, run: Run, comparison: Path) -> list[Any]:
    """Both files of `joined`."""
    return [str(oversight.findings(run)), str(comparison)]


def said(row: Mapping[str, Any]) -> str:
    """In a few words: "ny", "gentaget, 3. gang"."""
    return f"{row[STATUS]}, {row[TIMES]}. gang" if row[STATUS] == "gentaget" else str(row[STATUS])
