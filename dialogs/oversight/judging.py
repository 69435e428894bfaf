"""What people say of a run's findings: ok, fejl, forklaret, skal undersøges. Entries are only ever added, and the newest of a finding counts.

Several people may judge at once: nobody's entry takes another's away, and the history of each finding is kept as long as its run.
"""

import asyncio
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Insert,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
)

from dialogs import texts
from dialogs.oversight.shown import VERDICTS, Judgement, Verdict
from dialogs.oversight.store import Run
from dialogs.oversight.worker import as_text

if TYPE_CHECKING:
    from dialogs.oversight.runner import Oversight

LONGEST = 1000  # characters of a reason
CARRIED: tuple[Verdict, ...] = ("ok", "forklaret")  # what still holds where the data are the same; an error or a doubt is looked at anew
CARRIED_OVER = " (overført)"  # behind the name of who judged it in an earlier run
TABLE = Table(
    "oversight_judgement_1",
    MetaData(),
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("run", String, nullable=False),
    Column("nr", Integer, nullable=False),
    Column("key_sha256", String, nullable=False),  # of the finding's key, the same in every run
    Column("row_sha256", String, nullable=False),  # of everything it says but its number
    Column("verdict", String, nullable=False),
    Column("reason", Text, nullable=False),  # masked
    Column("by_id", String, nullable=False),
    Column("by_name", String, nullable=False),
    Column("at", String, nullable=False),  # UTC, ISO
    Column("carried", String, nullable=False),  # the run it was carried over from, "" where it was said of this one
    Index("oversight_judgement_1_run", "run", "nr"),
)


@dataclass(frozen=True)
class Entry(Judgement):
    """A judgement with who made it (id) and, where it was carried over, the run in which it was made. row_sha256: of the data it was made on.

    seq: its place among all entries.
    """

    by_id: str = ""
    carried: str = ""
    row_sha256: str = ""
    seq: int = 0
    nr: int = 0


@dataclass(frozen=True)
class Print:
    """The hashes of a finding."""

    nr: int
    key: str
    row: str


class CannotJudge(ValueError):
    """Why a judgement was not taken, in Danish."""


class Judgements:
    """The judgements of all runs."""

    def __init__(self, oversight: "Oversight") -> None:
        self._oversight = oversight

    async def put(self, run: Run, numbers: Collection[int], verdict: Verdict, reason: str, *, by: tuple[str, str]) -> None:
        """Judge findings by their `nr`, all of them or none. by: id and name. A run that was signed must then be signed anew.

        Raises CannotJudge (a ValueError, Danish) for a missing reason, a finding that is not there, and a run that has none.
        """
        said = {"run": run.id, "verdict": verdict, "reason": checked(run, numbers, verdict, reason), "by_id": by[0], "by_name": by[1]}
        said |= {"at": self._oversight.now().isoformat(), "carried": ""}
        key, path = (await self._oversight.of(run)).key, self._oversight.findings(run)

        rows = await asyncio.to_thread(lambda: [{**said, **hashes(one)} for one in prints(path, key, set(numbers))])
        await self._oversight.runs.do(lambda connection: connection.execute(insert(TABLE), rows), TABLE)

    async def of(self, run: Run, until: int | None = None, *, among: Collection[int] | None = None) -> dict[int, Entry]:
        """The judgement that counts of each finding that has one, by its `nr`; or that counted when `until` was the newest entry.

        among: of these findings alone.
        """
        newest = select(func.max(TABLE.c.seq)).where(TABLE.c.run == run.id).group_by(TABLE.c.nr)
        newest = newest if until is None else newest.where(TABLE.c.seq <= until)
        newest = newest if among is None else newest.where(TABLE.c.nr.in_(among))
        return {one.nr: one for one in await self._found(select(TABLE).where(TABLE.c.seq.in_(newest)).order_by(TABLE.c.nr))}

    async def count(self, run: Run) -> int:
        """How many of a run's findings are judged."""
        asked = select(func.count(TABLE.c.nr.distinct())).where(TABLE.c.run == run.id)
        return await self._oversight.runs.do(lambda connection: int(connection.execute(asked).scalar_one()), TABLE)

    async def history(self, run: Run, nr: int) -> list[Entry]:
        """Everything that was ever said of a finding, the newest first."""
        return await self._found(select(TABLE).where(TABLE.c.run == run.id, TABLE.c.nr == nr).order_by(TABLE.c.seq.desc()))

    async def left(self, run: Run, among: Collection[int] | None = None) -> list[int]:
        """The findings that nobody has judged, the worst first: all of them, or those of a sample."""
        if run.state != "found":
            return []
        judged = select(TABLE.c.nr).where(TABLE.c.run == run.id).distinct()
        path, wanted = self._oversight.findings(run), set(among) if among is not None else None

        def read(connection: Connection) -> list[int]:
            done = set(connection.execute(judged).scalars())
            return [nr for nr in numbers_of(path) if nr not in done and (wanted is None or nr in wanted)]

        return await self._oversight.runs.do(read, TABLE)

    async def order(self, run: Run) -> list[int]:
        """The numbers of a run's findings, the worst first."""
        return await asyncio.to_thread(numbers_of, self._oversight.findings(run))

    async def last_time(self, run: Run, nr: int, earlier: Run) -> tuple[Entry, bool] | None:
        """What was said of the same finding in an earlier run, and whether its data are others now."""
        key, path = (await self._oversight.of(run)).key, self._oversight.findings(run)
        own = await asyncio.to_thread(lambda: next(prints(path, key, {nr}), None))
        if own is None:
            return None
        same = select(TABLE).where(TABLE.c.run == earlier.id, TABLE.c.key_sha256 == own.key)
        found = await self._found(same.order_by(TABLE.c.seq.desc()).limit(1))
        return (found[0], found[0].row_sha256 != own.row) if found else None

    async def carry(self, run: Run, earlier: Run) -> int:
        """Take over what was said to be ok or explained in an earlier run, where everything that the finding says is the same; how many.

        Safe to repeat: a finding that is judged already keeps its judgement.
        """
        entries, key = await self.of(earlier), (await self._oversight.of(run)).key
        path = self._oversight.findings(run)

        def found() -> list[dict[str, Any]]:
            kept = {one.row_sha256: one for one in entries.values() if one.verdict in CARRIED}
            same = (one for one in prints(path, key) if one.row in kept) if kept else ()
            return [{"run": run.id, "carried": earlier.id, **hashes(one), **as_row(kept[one.row])} for one in same]

        rows = await asyncio.to_thread(found)
        if rows:
            await self._oversight.runs.do(lambda connection: connection.execute(unless_judged(), rows), TABLE)
        return len(rows)

    async def remove(self, runs: list[str]) -> None:
        """Forget those of runs that are deleted."""
        await self._oversight.runs.do(lambda connection: connection.execute(delete(TABLE).where(TABLE.c.run.in_(runs))), TABLE)

    async def _found(self, query: Select[Any]) -> list[Entry]:
        return await self._oversight.runs.do(lambda connection: [entry(row) for row in connection.execute(query)], TABLE)


