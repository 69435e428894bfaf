"""Extracts: files that people put in a folder instead of an interface (CSV, Excel, SAP lists), read exactly or refused with row and column.

A file belongs to the dataset that its name begins with: `kvantum.posteringer 2026-09.csv`. Beside it may lie its control figures, in a file of
the same name with `.kontrol` behind: `antal=1234` and `sum=1.234,56`.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import reduce
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import structlog
from typing_extensions import override

from connectors.datasets import Dataset, OffersDatasets, Period, Reading, Reported
from connectors.errors import NotFound
from connectors.extracts_files import Sheet, read
from connectors.extracts_values import Place, bad, decimals, styles, typed
from connectors.extracts_worker import extracted

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
BATCH = 65_536  # rows
log = structlog.get_logger()
THREADS = 2  # columns converted at the same time
TOTAL = r"(?i)^(\*+|(i alt|ialt|total|sum|subtotal)\b.*)$"
BLANKS = " \t\u00a0\u202f"
GRAND = re.compile(r"\*\*|\bi ?alt\b|\btotal\b", re.IGNORECASE)


class Extracts(OffersDatasets):
    """The files of a folder, for datasets that a connector declares.

    handed: a folder with a folder in it for each file that somebody handed in; of a dataset the newest counts, before the files of `folder`.
    """

    def __init__(self, folder: Path | None, declared: Sequence[Dataset], handed: Path | None = None) -> None:
        self.folder = folder
        self.declared = declared
        self.handed = handed
        self._listed: tuple[tuple[int, ...], list[Path]] | None = None

    @override
    def datasets(self) -> Sequence[Dataset]:
        """Those of which a file is there."""
        return [one for one in self.declared if self.files(one.name)]

    def files(self, name: str) -> list[Path]:
        """The files of a dataset, by name."""
        found = [path for path in self._every() if path.suffix.lower() in KINDS and re.match(rf"{re.escape(name)}(?![a-z])", path.name)]
        handed = [path for path in found if path.parent != self.folder]
        return handed[-1:] or found

    def _every(self) -> list[Path]:
        """All files, by name; those that were handed in behind, the newest last. Looked for again only when a folder has changed: two calls of stat."""
        stamp = tuple(changed(one) for one in (self.folder, self.handed) if one)
        if self._listed is None or self._listed[0] != stamp:
            handed = [path for one in sorted(inside(self.handed), key=changed) if one.name[0] != "." for path in sorted(inside(one))]
            self._listed = stamp, [*sorted(inside(self.folder)), *handed]
        return self._listed[1]

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        dataset = self.dataset(name)
        files = await asyncio.to_thread(self.files, name)
        if not files:
            raise NotFound("filer", f"no file for {name}", code="no_file")
        folder = Path(await asyncio.to_thread(mkdtemp, prefix="kollega-"))
        try:
            parts = [folder / f"{n}.parquet" for n in range(len(files))]
            found = [await extracted(path, dataset, period, part) for path, part in zip(files, parts, strict=True)]
        except BaseException:  # also when it is cancelled
            await asyncio.to_thread(rmtree, folder, ignore_errors=True)
            raise
        notes = [f"{path.name}: {note}" for path, (_, notes) in zip(files, found, strict=True) for note in notes]
        query = " + ".join(path.name for path in files)
        return Reading(str(files[0].parent), query, Reported(sum(rows for rows, _ in found)), batches(folder, parts), notes)


def changed(path: Path) -> int:
    """When a folder was last changed; 0 for none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def inside(folder: Path | None) -> list[Path]:
    """What is in a folder; nothing where it cannot be read, which is logged."""
    try:
        return list(folder.iterdir()) if folder and folder.is_dir() else []
    except OSError as error:
        log.warning("extracts_not_readable", folder=str(folder), error=type(error).__name__)
        return []


async def batches(folder: Path, parts: Sequence[Path]) -> "AsyncGenerator[pa.RecordBatch, None]":
    """The rows of Parquet files in batches; the folder that they lie in is gone then."""
    import pyarrow.parquet as pq

    try:
        for part in parts:
            rows = pq.ParquetFile(part).iter_batches(BATCH)
            while (one := await asyncio.to_thread(next, rows, None)) is not None:
                yield one
    finally:
        await asyncio.to_thread(rmtree, folder, ignore_errors=True)


