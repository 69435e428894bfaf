"""What stands behind one finding: its values, the rows of the run's own data that share its key, and what was said of it."""

# ruff: noqa: S608 - SQL cannot bind names: every one is a column of the dataset's file, through quoted()
import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.datasets import Dataset
from dialogs import texts
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
CERTAIN = 3  # so few rows are the finding's own, and what they are called leads on to other datasets
NUMBERED = ("number", "nr", "task")  # columns that name something beside a dataset's key
IS_NAME = re.compile(r"^(?=.*[\d@-]).{4,}$")  # a value that names something: INC0010096, hans@kk.example
By = dict[str, list[Any]]


@dataclass(frozen=True)
class Behind:
    """Rows behind a finding. by: the columns and values by which they were found. total: how many there are, `rows` the first."""

    by: By
    total: int
    rows: list[dict[str, Any]]


async def evidence(oversight: Oversight, reader: Reader, run: Run, nr: int, datasets: Mapping[str, Dataset]) -> Json:
    """The page of one finding. datasets: what each holds. Raises BadWish where there is no such finding."""
    holds = kinds(run.columns)
    found = await reader.rows(oversight.findings(run), holds, Wish(only=frozenset({nr}))) if run.state == "found" else None
    if found is None or not found.rows:
        raise BadWish("Det fund er ikke i kørslen.")
    row = found.rows[0]
    key = (await oversight.of(run)).key
    files = {one.dataset: oversight.place(run.id) / f"{one.dataset}.parquet" for one in run.lineage}
    found_ = await everywhere(reader, {datasets[name]: path for name, path in files.items() if name in datasets}, row, key)
    history = await oversight.judgements.history(run, nr)
    return {
        "run": {"id": run.id, "title": run.title, "whole": run.is_whole},
        "nr": nr,
        "of": run.rows,
        "name": " · ".join(telling.cell(row[name]) for name in key),
        "values": [{"label": heading(name), "value": telling.cell(value), "key": name in key} for name, value in row.items() if name != NR],
        "sources": [source(dataset, one) for dataset, one in found_.items()],
        "history": [said(one) for one in history],
        "judged": judged(run, await oversight.judgements.count(run)),
    }


def said(one: Entry) -> Json:
    """A judgement as the page shows it."""
    return {"verdict": one.verdict, "reason": one.reason, "by": one.by, "at": moment(one.at), "carried": one.carried}


async def everywhere(
    reader: Reader, files: Mapping[Dataset, Path], row: Mapping[str, Any], key: Sequence[str]
) -> dict[Dataset, Behind | None]:
    """What each dataset has of a finding, None where its data are gone: by the finding's own values, then by what those rows are called."""
    there = {dataset: path for dataset, path in files.items() if await asyncio.to_thread(path.exists)}

    def work(cursor: "duckdb.DuckDBPyConnection") -> dict[Dataset, Behind | None]:
        found: dict[Dataset, Behind | None] = dict.fromkeys(files)
        found |= {dataset: behind(cursor, path, row, key, naming(dataset)) for dataset, path in there.items()}
        more = [
            one[name] for dataset, some in found.items() if some and some.total <= CERTAIN for one in some.rows for name in naming(dataset)
        ]
        for dataset, path in there.items():
            one = found[dataset]
            if one and not one.by and (by := by_value(cursor, path, naming(dataset), more)):
                found[dataset] = rows_of(cursor, path, by)
        return found

    return await reader.ask(work)


def source(dataset: Dataset, found: Behind | None) -> Json:
    """The rows of a dataset that belong to a finding, and how they were found."""
    about = {"dataset": dataset.name, "title": dataset.title}
    if found is None:
        return {**about, "total": 0, "columns": [], "rows": [], "text": "Data er ikke længere gemt."}
    names = list(found.rows[0]) if found.rows else []
    return {
        **about,
        "total": found.total,
        "columns": [heading(name) for name in names],
        "rows": [[telling.cell(one[name]) for name in names] for one in found.rows],
        "text": told(found),
    }


def naming(dataset: Dataset) -> list[str]:
    """The columns of a dataset that say which thing or person a row is of."""
    return [one.name for one in dataset.columns if one.type == "text" and (one.name in {*dataset.key, *NUMBERED} or one.identity)]


def told(found: Behind) -> str:
    """How the rows were found, in a sentence."""
    if not found.by:
        return "Ingen rækker, der kan slås op ud fra fundet."
    how = texts.names(
        f"{telling.heading(name)} er {' eller '.join(telling.cell(one) for one in values)}" for name, values in found.by.items()
    )
    if not found.total:
        return f"Ingen rækker, hvor {how}."
    more = f" Her er de første {MOST}." if found.total > MOST else ""
    return f"{texts.count(found.total, 'række', 'rækker')}, hvor {how}.{more}"


def behind(cursor: "duckdb.DuckDBPyConnection", path: Path, row: Mapping[str, Any], key: Sequence[str], names: Sequence[str]) -> Behind:
    """The first of the rows that share the finding's key; else those in which what names something has one of the finding's values."""
    cursor.execute("SELECT * FROM read_parquet(?) LIMIT 0", [str(path)])
    columns = [one[0] for one in cursor.description or ()]
    by: By = {name: [row[name]] for name in key if name in columns and row[name] is not None}
    if not by:
        told_ = [[row[name] for name in key], list(row.values())]
        by = next((some for values in told_ if (some := by_value(cursor, path, [one for one in names if one in columns], values))), {})
    if not by:
        return Behind({}, 0, [])
    return rows_of(cursor, path, by)


def rows_of(cursor: "duckdb.DuckDBPyConnection", path: Path, by: By) -> Behind:
    """The number and the first of the rows with those values."""
    where = " AND ".join(f"list_contains(?, {quoted(name)})" for name in by)
    given = [str(path), *by.values()]
    [(total,)] = cursor.execute(f"SELECT count(*) FROM read_parquet(?) WHERE {where}", given).fetchall()
    rows = cursor.execute(f"SELECT * FROM read_parquet(?) WHERE {where} LIMIT {MOST}", given)
    columns = [one[0] for one in rows.description or ()]
    return Behind(by, total, [dict(zip(columns, one, strict=True)) for one in rows.fetchall()])


def by_value(cursor: "duckdb.DuckDBPyConnection", path: Path, names: Sequence[str], values: Sequence[Any]) -> By:
    """Columns in which a row has some of these values: all such columns where a row has them all, else the one that fewest rows have."""
    wanted = sorted({one for one in values if isinstance(one, str) and IS_NAME.search(one)})
    if not names or not wanted:
        return {}
    hits = ", ".join(
        f"count(*) FILTER (list_contains(?, {quoted(name)})), list(DISTINCT {quoted(name)}) FILTER (list_contains(?, {quoted(name)}))"
        for name in names
    )
    [found] = cursor.execute(f"SELECT {hits} FROM read_parquet(?)", [*([wanted] * 2 * len(names)), str(path)]).fetchall()
    by: By = {name: sorted(found[2 * place + 1]) for place, name in enumerate(names) if found[2 * place]}
    if len(by) < 2:
        return by
    where = " AND ".join(f"list_contains(?, {quoted(name)})" for name in by)
    [(together,)] = cursor.execute(f"SELECT count(*) FROM read_parquet(?) WHERE {where}", [str(path), *by.values()]).fetchall()
    fewest = min(by, key=lambda name: found[2 * list(names).index(name)])
    return by if together else {fewest: by[fewest]}