def hashes(one: Print) -> dict[str, Any]:
    """A finding as its entry names it."""
    return {"nr": one.nr, "key_sha256": one.key, "row_sha256": one.row}


def checked(run: Run, numbers: Collection[int], verdict: str, reason: str) -> str:
    """The reason as it is kept. Raises CannotJudge."""
    if run.state != "found":
        raise CannotJudge("Der er ingen fund at vurdere i den kørsel.")
    if verdict not in VERDICTS:
        raise CannotJudge(f"Et fund kan være {', '.join(VERDICTS[:-1])} eller {VERDICTS[-1]}.")
    if wrong := sorted(one for one in numbers if not 1 <= one <= run.rows):
        raise CannotJudge(f"Der er ikke noget fund nr. {wrong[0]}. Der er {texts.count(run.rows, 'fund', 'fund')}.")
    if not numbers:
        raise CannotJudge("Skriv, hvilket fund det er, fx ”fund 3”.")
    kept = texts.masked(" ".join(reason.split()))[:LONGEST]
    if verdict != "ok" and not kept:
        raise CannotJudge(f"Skriv en begrundelse: den skal med, når et fund er {verdict}.")
    return kept


def prints(path: Path, key: Collection[str], wanted: Collection[int] | None = None) -> Iterator[Print]:
    """The hashes of a file's findings, of all or of those numbers; a part of the file is in memory at a time."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches():
        table = pa.Table.from_batches([batch])
        if wanted is not None:
            table = table.filter(pc.is_in(table["nr"], value_set=pa.array(sorted(wanted), pa.int64())))
        names = [name for name in table.column_names if name != "nr"]
        columns = [as_text(table[name]).to_pylist() for name in names]
        for nr, *values in zip(table["nr"].to_pylist(), *columns, strict=True):
            row = dict(zip(names, values, strict=True))
            yield Print(nr, printed({name: row[name] for name in key}), printed(row))


def numbers_of(path: Path) -> list[int]:
    """The numbers of a file's findings, in the SELECT's order."""
    import pyarrow.parquet as pq

    numbers: list[int] = pq.read_table(path, columns=["nr"])["nr"].to_pylist()
    return numbers


def finding(path: Path, nr: int) -> dict[str, Any]:
    """One finding as its row has it. Raises KeyError."""
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(path, filters=[("nr", "=", nr)]).to_pylist()
    if not rows:
        raise KeyError(nr)
    return rows[0]


def printed(row: dict[str, str | None]) -> str:
    """The hash of a row's columns and values."""
    return sha256(json.dumps(row, ensure_ascii=False, sort_keys=True).encode(errors="surrogatepass")).hexdigest()


def entry(row: Row[Any]) -> Entry:
    """A judgement as it is shown."""
    by = f"{row.by_name}{CARRIED_OVER}" if row.carried else row.by_name
    return Entry(row.verdict, row.reason, by, datetime.fromisoformat(row.at), row.by_id, row.carried, row.row_sha256, row.seq, row.nr)


def as_row(one: Entry) -> dict[str, str]:
    """What was said, as another run's entry has it."""
    name = one.by.removesuffix(CARRIED_OVER)
    return {"verdict": one.verdict, "reason": one.reason, "by_id": one.by_id, "by_name": name, "at": one.at.isoformat()}


def unless_judged() -> Insert:
    """An entry more, for a finding that has none."""
    names = [column.name for column in TABLE.columns if column.name != "seq"]
    there = select(TABLE.c.seq).where(TABLE.c.run == bindparam("run"), TABLE.c.nr == bindparam("nr")).exists()
    return insert(TABLE).from_select(names, select(*(bindparam(name, type_=TABLE.c[name].type) for name in names)).where(~there))
