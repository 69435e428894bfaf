"""What stands behind one finding: its values, the rows of the run's own data that share its key, and what was said of it."""

# ruff: noqa: S608 - SQL cannot bind names: every one is a column of the dataset's file, through quoted()
import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialogs.oversight import telling
from dialogs.oversight.judging import Entry
from dialogs.oversight.pairing import quoted
from dialogs.oversight.runner import Oversight
from dialogs.oversight.shown import moment
from dialogs.oversight.store import Run
from insights.found import NR, BadWish, Reader, Wish, kinds
from insights.views import Json, heading, judged

if TYPE_CHECKING:
    import duckdb

MOST = 20  # rows of one dataset
NAMING = ("_nr", "nr", "_id", "id", "number", "upn", "postkasse", "bruger")  # ends of columns that name something
Found = tuple[list[str], int, list[dict[str, Any]]]


async def evidence(oversight: Oversight, reader: Reader, run: Run, nr: int, datasets: Mapping[str, str]) -> Json:
    """The page of one finding. datasets: their titles. Raises BadWish where there is no such finding."""
    holds = kinds(run.columns)
    found = await reader.rows(oversight.findings(run), holds, Wish(only=frozenset({nr}))) if run.state == "found" else None
    if found is None or not found.rows:
        raise BadWish("Det fund er ikke i kørslen.")
    row = found.rows[0]
    key = (await oversight.of(run)).key
    files = {one.dataset: oversight.place(run.id) / f"{one.dataset}.parquet" for one in run.lineage}
    sources = [await source(reader, dataset, path, row, key) for dataset, path in files.items()]
    history = await oversight.judgements.history(run, nr)
    return {
        "run": {"id": run.id, "title": run.title, "whole": run.is_whole},
        "nr": nr,
        "of": run.rows,
        "name": " · ".join(telling.cell(row[name]) for name in key),
        "values": [{"label": heading(name), "value": telling.cell(value), "key": name in key} for name, value in row.items() if name != NR],
        "sources": [{**one, "title": datasets.get(one["dataset"], one["dataset"])} for one in sources],
        "history": [said(one) for one in history],
        "judged": judged(run, len(await oversight.judgements.of(run))),
    }


def said(one: Entry) -> Json:
    """A judgement as the page shows it."""
    return {"verdict": one.verdict, "reason": one.reason, "by": one.by, "at": moment(one.at), "carried": one.carried}


async def source(reader: Reader, dataset: str, path: Path, row: Mapping[str, Any], key: Sequence[str]) -> Json:
    """The rows of a dataset that belong to a finding, with the columns by which they were found."""
    if not await asyncio.to_thread(path.exists):
        return {"dataset": dataset, "by": [], "total": 0, "columns": [], "rows": [], "text": "Data er ikke længere gemt."}
    by, total, rows = await reader.ask(lambda cursor: behind(cursor, path, row, key))
    names = list(rows[0]) if rows else []
    return {
        "dataset": dataset,
        "by": [heading(name) for name in by],
        "total": total,
        "columns": [heading(name) for name in names],
        "rows": [[telling.cell(one[name]) for name in names] for one in rows],
        "text": told(by, total),
    }


def told(by: Sequence[str], total: int) -> str:
    """How the rows were found, in a sentence."""
    if not by:
        return "Fundet og datasættet har ingen kolonner til fælles, så rækkerne kan ikke findes frem."
    how = " og ".join(telling.heading(name) for name in by)
    if not total:
        return f"Ingen rækker med samme {how}."
    more = f" Her er de første {MOST}." if total > MOST else ""
    return f"{telling.number(total)} {'række' if total == 1 else 'rækker'} med samme {how}.{more}"


def behind(cursor: "duckdb.DuckDBPyConnection", path: Path, row: Mapping[str, Any], key: Sequence[str]) -> Found:
    """Columns, number and the first of the rows that share the finding's key; where they share none of it, what else names something."""
    cursor.execute("SELECT * FROM read_parquet(?) LIMIT 0", [str(path)])
    columns = [one[0] for one in cursor.description or ()]
    by = [name for name in key if name in columns and row[name] is not None]
    by = by or [name for name in row if name in columns and row[name] not in {None, ""} and name.endswith(NAMING)]
    if not by:
        return [], 0, []
    where = " AND ".join(f"{quoted(name)} = ?" for name in by)
    values = [str(path), *(row[name] for name in by)]
    [(total,)] = cursor.execute(f"SELECT count(*) FROM read_parquet(?) WHERE {where}", values).fetchall()
    rows = cursor.execute(f"SELECT * FROM read_parquet(?) WHERE {where} LIMIT {MOST}", values).fetchall()
    return by, total, [dict(zip(columns, one, strict=True)) for one in rows]
