"""One dataset fetched whole into a Parquet file, with its lineage; or an error, and nothing left that looks whole."""

import asyncio
import contextlib
import hashlib
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from connectors.datasets import Dataset, OffersDatasets, Period, Reading
from connectors.errors import Refused, Unavailable

if TYPE_CHECKING:
    import pyarrow as pa

GROUP = 65_536  # rows in one row group, whatever the source's pages were: the same data make the same file


class Fetched(BaseModel):
    """A fetched dataset, as a run keeps it. `path`: the Parquet file; sha256: of that file, so the same data have the same.

    reported_rows, reported_total: the source's own, None where it gives none; where they are given they equal `rows` and `control_total`.
    fetched_at: when the reading began, in UTC. notes: in Danish, what was set right while reading.
    """

    model_config = ConfigDict(frozen=True)

    dataset: str
    path: Path
    source: str
    query: str
    first: date | None
    last: date | None
    fetched_at: datetime
    rows: int
    reported_rows: int | None
    control_total: Decimal | None
    reported_total: Decimal | None
    sha256: str
    notes: tuple[str, ...] = ()


class Written:
    """A Parquet file that grows. For a thread: nothing of it awaits."""

    def __init__(self, dataset: Dataset, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.dataset = dataset
        self.rows = 0
        self.total = Decimal(0)
        self._schema = dataset.schema()
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: pa.Table = self._schema.empty_table()

    def add(self, batch: "pa.RecordBatch") -> None:
        """Rows of the declared schema. Raises Refused("bad_schema") for others."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if not batch.schema.equals(self._schema):
            raise Refused(self.dataset.system, f"{self.dataset.name}: other columns than declared", code="bad_schema")
        self.rows += batch.num_rows
        if self.dataset.control:
            self.total += pc.sum(batch[self.dataset.control]).as_py() or Decimal(0)
        self._waiting = pa.concat_tables([self._waiting, pa.Table.from_batches([batch])])
        while self._waiting.num_rows >= GROUP:
            self._writer.write_table(self._waiting.slice(0, GROUP), GROUP)
            self._waiting = self._waiting.slice(GROUP)

    def close(self) -> None:
        """Write what is left, and the file's end."""
        if self._waiting.num_rows:
            self._writer.write_table(self._waiting, GROUP)
        self._writer.close()


async def fetch(source: OffersDatasets, name: str, period: Period | None, folder: Path) -> Fetched:
    """Read a dataset into `folder`/<name>.parquet. Raises ConnectorError; an earlier file of that name stays until the new one is whole.

    Errors of its own: Unavailable("incomplete") for other rows than the source counts, Refused("control_total"), Refused("doubled_key").
    """
    dataset, begun = source.dataset(name), datetime.now(UTC)
    reading = await source.read(name, period)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    part = folder / f".{name}.{uuid.uuid4().hex}.part"
    try:
        written = await _written(dataset, reading, part)
        _compare(dataset, reading, written)
        await asyncio.to_thread(_unique, dataset, part)
        digest = await asyncio.to_thread(sha256, part)
        path = folder / f"{name}.parquet"
        await asyncio.to_thread(part.replace, path)
    finally:
        await asyncio.to_thread(part.unlink, missing_ok=True)
    asked = period if dataset.period else None
    return Fetched(
        dataset=name,
        path=path,
        source=reading.source,
        query=reading.query,
        first=asked.first if asked else None,
        last=asked.last if asked else None,
        fetched_at=begun,
        rows=written.rows,
        reported_rows=reading.reported.rows,
        control_total=written.total if dataset.control else None,
        reported_total=reading.reported.total,
        sha256=digest,
        notes=tuple(reading.notes),
    )


async def _written(dataset: Dataset, reading: Reading, path: Path) -> Written:
    """All batches in a file that is closed."""
    written = await asyncio.to_thread(Written, dataset, path)
    try:
        async with contextlib.aclosing(reading.batches) as batches:
            async for batch in batches:
                await asyncio.to_thread(written.add, batch)
    finally:
        await asyncio.to_thread(written.close)
    return written


def _compare(dataset: Dataset, reading: Reading, written: Written) -> None:
    """What came is what the source says there is. Raises Unavailable or Refused."""
    reported = reading.reported
    if reported.rows is not None and reported.rows != written.rows:
        raise Unavailable(dataset.system, f"{dataset.name}: {written.rows} of {reported.rows} rows came", code="incomplete")
    if reported.total is not None and reported.total != written.total:
        raise Refused(dataset.system, f"{dataset.name}: the control total does not fit", code="control_total")


def _unique(dataset: Dataset, path: Path) -> None:
    """No two rows have one key: a page that came twice, or an extract that was appended to itself. Raises Refused."""
    import pyarrow.parquet as pq

    keys = pq.read_table(path, columns=list(dataset.key))
    if keys.group_by(list(dataset.key)).aggregate([]).num_rows != keys.num_rows:
        raise Refused(dataset.system, f"{dataset.name}: rows are there twice", code="doubled_key")


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