def within(table: "pa.Table", dataset: Dataset, period: Period | None) -> "pa.Table":
    """The rows of a period."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if period is None or dataset.period is None:
        return table
    days = table[dataset.period].cast(pa.date32())
    return table.filter(pc.and_(pc.greater_equal(days, period.first), pc.less_equal(days, period.last)))


def extract(path: Path, dataset: Dataset) -> "tuple[pa.Table, list[str]]":
    """A file as a table of the declared schema, proven by its own totals; and what was set right, in Danish. For a thread.

    Raises Refused("bad_file") with file, row, column and reason in Danish.
    """
    import pyarrow as pa

    sheet = read(path, dataset)
    totals = without_totals(sheet, dataset)

    def hint() -> str:
        return styles([sheet.columns[one.name] for one in dataset.columns if one.type == "decimal"])

    places = [Place(sheet.file, sheet.headings[column.name], column, sheet.row_of) for column in dataset.columns]
    with ThreadPoolExecutor(THREADS) as pool:  # Arrow lets go of the interpreter while it computes
        arrays = list(pool.map(lambda place: typed(place, sheet.columns[place.column.name], hint), places))
    sheet.notes += [note for place in places for note in place.notes]
    table = pa.table(arrays, schema=dataset.schema())
    keyed(sheet, dataset, table)
    check_totals(sheet, dataset, table, totals, hint)
    check_beside(path, dataset, table, sheet)
    return table, sheet.notes


@dataclass(frozen=True)
class Total:
    """A line that sums others. before: rows above it. grand: it sums all of them, not those since the last one."""

    before: int
    text: str
    row: int
    grand: bool


def without_totals(sheet: Sheet, dataset: Dataset) -> list[Total]:
    """Trim the cells; leave out repeated headings, and lines that sum others: marked by * or a word where they begin or in the key, or without a key."""
    import pyarrow.compute as pc

    sheet.columns = {name: pc.utf8_trim(values, BLANKS) for name, values in sheet.columns.items()}
    columns = sheet.columns
    drop = reduce(pc.and_, (pc.equal(columns[name], "") for name in dataset.key))
    for name in {dataset.columns[0].name, *(one for one in dataset.key if dataset.column(one).type == "text")}:
        drop = pc.or_(drop, pc.match_substring_regex(columns[name], TOTAL))
    heading = pc.equal(columns[dataset.columns[0].name], sheet.headings[dataset.columns[0].name])
    if pc.any(heading).as_py():
        heading = reduce(pc.and_, (pc.equal(values, sheet.headings[name]) for name, values in columns.items()))
        drop = pc.or_(drop, heading)
    if not pc.any(drop).as_py():
        return []
    return dropped(sheet, dataset, drop.to_pylist(), heading.to_pylist())


def dropped(sheet: Sheet, dataset: Dataset, drop: list[bool], again: list[bool]) -> list[Total]:
    """Take the rows out, and keep what the totals among them say."""
    import pyarrow as pa

    amounts = sheet.columns[dataset.control].to_pylist() if dataset.control else []
    texts = [sheet.columns[one.name].to_pylist() for one in dataset.columns if one.type == "text"]
    totals, rows = list[Total](), list[int]()
    for index, gone in enumerate(drop):
        if not gone:
            rows.append(sheet.row_of(index))
        elif not again[index] and amounts and amounts[index].strip():
            grand = bool(GRAND.search(" ".join(column[index] for column in texts)))
            totals.append(Total(len(rows), amounts[index], sheet.row_of(index), grand))
    keep = pa.array([not gone for gone in drop])
    sheet.columns = {name: values.filter(keep) for name, values in sheet.columns.items()}
    sheet.rows = rows
    if heads := sum(again):
        sheet.notes.append(f"{heads} gentagne overskrifter er sprunget over.")
    if sum(drop) > heads:
        sheet.notes.append(f"{sum(drop) - heads} sumlinjer er sprunget over.")
    return totals


def keyed(sheet: Sheet, dataset: Dataset, table: "pa.Table") -> None:
    """The first column of the key must be there in every row."""
    name = dataset.key[0]
    if table[name].null_count:
        index = table[name].combine_chunks().is_null().to_pylist().index(True)
        raise bad(sheet.file, "nøglen mangler.", sheet.row_of(index), sheet.headings[name])


def check_totals(sheet: Sheet, dataset: Dataset, table: "pa.Table", totals: list[Total], hint: Callable[[], str]) -> None:
    """Each subtotal is the sum of the rows since the last one, a grand total that of all before it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not totals or not dataset.control:
        return
    since = 0
    for one in totals:
        place = Place(sheet.file, sheet.headings[dataset.control], dataset.column(dataset.control), lambda _, row=one.row: row)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        told = decimals(place, pa.array([one.text]), lambda: hint() or ",")[0].as_py()
        start = 0 if one.grand else since
        if told != (pc.sum(table[dataset.control].slice(start, one.before - start)).as_py() or Decimal(0)):
            raise bad(
                sheet.file,
                "sumlinjen passer ikke med rækkerne over den. Der mangler rækker, eller nogle er der to gange.",
                one.row,
                place.heading,
            )
        since = one.before
    sheet.notes.append(f"{len(totals)} sumlinjer passer med rækkerne.")


def check_beside(path: Path, dataset: Dataset, table: "pa.Table", sheet: Sheet) -> None:
    """The control figures beside the file, if they are there."""
    import pyarrow.compute as pc

    beside = path.with_name(f"{path.name}.kontrol")
    if not beside.exists():
        if not any("passer med" in note for note in sheet.notes):
            sheet.notes.append("Filen har ingen kontroltal; kun rækkerne er talt.")
        return
    told = dict(re.findall(r"(?im)^\s*(antal|sum)\s*[=:;]\s*(-?[\d.]+(?:,\d+)?)\s*$", beside.read_text("utf-8-sig")))
    if not told:
        raise bad(beside.name, "kontroltallene kan ikke læses. Skriv antal=… og sum=….")
    figures: dict[str, Any] = {"antal": Decimal(table.num_rows)}
    if dataset.control:
        figures["sum"] = pc.sum(table[dataset.control]).as_py() or Decimal(0)
    for name, text in told.items():
        try:
            wanted = Decimal(text.replace(".", "").replace(",", "."))
        except InvalidOperation:
            raise bad(beside.name, f"{name} er ikke et tal.") from None
        if name in figures and figures[name] != wanted:
            raise bad(path.name, f"filens {name} er ikke det, som kilden selv oplyser. Hent den igen.")
    sheet.notes.append("Kontroltallene passer.")
